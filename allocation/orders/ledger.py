"""Trades as Beancount transactions, each balanced to the minor unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from allocation.errors import OrdersError, UnknownName
from allocation.money import minor_digits
from allocation.orders.names import CASH, checked, commodity, component
from allocation.orders.trades import Trade, accounts_of, money, plain, trades_of
from allocation.planner.result import Plan
from allocation.text import Day, as_day

TITLE = ";; Trades of a plan, calculated by allocation. They are marked ! because they have not happened yet."
LOTS = ("cost", "price")
FEES, GAINS = "Expenses:Fees", "Income:Gains"


def beancount(
    plan: Plan,
    account: str | None = None,
    lots: str = "cost",
    opens: Day | None = None,
    accounts: Mapping[str, str] | None = None,
    fees: str = FEES,
    gains: str = GAINS,
) -> str:
    """A plan as Beancount transactions, one a trade, marked ``!``.

    An account's holdings are in ``Assets:ACCOUNT:SYMBOL``, its cash is in ``Assets:ACCOUNT:Cash``. The money comes from
    and goes to that cash, in the base currency; what is quoted in another is paid through an exchange of its own, so
    that its lots have a cost in the currency it is traded in. Names that Beancount doesn't allow are changed to ones
    that it does, always in the same way; the symbol and the name stand in the transaction's text.

    Parameters:
        plan: any; each trade names its account.
        account: the trades of this account alone.
        lots: ``"cost"``: what is bought is held at cost, ``3 VTI {328.45 USD}``, and a sale takes lots off, ``-3 VTI {}
            @ 328.45 USD``, with what is gained or lost in ``gains``; which lots, says the booking method of their
            account (``"FIFO"`` where it has several). ``"price"``: without cost or lots, ``3 VTI @ 328.45 USD``.
        opens: also write an ``open`` directive of this date for each account; it must be before the first lot. Without
            it, none: a ledger that has the accounts must not open them twice.
        accounts: account in the plan → its name in the ledger, such as ``{"Brokerage": "Assets:US:Broker"}``.
        fees, gains: the accounts that fees and gains are booked to.

    Raises:
        OrdersError: there is nothing to trade, an account can't be one in Beancount, or two names would become one.
        UnknownName: ``lots`` is neither, or ``opens`` is no date.
    """
    if lots not in LOTS:
        raise UnknownName(f"Lots are written by {' or '.join(LOTS)}, not by {lots!r}.")
    trades, named = trades_of(plan, account), accounts or {}
    _require_distinct(trades, named)
    held = {name: checked(named.get(name, f"Assets:{component(name)}")) for name in accounts_of(trades)}
    fees, gains = checked(fees), checked(gains)
    parts = [TITLE]
    if opens is not None:
        parts.append("\n".join(_opened(trades, held, f"{as_day(opens)} open", lots, fees, gains)))
    parts += ["\n".join(_transaction(trade, held[trade.account], lots, fees, gains)) for trade in trades]
    return "\n\n".join(parts) + "\n"


def _transaction(trade: Trade, within: str, lots: str, fees: str, gains: str) -> Iterable[str]:
    turn, cash = 1 if trade.buys else -1, f"{within}:{CASH}"
    priced = _worth(trade, "@ {}", "@@ {}")
    if lots == "cost":
        priced = _worth(trade, "{{{}}}", "{{{{{}}}}}") if trade.buys else f"{{}} {priced}"
    yield f'{trade.date} ! "{_quoted(_narration(trade))}"'
    yield f"  {_asset(trade, within)}  {plain(turn * trade.shares)} {commodity(trade.symbol)} {priced}"
    if trade.quoted_currency != trade.currency and trade.gross:
        yield f"  {cash}  {_money(-turn * trade.gross, trade.quoted_currency)}"
        exchanged = _money(trade.amount, trade.currency)
        yield f"  {cash}  {_money(turn * trade.gross, trade.quoted_currency)} @@ {exchanged}"
    yield f"  {cash}  {_money(-turn * trade.amount - trade.fee, trade.currency)}"
    if trade.fee:
        yield f"  {fees}  {_money(trade.fee, trade.currency)}"
    if lots == "cost" and not trade.buys:
        yield f"  {gains}"


def _worth(trade: Trade, one: str, together: str) -> str:
    """Its price a share, or all it costs where rounded shares times that are further off than Beancount tolerates."""
    if not trade.gross:
        # Less than half the minor unit of the currency it is quoted in: only what it costs in one's own can be written.
        return together.format(_money(trade.amount, trade.currency))
    off = abs(trade.shares * trade.price - trade.gross)
    if off > Decimal("0.5").scaleb(-_digits(trade.quoted_currency)):
        return together.format(_money(trade.gross, trade.quoted_currency))
    return one.format(f"{plain(trade.price)} {trade.quoted_currency}")


def _opened(
    trades: Sequence[Trade], held: Mapping[str, str], begins: str, lots: str, fees: str, gains: str
) -> Iterable[str]:
    for within in sorted(set(held.values())):
        yield f"{begins} {within}:{CASH}"
    for name, unit in sorted({(_asset(trade, held[trade.account]), commodity(trade.symbol)) for trade in trades}):
        yield f"{begins} {name} {unit}" + (' "FIFO"' if lots == "cost" else "")
    if any(trade.fee for trade in trades):
        yield f"{begins} {fees}"
    if lots == "cost" and not all(trade.buys for trade in trades):
        yield f"{begins} {gains}"


def _asset(trade: Trade, within: str) -> str:
    return f"{within}:{component(trade.symbol, '.')}"


def _require_distinct(trades: Sequence[Trade], accounts: Mapping[str, str]) -> None:
    currencies = {currency for trade in trades for currency in (trade.currency, trade.quoted_currency)}
    for symbol in {trade.symbol for trade in trades} & currencies:
        raise OrdersError(
            f"{symbol!r} is a symbol and a currency of the plan, which a ledger can't tell apart. Rename it."
        )
    for names, to in (
        ({trade.account for trade in trades} - set(accounts), component),
        ({trade.symbol for trade in trades}, commodity),
        ({trade.symbol for trade in trades}, lambda symbol: component(symbol, ".")),
    ):
        seen: dict[str, str] = {}
        for name in sorted(names):
            other = seen.setdefault(to(name), name)
            if other != name:
                raise OrdersError(f"{other!r} and {name!r} would both be {to(name)} in the ledger. Rename one of them.")


def _narration(trade: Trade) -> str:
    called = trade.symbol if trade.name in ("", trade.symbol) else f"{trade.symbol} ({trade.name})"
    return " ".join(f"{trade.action.capitalize()} {called}: {trade.reason}".splitlines())


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _money(amount: Decimal, currency: str) -> str:
    return f"{money(amount, currency, 1)} {currency}"


def _digits(currency: str) -> int:
    """Decimals that amounts are written with: one at least, because Beancount tolerates nothing without decimals."""
    return max(minor_digits(currency), 1)
