"""Targets of version 3.5.1 and later."""

from decimal import Decimal

import pytest

ROW = ["asset_class", "target_percent", "strategy", "account"]
HALVES = {"EQUITY": 5000, "BONDS": 5000}


@pytest.fixture
def one(wealthfolio):
    """A database whose account holds 1 VTI, all equity, at 300 USD."""
    database = wealthfolio().account().asset("VTI").quote("VTI", 300).classify("VTI", EQUITY=10000)
    return database.snapshot(positions={"id-VTI": (1, 1, "USD")})


def left_out(content):
    assert content.problems == ()
    return [note for note in content.notes if note.startswith("The target ")]


def test_targets_of_the_whole_portfolio_and_of_an_account(one, read):
    one.target("t1", "Calm", weights={"EQUITY": 3333, "BONDS": 6667})
    content = read(one.target("t2", "Bold", "account", "a1", weights={"EQUITY": 10000, "CASH": 0}))
    assert content.targets[ROW].values.tolist() == [
        ["Fixed Income", Decimal("66.67"), "Calm", None],
        ["Equity", Decimal("33.33"), "Calm", None],
        ["Equity", 100, "Bold", "Savings"],
        ["Cash", 0, "Bold", "Savings"],
    ]
    assert any(
        note.startswith("Bands, smallest trades and whole shares of Wealthfolio's targets aren't taken over: bands are")
        for note in content.notes
    )


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (
            {"scope": "portfolio", "of": "p1"},
            "it is of a group of accounts. Targets here are of the whole portfolio or",
        ),
        ({"scope": "account", "of": "gone"}, "its account isn't loaded."),
        ({"weights": {"EQUITY": 5000, "BONDS": 4000}}, "its percents add up to 90: 10 missing. Complete it in"),
        ({"weights": {}}, "its percents add up to 0: 100 missing."),
        ({"weights": {"EQUITY": 20000, "BONDS": -10000}}, "it has a percent that is none."),
        ({"weights": {"EQUITY": "half", "BONDS": 5000}}, "it has a percent that is none."),
        ({"weights": {"EQUITY": "1e40", "BONDS": 5000}}, "it has a percent that is none."),
        ({"weights": {"EQUITY": "5000.5", "BONDS": "4999.5"}}, "it has a percent that is none."),
        ({"weights": {"GONE": 10000}}, "its classes aren't those of the holdings (Asset Classes)."),
    ],
)
def test_a_target_that_does_not_fit_is_left_out_and_said(one, read, more, why):
    content = read(one.target("t", "Calm", **({"weights": HALVES} | more)))
    (note,) = left_out(content)
    assert note.startswith(f"The target Calm is left out: {why}") and content.targets.empty


def test_an_archived_target_does_not_count(one, read):
    content = read(one.target("t", weights=HALVES, archived_at="2026-01-01"))
    assert content.targets.empty and left_out(content) == []


def test_of_two_of_one_scope_the_one_changed_last_counts(one, read):
    one.target("t1", "Old", weights=HALVES, updated_at="2025-01-01")
    content = read(one.target("t2", "New", weights=HALVES, updated_at="2026-01-01"))
    assert set(content.targets["strategy"]) == {"New"}
    assert left_out(content) == [
        "The target Old is left out: New is of the same scope. Archive the one that no longer holds."
    ]


def test_a_target_in_another_taxonomy_decides_the_classes(one, read):
    one.insert("asset_taxonomy_assignments", asset_id="id-VTI", taxonomy_id="regions", category_id="ASIA")
    content = read(one.target("t", taxonomy="regions", weights={"ASIA": 6000, "EUROPE": 4000}))
    assert content.targets["asset_class"].tolist() == ["Asia", "Europe"]
    assert content.holdings["asset_class"].tolist() == ["Asia"]


def test_asset_classes_come_before_another_taxonomy(one, read):
    one.target("t1", "Regions", taxonomy="regions", weights={"ASIA": 10000}, updated_at="2026-10-01")
    one.target("t2", "Classes", weights=HALVES)
    assert set(read(one).targets["strategy"]) == {"Classes"}


def test_limits_are_named(one, read):
    one.target("t", weights=HALVES)
    for action, of, effect in (("sell", "id-VTI", "block"), ("buy", "a1", "avoid"), ("trade", "BONDS", "block")):
        one.insert("allocation_target_constraints", target_id="t", subject_type="x", subject_id=of, action=action,
                   effect=effect)  # fmt: skip
    assert (
        "Wealthfolio's limits aren't taken over; give them to a plan: avoid buy Savings, block sell VTI, block trade "
        "Fixed Income."
    ) in read(one).notes
