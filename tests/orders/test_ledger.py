"""Transactions for Beancount, parsed and balanced by Beancount itself."""

from dataclasses import replace
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core import data
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allocation import AllocationError, Fee, Limits, OrdersError, UnknownName, order_file
from allocation.orders.names import commodity, component
from allocation.orders.trades import trades_of
from allocation.planner import plan_deposit, plan_rebalance, plan_withdrawal
from tests.builders import TODAY, Held, portfolio

BEGUN = "2020-01-01"
HELD = [
    Held("VTI", "Stocks", 3333.33, 271.83, name="Total Market"),
    Held("ASML", "Chips", 800, 842.6, account="Roth IRA", currency="EUR", rate=1.0864),
    Held("7203", "Chips", 700, 2501, account="401(k)", currency="JPY", rate=0.0067),
    Held("VTI", "Stocks", 100, 271.83, account="401(k)"),
    Held("BND", "Bonds", 500, 74.06),
    Held("VTIP", "Bonds", 300, 50.24, account="Roth IRA"),
]
TABLES = portfolio(HELD, {"Stocks": 50, "Chips": 30, "Bonds": 20})
FEES = Limits(fee=Fee(fixed=1, percent="0.1"))


def ledger(plan, lots="cost", **options):
    """The entries of the order file after lots of everything it sells, as Beancount reads them; no errors."""
    text = order_file(plan, "beancount", lots=lots, opens=BEGUN, **options)
    opening = [f"{BEGUN} open Equity:Opening", '2020-01-02 * "What was held"']
    for trade in trades_of(plan, options.get("account")):
        if not trade.buys:
            name = f"Assets:{component(trade.account)}:{component(trade.symbol, '.')}"
            cost = f"{{1.00 {trade.quoted_currency}}}" if lots == "cost" else ""
            opening += [f"  {name}  {trade.shares + 1} {commodity(trade.symbol)} {cost}"]
    entries, errors, _ = loader.load_string(text + "\n".join([*opening, "  Equity:Opening"]))
    assert [error.message for error in errors] == []
    return [entry for entry in entries if isinstance(entry, data.Transaction) and entry.flag == "!"]


def moved(entries, account):
    """Sum of what moves in an account, by currency."""
    sums = {}
    for posting in (posting for entry in entries for posting in entry.postings if posting.account == account):
        sums[posting.units.currency] = sums.get(posting.units.currency, Decimal(0)) + posting.units.number
    return {currency: amount for currency, amount in sums.items() if amount}


PLANS = {
    "deposit": plan_deposit(TABLES, {"Brokerage": 1000, "Roth IRA": 500, "401(k)": "0.77"}, "by_target", TODAY),
    "withdrawal": plan_withdrawal(TABLES, "1234.56", "by_target", TODAY, FEES),
    "rebalance": plan_rebalance(TABLES, TODAY, limits=FEES),
    "whole shares": plan_rebalance(TABLES, TODAY, limits=replace(FEES, whole_shares=True), deposit=5000),
}
EVERY_PLAN = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)


@EVERY_PLAN
@pytest.mark.parametrize("lots", ["cost", "price"])
def test_beancount_reads_and_balances_it_without_an_error(plan, lots):
    assert len(ledger(plan, lots)) == len(trades_of(plan))


@EVERY_PLAN
def test_the_cash_moves_by_the_amounts_and_fees_of_the_plan_to_the_cent(plan):
    entries = ledger(plan)
    for account in {trade.account for trade in trades_of(plan)}:
        own = trades_of(plan, account)
        paid = sum((trade.amount if trade.buys else -trade.amount) + trade.fee for trade in own)
        assert moved(entries, f"Assets:{component(account)}:Cash") == ({"USD": -paid} if paid else {})


@EVERY_PLAN
def test_the_shares_move_as_planned(plan):
    entries = ledger(plan)
    for trade in trades_of(plan):
        name = f"Assets:{component(trade.account)}:{component(trade.symbol)}"
        assert moved(entries, name) == {commodity(trade.symbol): trade.shares * (1 if trade.buys else -1)}


def test_a_purchase_is_held_at_cost():
    tables = portfolio([Held("VTI", "Stocks", 300, 150.25, name="Total Market")], {"Stocks": 100})
    text = order_file(
        plan_deposit(tables, 302, "lazy", TODAY, Limits(whole_shares=True, fee=Fee(fixed="1.50"))), "beancount"
    )
    assert text.splitlines()[2:] == [
        '2026-11-20 ! "Buy VTI (Total Market): on target before the deposit; 100 % of the gap that it leaves"',
        "  Assets:Brokerage:VTI  2 VTI {150.25 USD}",
        "  Assets:Brokerage:Cash  -302.00 USD",
        "  Expenses:Fees  1.50 USD",
    ]


def test_a_sale_takes_lots_off_and_books_what_is_gained():
    tables = portfolio([Held("VTI", "Stocks", 300, 150)], {"Stocks": 100})
    plan = plan_withdrawal(tables, 150, "lazy", TODAY)
    assert order_file(plan, "beancount").splitlines()[3:] == [
        "  Assets:Brokerage:VTI  -1 VTI {} @ 150 USD",
        "  Assets:Brokerage:Cash  150.00 USD",
        "  Income:Gains",
    ]
    assert moved(ledger(plan), "Income:Gains") == {"USD": Decimal(-149)}


def test_what_is_quoted_abroad_is_paid_through_an_exchange():
    tables = portfolio([Held("ASML", "A", 1000, 800, currency="EUR", rate=1.25)], {"A": 100})
    plan = plan_deposit(tables, 500, "lazy", TODAY)
    assert order_file(plan, "beancount").splitlines()[3:] == [
        "  Assets:Brokerage:ASML  0.5 ASML {800 EUR}",
        "  Assets:Brokerage:Cash  -400.00 EUR",
        "  Assets:Brokerage:Cash  400.00 EUR @@ 500.00 USD",
        "  Assets:Brokerage:Cash  -500.00 USD",
    ]


def test_without_lots_there_is_a_price_and_no_gain():
    tables = portfolio([Held("VTI", "Stocks", 300, 150)], {"Stocks": 100})
    text = order_file(plan_withdrawal(tables, 150, "lazy", TODAY), "beancount", lots="price")
    assert text.splitlines()[3:] == ["  Assets:Brokerage:VTI  -1 VTI @ 150 USD", "  Assets:Brokerage:Cash  150.00 USD"]


def test_yen_are_written_with_a_decimal_because_beancount_tolerates_nothing_without():
    tables = portfolio([Held("7203", "A", 3000, 2501.5)], {"A": 100}, base="JPY")
    plan = plan_deposit(tables, 1000, "lazy", TODAY)
    assert "-1000.0 JPY" in order_file(plan, "beancount")
    assert len(ledger(plan)) == 1


def test_accounts_can_be_called_as_in_ones_own_ledger():
    text = order_file(PLANS["rebalance"], "beancount", accounts={"401(k)": "Assets:US:Pension"}, fees="Expenses:Bank",
                      gains="Income:Trading", opens=BEGUN)  # fmt: skip
    assert "Assets:US:Pension:VTI" in text and "Expenses:Bank" in text and "Income:Trading" in text
    assert "401" not in text.replace("also held in 401(k)", "").replace("held in 401(k)", "")


@pytest.mark.parametrize("name", ["Assets", "assets:broker", "Assets:my broker", "Assets:A\nB:C", 'Assets:"', "", ":"])
def test_an_account_that_beancount_does_not_allow_is_refused(name):
    with pytest.raises(OrdersError, match="can't be an account in Beancount"):
        order_file(PLANS["deposit"], "beancount", fees=name)


def test_lots_and_dates_that_are_none_are_refused():
    with pytest.raises(UnknownName, match="cost or price"):
        order_file(PLANS["deposit"], "beancount", lots="fifo")
    with pytest.raises(UnknownName, match="is not a date"):
        order_file(PLANS["deposit"], "beancount", opens="long ago")


def test_a_symbol_that_is_a_currency_of_the_plan_is_refused():
    tables = portfolio([Held("USD", "A", 10)], {"A": 100})
    with pytest.raises(OrdersError, match="a symbol and a currency of the plan"):
        order_file(plan_deposit(tables, 10, "lazy", TODAY), "beancount")


WEIRD = ["=1+1", 'a"b', "a\\b", "a\nb", "🚀", "אבג", "\u202eabc", "0700", "btc", "TRUE", "BP.", "ß", "-", "_",
         "ǅ", "中文", "x" * 90, "Cash", "V", "BRK.B", "BRK-B", "a b", "A;B", "* A", "नमस्ते"]  # fmt: skip


@pytest.mark.parametrize("name", WEIRD)
def test_weird_names_are_read_too(name):
    held = [Held(name, "Old", 100, 7, account=name, name=name), Held("NEW", "New", 1, account=name)]
    plan = plan_rebalance(portfolio(held, {"Old": 0, "New": 100}), TODAY)
    assert len(ledger(plan)) == 2
    assert len(ledger(replace(plan, rows=plan.rows.assign(reason=name)))) == 2


def test_names_that_people_use_stay_what_they_are():
    assert [component(name) for name in ("Brokerage", "Roth IRA", "401k")] == ["Brokerage", "Roth-IRA", "401k"]
    assert [component(name, ".") for name in ("VTI", "BRK.B", "7203")] == ["VTI", "BRK-B", "7203"]
    assert [commodity(name) for name in ("VTI", "BRK.B", "BRK-B", "V")] == ["VTI", "BRK.B", "BRK-B", "V"]


def test_names_that_would_look_alike_stay_apart():
    for to in (component, commodity, lambda name: component(name, ".")):
        changed = [
            to(name) for name in [*WEIRD, "BRK B", "Brk.B", "BRK..B", "Roth IRA", "Roth-IRA", "roth IRA", "=1-1"]
        ]
        assert len(set(changed)) == len(changed)


@settings(max_examples=60)
@given(names=st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=6, unique=True))
def test_any_name_becomes_one_that_beancount_allows(names):
    opened = [f"{BEGUN} open Assets:{component(name)}:{component(name, '.')} {commodity(name)}" for name in names]
    _, errors, _ = loader.load_string("\n".join([*opened, ""]))
    assert [error.message for error in errors] == []


@settings(max_examples=60)
@example(base="USD", assets=[("USD", 1, 1, 1), ("JPY", 1, Decimal("0.4001"), 1)], whole=False, lots="cost")
@example(base="USD", assets=[("JPY", 1, Decimal("0.4001"), 1), ("USD", 1, 1, 1)], whole=False, lots="price")
@given(
    base=st.sampled_from(["USD", "JPY", "KWD"]),
    assets=st.lists(
        st.tuples(
            st.sampled_from(["USD", "JPY", "KWD", "EUR"]),
            st.decimals("0.0001", "900000", places=4),
            st.decimals("0.0021", "300", places=4),
            st.integers(1, 10**7),
        ),
        min_size=2,
        max_size=4,
    ),
    whole=st.booleans(),
    lots=st.sampled_from(["cost", "price"]),
)
def test_it_balances_whatever_the_prices_and_currencies(base, assets, whole, lots):
    held = [
        Held(f"S{n}", f"S{n}", value, float(price), currency=currency, rate=1.0 if currency == base else float(rate))
        for n, (currency, price, rate, value) in enumerate(assets)
    ]
    targets = dict(zip((line.symbol for line in held), [40, 60] if len(held) == 2 else [20, 30, 50, 0], strict=False))
    try:
        plan = plan_rebalance(portfolio(held, targets, base=base), TODAY, limits=Limits(whole_shares=whole))
        expected = trades_of(plan)
    except AllocationError:
        return
    assert len(ledger(plan, lots)) == len(expected)


def test_two_names_that_become_one_are_refused(monkeypatch):
    monkeypatch.setattr("allocation.orders.names._hash", lambda name: "0")
    held = [Held("a+b", "A", 100), Held("a*b", "B", 10)]
    with pytest.raises(OrdersError, match=r"'a\*b' and 'a\+b' would both be XA-B-0 in the ledger"):
        order_file(plan_rebalance(portfolio(held, {"A": 50, "B": 50}), TODAY), "beancount")
