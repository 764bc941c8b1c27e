"""Taxonomies as classes by weight and as class targets."""

from decimal import Decimal

import pytest

from allocation.errors import LoadError
from tests.readers.portfolio_performance.building import (
    account,
    assigned,
    cash,
    classification,
    client,
    portfolio,
    read,
    security,
    shares,
    taxonomy,
)

WORLD, BOND, BANK = "securities/security[1]", "securities/security[2]", "accounts/account[1]"


def household(*inner):
    """World and Bond are held, and 1000 EUR in a bank."""
    return client(
        security("World", "WLD"),
        security("Bond", "BND"),
        security("Not held", "NOT"),
        account("Bank", cash("DEPOSIT", 100_000)),
        account("Savings", cash("DEPOSIT", 50_000)),
        portfolio("Depot", shares("BUY", 1, 10), shares("BUY", 2, 20), reference=2),
        *inner,
    )


def targets(content):
    return {row["asset_class"]: row["target_percent"] for row in content.targets.to_dict("records")}


def classes(content):
    return [(row["symbol"], row["asset_class"], row["weight_percent"]) for row in content.classes.to_dict("records")]


def test_weights_of_classes_are_targets_and_assignments_are_classes():
    content = read(
        household(
            taxonomy(
                "Mine",
                classification("Equity", 60, assigned(WORLD)),
                classification("Bonds", 30, assigned(BOND)),
                classification("Gold", 10),
            )
        )
    )
    assert content.problems == ()
    assert targets(content) == {"Equity": 60, "Bonds": 30, "Gold": 10}
    assert classes(content) == [("WLD", "Equity", 100), ("BND", "Bonds", 100)]
    assert content.targets["symbol"].tolist() == content.targets["account"].tolist() == [None, None, None]
    assert "Classes and targets come from the taxonomy Mine." in content.notes


def test_an_asset_can_be_in_several_classes_by_weight():
    content = read(
        household(
            taxonomy(
                "Mine",
                classification("Equity", 60, assigned(WORLD, 70.25), assigned(BOND, 10)),
                classification("Bonds", 40, assigned(WORLD, 19.75)),
            )
        )
    )
    assert classes(content) == [
        ("WLD", "Equity", Decimal("70.25")),
        ("WLD", "Bonds", Decimal("19.75")),
        ("BND", "Equity", 10),
    ]


def test_nested_weights_are_multiplied_from_the_top_down():
    content = read(
        household(
            taxonomy(
                "Mine",
                classification(
                    "Equity",
                    70,
                    classification("USA", 24, assigned(WORLD, depth=2)),
                    classification("Elsewhere", 76),
                ),
                classification("Bonds", 30, assigned(BOND)),
            )
        )
    )
    assert targets(content) == {"Equity / USA": Decimal("16.8"), "Equity / Elsewhere": Decimal("53.2"), "Bonds": 30}
    assert classes(content)[0] == ("WLD", "Equity / USA", 100)


def test_deep_weights_add_up_to_100_all_the_same():
    third = [classification("a", 33.33), classification("b", 33.33), classification("c", 33.34)]
    middle = [classification(name, percent, *third) for name, percent in (("x", 33.33), ("y", 33.33), ("z", 33.34))]
    content = read(household(taxonomy("Mine", classification("E", 33.33, *middle), classification("B", 66.67))))
    assert len(targets(content)) == 10
    assert sum(targets(content).values()) == 100
    assert targets(content)["E / x / a"] == Decimal("3.7026")
    assert all(percent * 10_000 % 1 == 0 for percent in targets(content).values())


def test_a_class_whose_parts_have_no_weights_is_one_class():
    content = read(
        household(
            taxonomy(
                "Mine",
                classification(
                    "Equity",
                    60,
                    classification("USA", 100, assigned(WORLD, 40, depth=2)),
                    classification("Asia", 100, assigned(WORLD, 60, depth=2)),
                ),
                classification("Bonds", 40, assigned(BOND)),
            )
        )
    )
    assert targets(content) == {"Equity": 60, "Bonds": 40}
    assert classes(content) == [("WLD", "Equity", 100), ("BND", "Bonds", 100)]
    assert any(note.startswith("Equity is loaded as one class:") for note in content.notes)


def test_a_class_with_assets_of_its_own_beside_its_parts_is_one_class():
    content = read(
        household(
            taxonomy(
                "Mine",
                classification("Equity", 60, assigned(WORLD), classification("USA", 100, assigned(BOND, depth=2))),
                classification("Bonds", 40),
            )
        )
    )
    assert targets(content) == {"Equity": 60, "Bonds": 40}
    assert classes(content) == [("WLD", "Equity", 100), ("BND", "Equity", 100)]


def test_weights_that_dont_add_up_are_no_targets():
    content = read(
        household(
            taxonomy(
                "Asset Classes",
                classification("Equity", 100, classification("USA", 100, assigned(WORLD, depth=2))),
                classification("Bonds", 100, assigned(BOND)),
            )
        )
    )
    assert targets(content) == {}
    assert classes(content) == [("WLD", "Equity / USA", 100), ("BND", "Bonds", 100)]
    assert any("its weights don't add up to 100 %, so they are no targets" in note for note in content.notes)


@pytest.mark.parametrize(
    ("others", "chosen"),
    [
        ([taxonomy("Regions", classification("Asia", 100, assigned(WORLD)))], None),
        ([taxonomy("Anlageklassen", classification("A", 100, assigned(WORLD)))], "Anlageklassen"),
        ([taxonomy("Klassen", classification("A", 100, assigned(WORLD)), template="assetclasses")], "Klassen"),
        (
            [
                taxonomy("Asset Classes", classification("A", 100, assigned(WORLD))),
                taxonomy("Mine", classification("A", 50, assigned(WORLD)), classification("B", 50)),
            ],
            "Mine",
        ),
        (
            [
                taxonomy("Mine", classification("A", 50, assigned(WORLD)), classification("B", 50)),
                taxonomy("Asset Allocation", classification("A", 40, assigned(WORLD)), classification("B", 60)),
            ],
            "Asset Allocation",
        ),
    ],
)
def test_the_taxonomy_is_chosen_by_rule(others, chosen):
    content = read(household(*others))
    come_from = [note for note in content.notes if note.startswith("Classes")]
    assert bool(come_from) == bool(chosen)
    assert chosen is None or f"come from the taxonomy {chosen}" in come_from[0]


def test_the_taxonomies_that_are_not_used_are_named():
    content = read(household(taxonomy("Regions"), taxonomy("Industries")))
    assert "Not used: the taxonomies Regions, Industries." in content.notes


def test_another_taxonomy_can_be_chosen_by_name():
    file = household(taxonomy("Regions", classification("Asia", 100, assigned(WORLD))), taxonomy("Asset Classes"))
    assert classes(read(file, "regions")) == [("WLD", "Asia", 100)]
    with pytest.raises(LoadError, match="'Region' is no taxonomy of this file. It has Regions, Asset Classes."):
        read(file, "Region")


@pytest.mark.parametrize(
    ("of_savings", "expected"),
    [
        ([assigned("accounts/account[2]")], [("CASH", "Cash", 100)]),
        ([], []),
        ([assigned("accounts/account[2]", 50)], []),
    ],
)
def test_cash_of_a_currency_has_a_class_where_all_its_accounts_have(of_savings, expected):
    content = read(household(taxonomy("Asset Classes", classification("Cash", 100, assigned(BANK), *of_savings))))
    assert classes(content) == expected
    assert expected or any(note.startswith("CASH EUR is left without a class") for note in content.notes)


def test_an_asset_of_more_than_100_percent_is_a_problem():
    two = [classification("A", 50, assigned(WORLD, 80)), classification("B", 50, assigned(WORLD, 40))]
    content = read(household(taxonomy("Mine", *two)))
    assert [str(problem) for problem in content.problems] == [
        "my.xml, taxonomy: 'World' is assigned to classes of Mine by 120 %. Correct it in Portfolio Performance: at "
        "most 100."
    ]


def test_a_class_of_a_name_that_means_something_else_is_a_problem():
    content = read(household(taxonomy("Mine", classification("unclassified", 50), classification("B", 50))))
    assert "'unclassified' is no name for a class of Mine here." in str(content.problems[0])


def test_names_that_differ_in_capitals_alone_are_one_class():
    content = read(
        household(
            taxonomy(
                "Mine",
                classification("Equity", 50, assigned(WORLD)),
                classification("equity", 20, assigned(BOND)),
                classification("Rest", 30),
            )
        )
    )
    assert targets(content) == {"Equity": 70, "Rest": 30}
    assert classes(content) == [("WLD", "Equity", 100), ("BND", "Equity", 100)]


def test_a_class_that_is_part_of_itself_is_refused():
    loop = classification("Equity", 100).replace("<children></children>", '<children reference="../.."/>')
    with pytest.raises(LoadError, match="'Mine' has a class that is part of itself."):
        read(household(taxonomy("Mine", loop)))


def test_a_hundred_levels_are_refused():
    deep = "".join("<classification><weight>1</weight><children>" for _ in range(100))
    deep += "</children></classification>" * 100
    with pytest.raises(LoadError, match="'Mine' has a class that is part of itself."):
        read(household(taxonomy("Mine", deep)))
