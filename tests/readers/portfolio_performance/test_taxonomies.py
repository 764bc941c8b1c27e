"""Which of a file's taxonomies becomes the asset classes: chosen, remembered, and changed for another."""

import pytest

from allocation.errors import LoadError
from allocation.readers import Opened
from tests.readers.portfolio_performance import building
from tests.readers.portfolio_performance.building import (
    account,
    assigned,
    cash,
    classification,
    client,
    security,
    shares,
    taxonomy,
)

WORLD, BOND, BANK = "securities/security[1]", "securities/security[2]", "accounts/account"
AIMED = taxonomy(
    "Asset Allocation",
    classification("Equity", 60, assigned(WORLD)),
    classification("Safe", 40, assigned(BOND), assigned(BANK)),
)
REGIONS = taxonomy("Regions", classification("Asia", 50, assigned(WORLD, 30)), classification("Europe", 20))


def file(*ways, name="my.xml"):
    """60 World and 40 Bond of 10 EUR each, and 100 EUR."""
    xml = client(
        security("World", "WLD"),
        security("Bond", "BND"),
        account("Bank", cash("DEPOSIT", 10_000)),
        building.portfolio("Depot", shares("BUY", 1, 60), shares("BUY", 2, 40)),
        *(ways or (AIMED, REGIONS)),
    )
    return Opened(xml.encode(), name)


def classes(portfolio):
    table = portfolio.asset_classes()
    return {
        (symbol, name): percent
        for symbol, name, percent in table[["symbol", "asset_class", "weight_percent"]].values.tolist()
    }


BY_AIM = {("WLD", "Equity"): 100, ("BND", "Safe"): 100, ("CASH", "Safe"): 100}
BY_REGION = {
    ("WLD", "Asia"): 30,
    ("WLD", "Unclassified"): 70,
    ("BND", "Unclassified"): 100,
    ("CASH", "Unclassified"): 100,
}


def test_a_report_says_which_taxonomy_was_taken_and_which_others_there_are(portfolio):
    report = portfolio.load(file(), preview=True)
    assert (report.taxonomies, report.taxonomy) == (("Asset Allocation", "Regions"), "Asset Allocation")
    assert "my.xml: Not used: the taxonomy Regions." in report.notes


def test_the_one_that_is_chosen_is_remembered_for_the_next_load(portfolio):
    assert portfolio.load(file(), taxonomy="regions").taxonomy == "Regions"
    assert classes(portfolio) == BY_REGION
    again = portfolio.load(file())
    assert (again.taxonomy, again.changed) == ("Regions", False)
    assert portfolio.load(file(taxonomy("Mine", classification("A", 1, assigned(WORLD))))).taxonomy is None


def test_a_file_with_one_taxonomy_more_keeps_the_one_that_was_chosen(portfolio):
    portfolio.load(file(), taxonomy="Regions")
    more = taxonomy("Sectors", classification("Energy", 50), classification("Health", 50))
    assert portfolio.load(file(AIMED, REGIONS, more)).taxonomy == "Regions"
    assert portfolio.load(file(AIMED, more)).taxonomy == "Asset Allocation"


def test_a_preview_remembers_nothing(portfolio):
    portfolio.load(file(), taxonomy="Regions", preview=True)
    assert portfolio.load(file()).taxonomy == "Asset Allocation"


def test_another_one_leaves_none_of_the_classes_of_the_one_before(portfolio):
    portfolio.load(file())
    assert classes(portfolio) == BY_AIM
    report = portfolio.load(file(), taxonomy="Regions")
    assert classes(portfolio) == BY_REGION
    assert any(note.startswith("my.xml: The targets stay as they are: Regions has none.") for note in report.notes)
    portfolio.load(file(), taxonomy="Asset Allocation")
    assert classes(portfolio) == BY_AIM


def test_a_class_that_was_given_by_hand_stays_until_another_taxonomy_is_chosen(portfolio):
    portfolio.load(file(), taxonomy="Regions")
    portfolio.save_asset_classes("BND", {"Asia": 100})
    portfolio.load(file())
    portfolio.load(file(), taxonomy="Regions")
    assert classes(portfolio)["BND", "Asia"] == 100
    portfolio.load(file(), taxonomy="Asset Allocation")
    assert classes(portfolio) == BY_AIM


def test_classes_are_written_as_they_are_written_here_already(portfolio, write_csv):
    portfolio.load(write_csv("account,symbol,asset_class,quantity,price,currency\nOld,VTI,EQUITY,1,1,EUR\n"))
    portfolio.load(file())
    assert classes(portfolio)["WLD", "EQUITY"] == 100
    assert portfolio.strategy().class_percents == {"EQUITY": 60, "Safe": 40}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([file()], "my.xml, taxonomy: 'Region' is no taxonomy of this file. It has Asset Allocation, Regions."),
        ([file(taxonomy("Regions"))], "my.xml, taxonomy: 'Region' is no taxonomy of this file. It has Regions."),
        (
            [Opened(b"account,symbol,quantity,price,currency\nA,VTI,1,1,EUR\n", "holdings.csv")],
            "holdings.csv, taxonomy: 'Region' can't be taken: only files of Portfolio Performance and of Wealthfolio 3",
        ),
    ],
)
def test_a_taxonomy_that_is_not_there_is_a_sentence(portfolio, files, said):
    with pytest.raises(LoadError) as refused:
        portfolio.load(files, taxonomy="Region")
    assert str(refused.value.problems[0]).startswith(said)
    assert not portfolio.exists() or not portfolio.accounts()


def test_other_files_beside_it_are_loaded_as_ever(portfolio):
    ours = Opened(b"account,symbol,quantity,price,currency\nA,VTI,1,1,EUR\n", "holdings.csv")
    assert portfolio.load([ours, file()], taxonomy="Regions").taxonomy == "Regions"
    assert portfolio.accounts() == ("A", "Depot")


def test_of_very_many_taxonomies_a_note_names_a_few(portfolio):
    others = [taxonomy(f"Way {number}", classification("Asia", 50, assigned(WORLD))) for number in range(40)]
    notes = portfolio.load(file(AIMED, *others), preview=True).notes
    said = "Not used: the taxonomies Way 0, Way 1, Way 2, Way 3, Way 4 and 35 more."
    assert any(note.endswith(said) for note in notes)
    with pytest.raises(LoadError, match="It has Asset Allocation, Way 0, .*, Way 8 and 31 more"):
        portfolio.load(file(AIMED, *others), taxonomy="None")
