"""Plans that are kept: saved, looked at again, compared, edited, and marked as executed."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from allocation.errors import PlanError
from allocation.money import Amount
from allocation.planner import Plan, calculate_around
from allocation.planner import edit_plan as edited
from allocation.planner.edited import Name
from allocation.portfolio_file import PortfolioFile
from allocation.store import executing, plans, reading, undoing
from allocation.tables import called
from allocation.text import Day, as_day, clean

LONGEST_TITLE = 300


@dataclass(frozen=True)
class Executed:
    """What executing a plan, or taking that back, changed or would change.

    Attributes:
        plan: its number.
        on: the day that it is, or was, executed as of.
        changes: one row an account and asset: ``account``, ``symbol`` (cash with its currency), ``quantity_before``,
            ``change``, ``quantity_after``.
        remaining: how many lines of the plan are still to be executed.
        executed: how many have been.
    """

    plan: int
    on: datetime.date
    changes: pd.DataFrame
    remaining: int
    executed: int


class Plans(PortfolioFile):
    """The plans that a :class:`~allocation.Portfolio` keeps."""

    def save_plan(self, plan: Plan, title: str = "") -> int:
        """Keep a plan as it is.

        Parameters:
            title: what to call it.

        Returns:
            Its number.
        """
        title = clean(title)
        if not title.isprintable() or len(title) > LONGEST_TITLE:
            raise PlanError(f"{title[:40]!r} can't be a title: write up to {LONGEST_TITLE} letters, in one line.")
        with self._database.write() as connection:
            return plans.save_plan(connection, plan, title, self._database.by)

    def plans(self, scope: str | None = None) -> pd.DataFrame:
        """The saved plans, oldest first.

        Parameters:
            scope: only those of ``"all"``, or of an account.

        Returns:
            One row a plan: ``plan`` (its number), ``title``, ``date``, ``kind``, ``scope``, ``rule``, ``flow`` (in
            ``currency``), ``trades`` (how many), ``executed`` (empty, ``in part`` or ``in full``), ``executed_on`` (the
            last day; missing where nothing was), ``saved_by``, ``saved_at`` (UTC).
        """
        return self._database.ask(f"plans of {scope}", lambda connection: plans.list_plans(connection, scope)).copy()

    def saved_plan(self, number: int) -> Plan:
        """A plan as it was saved.

        Raises:
            UnknownName: there is none of that number.
        """
        with self._database.read() as connection:
            return plans.read_plan(connection, number)

    def plan_again(self, plan: Plan) -> Plan:
        """What the same request comes to today: same money, rule, limits and trades set by hand, on what is held now.

        Raises:
            AllocationError: it can't be met any more; says why.
        """
        with self._database.read() as connection:
            tables = reading.read_tables(connection, plan.request.scope)
        return calculate_around(tables, plan.request, datetime.date.today())

    def edit_plan(
        self,
        plan: Plan,
        amounts: Mapping[Name, Amount] | None = None,
        shares: Mapping[Name, Amount] | None = None,
        recalculate: bool = False,
    ) -> Plan:
        """A plan with some of its trades set by hand. See :func:`allocation.planner.edit_plan`.

        Parameters:
            plan: the plan, which stays as it is.
            amounts: symbol, or (account, symbol) → money, negative for a sale, 0 for no trade; base currency.
            shares: the same in shares.
            recalculate: calculate the other trades anew around them; otherwise they stay, and what is over is cash.

        Returns:
            The edited plan; its limits say what was set by hand.

        Raises:
            AmountError: more would be sold than is held, or more spent than there is.
            UnknownName: there is no such asset or account, or it isn't said in which account.
        """
        with self._database.read() as connection:
            tables = reading.read_tables(connection, plan.request.scope)
        return edited(tables, plan, amounts or {}, shares or {}, recalculate, datetime.date.today())

    def compare_plans(self, first: Plan | int, second: Plan | int | None = None) -> pd.DataFrame:
        """Two plans side by side, trade by trade.

        Parameters:
            first, second: plans, or the numbers of saved ones; without the second, what the first comes to today.

        Returns:
            One row an account and asset that either trades: ``account``, ``symbol`` (cash with its currency),
            ``asset_class``, ``amount_first``, ``amount_second``, ``difference`` (base currency; 0 where one doesn't
            trade it).

        Raises:
            PlanError: they are in two base currencies.
            UnknownName: no such plan.
        """
        one = self.saved_plan(first) if isinstance(first, int) else first
        if second is None:
            other = self.plan_again(one)
        else:
            other = self.saved_plan(second) if isinstance(second, int) else second
        if one.header.currency != other.header.currency:
            raise PlanError(
                f"One plan is in {one.header.currency}, the other in {other.header.currency}; they can't be compared."
            )
        sums = [
            plan.trades.assign(
                symbol=[called(*row) for row in zip(plan.trades["symbol"], plan.trades["quoted_currency"], strict=True)]
            ).groupby(["account", "symbol", "asset_class"])["amount"].sum()
            for plan in (one, other)
        ]  # fmt: skip
        table = pd.concat(sums, axis=1, keys=["amount_first", "amount_second"]).astype("float64").fillna(0.0)
        table = table.sort_index().reset_index()
        return table.assign(difference=(table["amount_second"] - table["amount_first"]).round(6))

    def delete_plan(self, number: int) -> None:
        """Forget the saved plan of this ``number``, which has not been executed.

        Raises:
            PlanError: it has been; it stays as part of the portfolio's history.
            UnknownName: no such plan.
        """
        with self._database.write() as connection:
            plans.delete_plan(connection, number)

    def execute_plan(
        self,
        number: int,
        only: Collection[str] | None = None,
        accounts: Collection[str] | None = None,
        into: str | None = None,
        on: Day | None = None,
        preview: bool = False,
    ) -> Executed:
        """Mark a saved plan as executed: holdings and cash become what it says, the plan stays as history.

        Each account that it trades in gets a snapshot of that day. Trades are paid with the money that the plan brings
        in, then from the account's cash; what they bring goes out as far as the plan takes money out, and is cash
        otherwise. What was bought adds to a known cost basis, what was sold takes its part of it (average cost; fees
        are not in it). All of it is written, or nothing.

        Parameters:
            only: the symbols of the trades that were executed (cash: ``"CASH USD"``); by default all that are left.
                What the plan leaves as cash goes with an account's last trade.
            accounts: only those in these accounts.
            into: the account of what the plan leaves open; needed only where there is such a thing.
            on: the day; today by default.
            preview: only say what would change; nothing is written.

        Returns:
            What changed, and what is still to be executed.

        Raises:
            PlanError: more would be sold than is held now, or cash would go below nothing; nothing is left to execute;
                the account isn't said; the day is in the future, or before what the account holds is known of.
            UnknownName: no such plan, trade or account.
        """
        today = datetime.date.today()
        day = today if on is None else as_day(on)
        if day > today:
            raise PlanError(f"{day} is in the future. A plan is executed today or before.")
        with self._database.write(keep=not preview) as connection:
            changes, remaining = executing.execute(connection, number, only, accounts, into, day, self._database.by)
            executed = len(plans.executed_lines(connection, number))
        return Executed(number, day, _table(changes), remaining, executed)

    def undo_plan(self, number: int, preview: bool = False) -> Executed:
        """Take the execution of a plan back: holdings and cash are what they were before, the plan isn't executed.

        The snapshots that it made are gone, and those that were there that day hold what they held. A plan that was
        executed in parts goes back by the last part; once more takes back the one before. Where a snapshot was deleted
        by hand already, only the mark is taken away.

        Parameters:
            preview: only say what would change; nothing is written.

        Returns:
            What changed, from now to then; ``executed`` says how many lines of earlier parts stay executed.

        Raises:
            PlanError: nothing of it has been executed; or something was saved on top of it in one of its accounts: a
                later snapshot, another execution, the same day loaded again. Nothing is taken back then.
            UnknownName: no such plan.
        """
        with self._database.write(keep=not preview) as connection:
            undone = undoing.undo(connection, number)
        return Executed(number, undone.on, _table(undone.changes), undone.remaining, undone.executed)


def _table(changes: Sequence[executing.Change]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (change.account, change.name, float(change.before), float(change.after - change.before),
             float(change.after))
            for change in changes
        ],
        columns=["account", "symbol", "quantity_before", "change", "quantity_after"],
    )  # fmt: skip
