"""What a person asked of the planner: enough to ask it again, on another day or with a line set by hand."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from allocation.money import Amount, PerAccount
from allocation.planner.limits import NO_LIMITS, Fee, Limits

DEPOSIT, WITHDRAWAL, REBALANCE = "deposit", "withdrawal", "rebalance"


@dataclass(frozen=True)
class SetByHand:
    """A trade as a person wants it.

    Attributes:
        account: empty where it can be any.
        name: the symbol; of cash with its currency, ``CASH USD``.
        amount: base currency; negative sells. It is whole minor units.
        shares: where they are a given number; negative sells.
    """

    account: str
    name: str
    amount: Decimal
    shares: Decimal | None = None


@dataclass(frozen=True)
class Request:
    """What a plan was asked for.

    Attributes:
        kind: ``deposit``, ``withdrawal`` or ``rebalance``.
        scope: ``all`` or an account.
        rule: the rule; of a rebalance the goal.
        coming, going: money that comes in, or goes out; base currency; an amount, or amounts by account.
        use_cash: cash held already that is invested with a deposit.
        only_outside: of a rebalance: only what is out of its band.
        distance: points from the target where the goal ``distance`` ends.
        limits: what the plan has to keep to.
        set_by_hand: trades that are as a person wants them.
    """

    kind: str
    scope: str
    rule: str
    coming: PerAccount = 0
    going: PerAccount = 0
    use_cash: PerAccount | str = 0
    only_outside: bool = False
    distance: Amount = "1.75"
    limits: Limits = NO_LIMITS
    set_by_hand: tuple[SetByHand, ...] = field(default=())

    def to_json(self) -> str:
        """The request as text that :meth:`from_json` reads."""
        return json.dumps(asdict(self), default=_plain, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Request:
        """The request that :meth:`to_json` wrote."""
        given: dict[str, Any] = json.loads(text)
        limits = given.pop("limits")
        by_hand = given.pop("set_by_hand")
        return cls(
            **given,
            limits=Limits(**limits | {"fee": Fee(**limits["fee"])}),
            set_by_hand=tuple(
                SetByHand(
                    line["account"],
                    line["name"],
                    Decimal(line["amount"]),
                    None if line["shares"] is None else Decimal(line["shares"]),
                )
                for line in by_hand
            ),
        )


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Collection):
        return sorted(value)
    raise TypeError(f"{value!r} can't be written down")
