"""Which of a database's taxonomies becomes the asset classes: chosen, remembered, and changed for another."""

import pytest

from allocation.errors import LoadError
from allocation.readers import Opened
from allocation.readers.wealthfolio import FORMAT
from tests.readers.wealthfolio.conftest import TODAY

BY_CLASS = {("VTI", "Equity"): 100, ("BND", "Fixed Income"): 100, ("CASH", "Cash"): 100}
BY_REGION = {
    ("VTI", "Asia"): 30,
    ("VTI", "Europe"): 60,
    ("VTI", "Unclassified"): 10,
    ("BND", "Unclassified"): 100,
    ("CASH", "Unclassified"): 100,
}


@pytest.fixture
def two(wealthfolio):
    """A database whose assets are classified by asset classes and by regions."""

    def two(version="3.6"):
        database = wealthfolio(version).account().asset("VTI").quote("VTI", 300).asset("BND").quote("BND", 70)
        database.classify("VTI", EQUITY=10000).classify("BND", BONDS=10000)
        for region, weight in (("ASIA", 3000), ("EUROPE", 6000)):
            database.insert(
                "asset_taxonomy_assignments", asset_id="id-VTI", taxonomy_id="regions", category_id=region,
                weight=weight,
            )  # fmt: skip
        return database.snapshot(positions={"id-VTI": (1, 1, "USD"), "id-BND": (1, 1, "USD")}, cash={"USD": 1})

    return two


def classes(portfolio):
    table = portfolio.asset_classes()
    return {
        (symbol, name): percent
        for symbol, name, percent in table[["symbol", "asset_class", "weight_percent"]].values.tolist()
    }


@pytest.mark.parametrize("version", ["3.0", "3.5.0", "3.5.1", "3.6"])
def test_a_report_says_which_taxonomy_was_taken_and_which_others_there_are(two, portfolio, version):
    report = portfolio.load(two(version).saved(), preview=True)
    assert (report.taxonomies, report.taxonomy) == (("Asset Classes", "Regions"), "Asset Classes")
    assert "app.db: Classes come from the taxonomy Asset Classes. Not used: the taxonomy Regions." in report.notes


@pytest.mark.parametrize("version", ["3.0", "3.6"])
def test_another_one_is_chosen_remembered_and_leaves_none_of_the_classes_before(two, portfolio, version):
    path = two(version).saved()
    portfolio.load(path)
    assert classes(portfolio) == BY_CLASS
    portfolio.load(path, taxonomy="regions")
    assert classes(portfolio) == BY_REGION
    again = portfolio.load(path)
    assert (again.taxonomy, again.changed) == ("Regions", False)
    portfolio.load(path, taxonomy="Asset Classes")
    assert classes(portfolio) == BY_CLASS


def test_targets_are_those_of_the_taxonomy_that_is_chosen(two, portfolio):
    database = two().target("t1", "Classes", weights={"EQUITY": 5000, "BONDS": 5000})
    path = database.target("t2", "World", taxonomy="regions", weights={"ASIA": 4000, "EUROPE": 6000}).saved()
    portfolio.load(path)
    assert portfolio.strategy().class_percents == {"Equity": 50, "Fixed Income": 50}
    portfolio.load(path, taxonomy="Regions")
    assert portfolio.strategy(name="World").class_percents == {"Europe": 60, "Asia": 40}


def test_only_what_classifies_something_held_is_there_to_choose(two, read):
    database = two().insert("taxonomies", id="spending", name="Spending", scope="activity")
    database.insert("taxonomies", id="risk", name="Risk").insert("taxonomies", id="themes", name="regions")
    for taxonomy, asset, weight in (("spending", "id-VTI", 1), ("risk", "id-GONE", 1), ("risk", "id-VTI", 0),
                                    ("themes", "id-VTI", 1)):  # fmt: skip
        database.insert(
            "asset_taxonomy_assignments", asset_id=asset, taxonomy_id=taxonomy, category_id="X", weight=weight
        )
    assert read(database).taxonomies == ("Asset Classes", "Regions", "regions (2)")


def test_a_database_with_one_way_to_classify_says_nothing_about_others(wealthfolio, read):
    database = wealthfolio().account().asset("VTI").quote("VTI", 1).classify("VTI", EQUITY=10000)
    content = read(database.snapshot(positions={"id-VTI": (1, 1, "USD")}))
    assert (content.taxonomies, content.taxonomy) == (("Asset Classes",), "Asset Classes")
    assert not any("taxonomy" in note for note in content.notes)


def test_a_database_without_asset_classes_takes_none_of_the_others_unasked(two, read):
    content = read(two().run("DELETE FROM asset_taxonomy_assignments WHERE taxonomy_id = 'asset_classes'"))
    assert (content.taxonomies, content.taxonomy) == (("Regions",), None)
    assert "Not used: the taxonomy Regions." in content.notes


def test_a_taxonomy_that_is_not_there_is_a_sentence_and_the_others_can_be_chosen(two, wealthfolio, portfolio):
    with pytest.raises(LoadError) as refused:
        portfolio.load(two().saved(), taxonomy="Region")
    (problem,) = refused.value.problems
    assert str(problem) == ("app.db, taxonomy: 'Region' is no taxonomy of this file. It has Asset Classes, Regions.")
    assert refused.value.taxonomies == ("Asset Classes", "Regions")


def test_an_old_version_has_none_to_choose(wealthfolio, portfolio):
    database = wealthfolio("1.1").account().asset("VTI", asset_class="Equity").quote("VTI", 1)
    path = database.snapshot(positions={"VTI": (1, 1, "USD")}).saved()
    assert FORMAT.read(Opened(path), TODAY).taxonomies == ()
    with pytest.raises(LoadError, match="only files of Portfolio Performance and of Wealthfolio 3 have taxonomies"):
        portfolio.load(path, taxonomy="Regions")
