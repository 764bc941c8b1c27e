"""A plan as tables and sentences."""

from __future__ import annotations

from html import escape

import pandas as pd

from allocation.dashboard.markup import plural, prose, sentence, status, table
from allocation.planner import Plan
from allocation.tables import called
from allocation.writing import Writing


def plan_table(plan: Plan, writing: Writing) -> str:
    """The trades of a plan, with their sum, and their fees where there are any."""
    currency = plan.header.currency
    rows, fees = [], bool(plan.trades["fee"].any())
    for trade in plan.trades.to_dict("records"):
        asset = f"{escape(trade['symbol'])}<br><small>{escape(trade['name'])}</small>" if trade["symbol"] else "—"
        rows.append(
            [
                escape(trade["action"]),
                asset,
                escape(trade["account"]) or ("any that holds it" if trade["symbol"] else "—"),
                writing.money(trade["amount"], currency),
                writing.shares(trade["shares"]) if _known(trade["shares"]) else "",
                writing.number(f"{trade['price']:,.4f}") if _known(trade["price"]) else "",
                *([writing.money(trade["fee"], currency)] if fees else []),
                f"{writing.points(trade['drift_before'])} → {writing.points(trade['drift_after'])}"
                if _known(trade["drift_before"])
                else "",
                prose(writing.sentence(trade["reason"], currency)),
            ]
        )
    numbers = [f"Amount, {currency}", "Shares", "Price", *(["Fee"] if fees else []), "Points"]
    head = ["Action", "Asset", "Account", *numbers, "Why"]
    # Adding 0 makes a plain zero of a negative one.
    total = writing.money(round(plan.trades["amount"].sum(), 6) + 0.0, currency)
    foot = ["Together", "", "", total, *[""] * (len(head) - 4)]
    return table("Trades of this plan", head, rows, set(range(3, len(head) - 1)), foot, names={0, 1}, key=3, wordy=True)


def undone_table(plan: Plan, writing: Writing) -> str:
    """What a plan doesn't trade, the money that stays with it, and why."""
    currency = plan.header.currency
    rows = [
        [
            escape(row["action"]),
            escape(called(row["symbol"], row["quoted_currency"]) or row["asset_class"]),
            escape(row["account"]) or "—",
            writing.money(row["amount"], currency) if row["amount"] else "",
            prose(writing.sentence(row["reason"], currency)),
        ]
        for row in plan.undone.to_dict("records")
    ]
    return table(
        "Left undone", ["Left undone", "What", "Account", f"Amount, {currency}", "Why"], rows, {3}, names={0, 1}, key=3
    )


def effect_sentence(plan: Plan, writing: Writing) -> str:
    """What a plan does to the whole: trades, money, fees, drift before and after."""
    head = plan.header

    def money(value: float) -> str:
        return f"{writing.money(value, head.currency)} {head.currency}"

    parts = [plural(head.trades, "trade", writing)]
    parts += [f"{money(head.bought)} bought"] if head.bought else []
    parts += [f"{money(head.sold)} sold"] if head.sold else []
    parts += [f"{money(head.fees)} in fees"] if head.fees else []
    parts += plan.cash_moved(money)
    parts += [f"{money(head.cash_left)} left as cash{plan.counted_as(money)}"] if head.cash_left else []
    told = f"{', '.join(parts)}."
    if _known(head.drift_before) and _known(head.drift_after):
        before, after = (writing.percent(drift, 2) for drift in (head.drift_before, head.drift_after))
        told += f" Portfolio drift {before} before, {after} after."
    return sentence(f"{told} {head.unproven}".strip())


def executed_table(changes: pd.DataFrame, writing: Writing) -> str:
    """What executing a plan changes."""
    rows = [
        [
            escape(row["account"]),
            escape(row["symbol"]),
            writing.quantity(row["quantity_before"]),
            writing.quantity(row["change"], sign=True),
            writing.quantity(row["quantity_after"]),
        ]
        for row in changes.to_dict("records")
    ]
    head = ["Account", "Asset", "Quantity before", "Change", "After"]
    return table("Changes", head, rows, {2, 3, 4}, names={1}, key=3)


def classes_after_table(classes: pd.DataFrame, currency: str, writing: Writing) -> str:
    """Each class before and after a plan."""
    rows = [
        [
            escape(row["asset_class"]),
            writing.money(row["value_before"], currency),
            writing.signed_money(row["amount"], currency) if row["amount"] else "",
            writing.money(row["value_after"], currency),
            writing.percent(row["weight_before"]),
            writing.percent(row["weight_after"]),
            writing.percent(row["target_weight"]) if _known(row["target_weight"]) else "",
            status(row["status_after"]),
        ]
        for row in classes.to_dict("records")
    ]
    head = ["Asset class", "Before", "Change", "After", "Weight before", "Weight after", "Target", "Status after"]
    return table("Asset classes before and after", head, rows, numbers={1, 2, 3, 4, 5, 6}, key=3)


def _known(value: float) -> bool:
    return value == value
