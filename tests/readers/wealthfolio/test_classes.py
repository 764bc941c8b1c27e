"""Categories by weight become classes."""

from decimal import Decimal

import pytest


@pytest.fixture
def one(wealthfolio):
    """A database whose account holds 1 VTI at 300 USD and 1 USD."""

    def one(version="3.6"):
        database = wealthfolio(version).account().asset("VTI").quote("VTI", 300)
        return database.snapshot(positions={database.key("VTI"): (1, 1, "USD")}, cash={"USD": 1})

    return one


def classes_of(content):
    assert content.problems == ()
    return dict(content.holdings[["symbol", "asset_class"]].values.tolist())


def weights_of(content):
    return content.classes[["symbol", "asset_class", "weight_percent"]].values.tolist()


@pytest.mark.parametrize("version", ["3.0", "3.6"])
def test_one_whole_class_is_the_class_of_the_holding(one, read, version):
    content = read(one(version).classify("VTI", EQUITY=10000))
    assert classes_of(content) == {"VTI": "Equity", "CASH": "Cash"} and content.classes.empty


def test_several_classes_are_weights(one, read):
    content = read(one().classify("VTI", EQUITY=6667, BONDS=3333))
    assert classes_of(content) == {"VTI": None, "CASH": "Cash"}
    assert weights_of(content) == [["VTI", "Fixed Income", Decimal("33.33")], ["VTI", "Equity", Decimal("66.67")]]


def test_a_part_of_one_class_is_a_weight(one, read):
    assert weights_of(read(one().classify("VTI", EQUITY=5000))) == [["VTI", "Equity", 50]]


def test_a_class_inside_another_counts_as_that_one(one, read):
    content = read(one().classify("VTI", LARGE=4000, EQUITY=6000))
    assert classes_of(content)["VTI"] == "Equity"
    assert "Classes inside another one count as that one: Large caps." in content.notes


def test_a_class_with_a_target_stands_for_itself(one, read):
    database = one().classify("VTI", LARGE=4000, EQUITY=6000)
    content = read(database.target("t", weights={"LARGE": 5000, "EQUITY": 5000}))
    assert weights_of(content) == [["VTI", "Equity", 60], ["VTI", "Large caps", 40]]


def test_other_taxonomies_do_not_matter(one, read):
    database = one().insert("asset_taxonomy_assignments", asset_id="id-VTI", taxonomy_id="regions", category_id="ASIA")
    assert classes_of(read(database))["VTI"] is None


def test_an_asset_without_a_class_has_none(one, read):
    assert classes_of(read(one())) == {"VTI": None, "CASH": "Cash"}


def test_weights_over_100_are_a_problem(one, told):
    assert told(one().classify("VTI", EQUITY=8000, BONDS=4000)) == [
        "app.db, weight: 'VTI' has classes that add up to 120 %. Classify it again in Wealthfolio, then export again."
    ]


@pytest.mark.parametrize("weight", [10001, -1, "all", 0.5])
def test_a_weight_that_is_none_is_a_problem(one, told, weight):
    (problem,) = told(one().classify("VTI", EQUITY=weight))
    assert "is no weight from 0 to 10000 (VTI)" in problem


def test_a_class_that_is_gone_is_said(one, read):
    assert (
        "A class of VTI no longer exists in Wealthfolio; that part of it is in no class."
        in read(one().classify("VTI", GONE=10000)).notes
    )


def test_classes_that_contain_each_other_end(one, read):
    database = one().classify("VTI", LARGE=10000)
    database.run("UPDATE taxonomy_categories SET parent_id = 'LARGE' WHERE id = 'EQUITY'")
    assert classes_of(read(database))["VTI"] in ("Equity", "Large caps")


def test_two_classes_of_one_name_tell_where_they_are(one, read):
    category = {"taxonomy_id": "asset_classes", "id": "X", "parent_id": "BONDS", "name": "equity", "key": "X"}
    database = one().insert("taxonomy_categories", **category)
    content = read(database.classify("VTI", X=10000).target("t", weights={"X": 10000}))
    assert classes_of(content)["VTI"] == "Fixed Income / equity"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_old_versions_name_the_class_as_a_word(wealthfolio, read, version):
    database = wealthfolio(version).account().asset("VTI", asset_class="Equity").asset("BND", asset_class="cash")
    database.asset("X", asset_class="equity").quote("VTI", 1).quote("BND", 1).quote("X", 1)
    if version == "1.0":
        for symbol in ("VTI", "BND", "X"):
            database.activity("TRANSFER_IN", symbol, quantity=1, price=1)
    else:
        database.snapshot(positions=dict.fromkeys(("VTI", "BND", "X"), (1, 1, "USD")))
    assert classes_of(read(database)) == {"BND": "Cash", "VTI": "Equity", "X": "Equity"}
