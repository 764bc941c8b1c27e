"""The trades of a plan as an order file needs them: exact numbers, one account each, sales first."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from allocation.errors import OrdersError, UnknownName
from allocation.money import minor_digits
from allocation.planner.result import BUY, SELL, Plan

SHARE_DIGITS = 8


@dataclass(frozen=True)
class Trade:
    """Something bought or sold; every number is above 0.

    Attributes:
        date: the plan's.
        account, symbol, name, reason: as in the plan.
        buys: False: sells.
        shares: to eight decimals, as in the plan.
        price: of a share, in ``quoted_currency``.
        quoted_currency: what the asset is traded in.
        gross: shares × price, to the minor unit of ``quoted_currency``.
        amount: the same in ``currency``, as in the plan.
        fee: in ``currency``.
        currency: the base currency.
    """

    date: datetime.date
    account: str
    symbol: str
    name: str
    reason: str
    buys: bool
    shares: Decimal
    price: Decimal
    quoted_currency: str
    gross: Decimal
    amount: Decimal
    fee: Decimal
    currency: str

    @property
    def action(self) -> str:
        """``buy`` or ``sell``."""
        return BUY if self.buys else SELL


def trades_of(plan: Plan, account: str | None = None) -> list[Trade]:
    """What a plan buys and sells, sales first, largest first.

    Parameters:
        plan: any.
        account: of this account alone.

    Raises:
        OrdersError: nothing is bought or sold, a trade has no account, or comes to no share.
        UnknownName: the plan trades in other accounts only.
    """
    rows = plan.rows[plan.rows["action"].isin([BUY, SELL])]
    if rows.empty:
        raise OrdersError("The plan neither buys nor sells anything, so there is no order file to write.")
    _require_accounts(rows)
    if account is not None:
        _require_traded_in(rows, account)
        rows = rows[rows["account"] == account]
    ordered = pd.concat([rows[rows["action"] == SELL], rows[rows["action"] == BUY]])
    return [_trade(row) for row in ordered.to_dict("records")]


def accounts_of(trades: Sequence[Trade]) -> list[str]:
    """The accounts that trade, by name."""
    return sorted({trade.account for trade in trades})


def plain(number: Decimal) -> str:
    """A number with all its digits and no exponent, blanks or zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal, currency: str, at_least: int = 0) -> str:
    """An amount with the decimals of its currency, or more where ``at_least`` asks for them."""
    return f"{amount:.{max(minor_digits(currency), at_least)}f}"


def _require_accounts(rows: pd.DataFrame) -> None:
    homeless = rows.loc[rows["account"] == "", "symbol"]
    if len(homeless):
        symbol = homeless.iloc[0]
        raise OrdersError(
            f"The plan leaves open which account trades {symbol}, and an order needs one. Say who may buy it, such as "
            f"may_buy={{'Brokerage': [{symbol!r}]}} in the limits, or plan one account."
        )


def _require_traded_in(rows: pd.DataFrame, account: str) -> None:
    known = sorted(rows["account"].unique())
    if account not in known:
        raise UnknownName(f"The plan trades nothing in the account {account!r}. It trades in {', '.join(known)}.")


def _trade(row: Mapping[Hashable, Any]) -> Trade:
    texts = {column: str(row[column]) for column in ("account", "symbol", "name", "reason")}
    shares, price = abs(_exact(row["shares"])), _exact(row["quoted_price"])
    currency, quoted = str(row["currency"]), str(row["quoted_currency"])
    amount = _to_minor(abs(_exact(row["amount"])), currency)
    shares = shares.quantize(Decimal(1).scaleb(-SHARE_DIGITS), ROUND_HALF_UP)
    if not shares:
        raise OrdersError(
            f"The trade of {texts['symbol']} in {texts['account']} is less than a hundred-millionth of a share, which "
            "no order can say. Set a smallest trade (minimum_trade) in the limits."
        )
    return Trade(
        date=row["date"],
        **texts,
        buys=row["action"] == BUY,
        shares=shares,
        price=price,
        quoted_currency=quoted,
        gross=amount if quoted == currency else _to_minor(shares * price, quoted),
        amount=amount,
        fee=_to_minor(_exact(row["fee"]), currency),
        currency=currency,
    )


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _to_minor(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)
