"""Tables and sentences as HTML. Everything that comes from a person's file is escaped here."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import Decimal
from html import escape
from typing import Any

import pandas as pd

from allocation.bands import NO_TARGET, NOTHING_HELD, OVER, UNDER
from allocation.money import write_money, write_percent, write_points, write_signed_money
from allocation.planner import Plan
from allocation.summary import Summary
from allocation.tables import SEVERAL_CLASSES
from allocation.targets import plain
from allocation.writing import Writing

CLASSES = {OVER: "allocation-over", UNDER: "allocation-under", NOTHING_HELD: "allocation-under"}


def sentence(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def wrong(text: str) -> str:
    """A sentence that says what is wrong, announced by screen readers."""
    return f'<div class="allocation-wrong" role="alert">{escape(text)}</div>' if text else ""


def status_sentence(summary: Summary, drift: pd.DataFrame) -> str:
    """The scope's state in one sentence, with its largest gap."""
    if not summary.classes:
        return "No targets are set yet. Set them below under Targets."
    outside = len(summary.out_of_band)
    verb = "is" if outside == 1 else "are"
    opening = f"{outside} of {summary.classes} classes {verb} outside {'its' if outside == 1 else 'their'} band"
    gap = drift.iloc[0]
    if not gap["drift"]:
        return "Every class is exactly on its target."
    side = "over" if gap["drift"] > 0 else "under"
    money = write_money(abs(gap["drift_money"]), summary.base_currency)
    return f"{opening}; the largest gap is {gap['asset_class']}, {money} {side}."


def summary_figures(summary: Summary, today: pd.Timestamp) -> str:
    currency = summary.base_currency
    known = summary.portfolio_drift == summary.portfolio_drift
    figures = [
        ("Total value", f"{write_money(summary.total, currency)} {currency}", ""),
        ("Portfolio drift", write_percent(summary.portfolio_drift) if known else "—", ""),
        ("Cash", write_money(summary.cash, currency), ""),
    ]
    if summary.oldest_price is not None:
        days = (today.date() - summary.oldest_price).days
        age = "today" if days == 0 else f"{days} day{'' if days == 1 else 's'} old"
        figures.append(("Oldest price", age, f"{summary.oldest_of}, {summary.oldest_price:%Y-%m-%d}"))
    items = "".join(
        f"<div><span>{title}</span><strong>{escape(value)}</strong><small>{escape(note)}</small></div>"
        for title, value, note in figures
    )
    return f'<div class="allocation-figures">{items}</div>'


def class_table(classes: pd.DataFrame, holdings: pd.DataFrame, currency: str) -> str:
    """Each class as a line that opens to its holdings; at the end, the funds that are counted in several of them."""
    head = ["Asset class", "Value", "Weight", "Target", "Points", "Money", "Status"]
    lines = [f'<div class="allocation-grid allocation-grid-head">{_cells(head)}</div>']
    for row in classes.to_dict("records"):
        name = str(row["asset_class"])
        inside = holdings[holdings["asset_class"] == name]
        lines.append(
            f'<details><summary class="allocation-grid">{_cells([escape(name), *_measures(row, currency)])}</summary>'
            f"<div>{_holding_table(inside, currency)}</div></details>"
        )
    funds = holdings[holdings["asset_class"] == SEVERAL_CLASSES]
    if len(funds):
        cells = [SEVERAL_CLASSES, *[""] * (len(head) - 2), '<span class="allocation-quiet">counted above</span>']
        lines.append(
            f'<details><summary class="allocation-grid">{_cells(cells)}</summary>'
            f"<div>{_holding_table(funds, currency)}</div></details>"
        )
    return f'<div class="allocation-classes allocation-scroll">{"".join(lines)}</div>'


def plan_table(plan: Plan) -> str:
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
                write_money(trade["amount"], currency),
                _number(trade["shares"], "{:,.4f}"),
                _number(trade["price"], "{:,.4f}"),
                *([write_money(trade["fee"], currency)] if fees else []),
                f"{write_points(trade['drift_before'])} → {write_points(trade['drift_after'])}"
                if trade["drift_before"] == trade["drift_before"]
                else "",
                escape(trade["reason"]),
            ]
        )
    numbers = [f"Amount, {currency}", "Shares", "Price", *(["Fee"] if fees else []), "Points"]
    head = ["Action", "Asset", "Account", *numbers, "Why"]
    # Adding 0 makes a plain zero of a negative one.
    total = write_money(round(plan.trades["amount"].sum(), 6) + 0.0, currency)
    rest = f'<td colspan="{len(head) - 4}"></td>'
    foot = f'<tfoot><tr><td colspan="3">Together</td><td class="number">{total}</td>{rest}</tr></tfoot>'
    return _table("Trades of this plan", head, rows, numbers=set(range(3, len(head) - 1)), foot=foot)


def undone_table(plan: Plan) -> str:
    """What a plan doesn't trade, the money that stays with it, and why."""
    rows = [
        [
            escape(row["action"]),
            escape(row["symbol"] or row["asset_class"]),
            escape(row["account"]) or "—",
            write_money(row["amount"], plan.header.currency) if row["amount"] else "",
            escape(row["reason"]),
        ]
        for row in plan.undone.to_dict("records")
    ]
    head = ["Left undone", "What", "Account", f"Amount, {plan.header.currency}", "Why"]
    return _table("Left undone", head, rows, numbers={3})


def effect_sentence(plan: Plan) -> str:
    """What a plan does to the whole: trades, money, fees, drift before and after."""
    head = plan.header

    def money(value: float) -> str:
        return f"{write_money(value, head.currency)} {head.currency}"

    parts = [f"{head.trades} trade{'' if head.trades == 1 else 's'}"]
    parts += [f"{money(head.bought)} bought"] if head.bought else []
    parts += [f"{money(head.sold)} sold"] if head.sold else []
    parts += [f"{money(head.fees)} in fees"] if head.fees else []
    parts += [f"{money(head.cash_left)} left as cash"] if head.cash_left else []
    said = f"{', '.join(parts)}."
    if head.drift_before == head.drift_before and head.drift_after == head.drift_after:
        before, after = (write_percent(drift, 2) for drift in (head.drift_before, head.drift_after))
        said += f" Portfolio drift {before} before, {after} after."
    return sentence(f"{said} {head.unproven}".strip())


def executed_table(changes: pd.DataFrame) -> str:
    """What executing a plan changes."""
    rows = [
        [
            escape(row["account"]),
            escape(row["symbol"]),
            f"{row['quantity_before']:,.10g}",
            f"{row['change']:+,.10g}".replace("-", "−"),
            f"{row['quantity_after']:,.10g}",
        ]
        for row in changes.to_dict("records")
    ]
    return _table("Changes", ["Account", "Asset", "Quantity before", "Change", "After"], rows, numbers={2, 3, 4})


def classes_after_table(classes: pd.DataFrame, currency: str) -> str:
    """Each class before and after a plan."""
    rows = [
        [
            escape(row["asset_class"]),
            write_money(row["value_before"], currency),
            write_signed_money(row["amount"], currency) if row["amount"] else "",
            write_money(row["value_after"], currency),
            write_percent(row["weight_before"]),
            write_percent(row["weight_after"]),
            _number(row["target_weight"], write=write_percent),
            _status(row["status_after"]),
        ]
        for row in classes.to_dict("records")
    ]
    head = ["Asset class", "Before", "Change", "After", "Weight before", "Weight after", "Target", "Status after"]
    return _table("Asset classes before and after", head, rows, numbers={1, 2, 3, 4, 5, 6})


def snapshots_table(snapshots: pd.DataFrame) -> str:
    """The days that accounts are known at, newest first."""
    rows = [
        [
            f"{row['as_of']:%Y-%m-%d}",
            escape(row["account"]),
            f"{row['holdings']:,}",
            f"{row['loaded_at']:%Y-%m-%d %H:%M}",
        ]
        for row in snapshots.iloc[::-1].to_dict("records")
    ]
    return _table("Snapshots", ["Day", "Account", "Holdings", "Loaded"], rows, numbers={2})


def versions_table(opened: dict[str, Decimal], saved: dict[str, Decimal], yours: dict[str, Decimal]) -> str:
    """Targets in three versions, those that differ in bold."""
    rows = []
    for name in dict.fromkeys([*opened, *saved, *yours]):
        cells = [plain(version[name]) if name in version else "—" for version in (opened, saved, yours)]
        same = len({version.get(name) for version in (saved, yours)}) == 1
        rows.append([escape(name), cells[0], *(cell if same else f"<strong>{cell}</strong>" for cell in cells[1:])])
    head = ["Target, %", "When you opened it", "Saved now", "Yours"]
    return _table("Saved targets and yours", head, rows, numbers={1, 2, 3})


def targets_table(then: Mapping[str, Decimal], now: Mapping[str, Decimal]) -> str:
    """Targets as they were saved once beside those in the editor, those that differ in bold."""
    rows = []
    for name in dict.fromkeys([*then, *now]):
        cells = [plain(version[name]) if name in version else "—" for version in (then, now)]
        same = then.get(name) == now.get(name)
        rows.append([escape(name), *(cell if same else f"<strong>{cell}</strong>" for cell in cells)])
    return _table("A saved version", ["Target, %", "Saved then", "In the editor"], rows, numbers={1, 2})


def strategies_table(table: pd.DataFrame, names: tuple[str, str], writing: Writing) -> str:
    """Two strategies side by side, and the drift under each."""
    rows = []
    for line in table.to_dict("records"):
        percents = [_number(line[side], "{:.10g}") for side in ("percent_a", "percent_b")]
        points = [_number(line[side], write=writing.points) for side in ("drift_a", "drift_b")]
        difference = writing.points(line["difference"] / 100, 2) if line["difference"] else ""
        name = escape(line["holding"] or line["asset_class"])
        rows.append([f"&emsp;{name}" if line["holding"] else f"<strong>{name}</strong>", *percents, difference, *points])
    first, second = (escape(name) for name in names)
    head = ["Target, %", first, second, "Difference, points", f"Drift, {first}", f"Drift, {second}"]
    return _table("Two strategies", head, rows, numbers={1, 2, 3, 4, 5})


def _holding_table(holdings: pd.DataFrame, currency: str) -> str:
    if holdings.empty:
        return '<span class="allocation-quiet">Nothing held.</span>'
    rows = [
        [f"{escape(_ticker(row))}<br><small>{escape(row['name'])}</small>", *_measures(row, currency)]
        for row in holdings.to_dict("records")
    ]
    return _table(
        "Holdings", ["Holding", "Value", "Weight", "Target", "Points", "Money", "Status"], rows, {1, 2, 3, 4, 5}
    )


def _ticker(row: dict[Hashable, Any]) -> str:
    return f"{row['symbol']} {row['currency']}" if row["symbol"] == "CASH" else str(row["symbol"])


def _measures(row: dict[Hashable, Any], currency: str) -> list[str]:
    def of(column: str) -> float:
        return float(str(row[column]))

    return [
        write_money(of("value"), currency),
        write_percent(of("weight")),
        _number(of("target_weight"), write=write_percent),
        _number(of("drift"), write=write_points),
        _number(of("drift_money"), write=lambda value: write_signed_money(value, currency)),
        _status(str(row["status"])),
    ]


def _status(status: str) -> str:
    return f'<span class="{CLASSES.get(status, "allocation-quiet" if status == NO_TARGET else "")}">{status}</span>'


def _number(value: float, form: str = "", write: object = None) -> str:
    if value != value:
        return ""
    return form.format(value).replace("-", "−") if form else write(value)  # type: ignore[operator]


def _cells(cells: list[str]) -> str:
    last = len(cells) - 1
    return "".join(
        f"<span{' class=number' if 0 < place < last else ''}>{cell}</span>" for place, cell in enumerate(cells)
    )


def _table(caption: str, head: list[str], rows: list[list[str]], numbers: set[int], foot: str = "") -> str:
    def line(cells: list[str], tag: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        return "".join(
            f"<{tag}{scope}{' class=number' if place in numbers else ''}>{cell}</{tag}>"
            for place, cell in enumerate(cells)
        )

    body = "".join(f"<tr>{line(cells, 'td')}</tr>" for cells in rows)
    return (
        f'<div class="allocation-scroll"><table aria-label="{caption}"><thead><tr>{line(head, "th")}</tr></thead>'
        f"<tbody>{body}</tbody>{foot}</table></div>"
    )
