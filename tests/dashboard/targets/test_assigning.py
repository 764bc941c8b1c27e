from tests.builders import held_on
from tests.dashboard.targets.room import Room, shown


def test_holdings_without_a_class_get_one_together(portfolio):
    held = held_on("2026-01-02", Savings={"VTI": (6, 10), "ABC": (1, 10), "XYZ": (3, 10)})
    held.loc[held["symbol"] != "VTI", "asset_class"] = None
    portfolio.load(held)
    room = Room(portfolio)
    room.open("Classes of holdings")
    assert "2 of 3 assets are in no class." in room.text
    room.click("Put into this class")
    assert "Choose one or several assets, and the class" in room.text
    room.enter("Assets, with their class", ("ABC", "XYZ"))
    room.enter("Class", "Stocks")
    room.click("Put into this class")
    assert (
        "Saved: ABC no class → Stocks; XYZ no class → Stocks." in room.text and "Every asset has a class." in room.text
    )
    assert set(portfolio.asset_classes()["asset_class"]) == {"Stocks"}


def test_a_first_visit_with_holdings_of_no_class_leads_to_them_and_to_what_their_names_say(portfolio):
    held = held_on("2026-01-02", Savings={"VTI": (6, 10), "BND": (1, 10)})
    held["name"] = ["Total Stock Market ETF", "Total Bond Market"]
    portfolio.load(held.assign(asset_class=None))
    room = Room(portfolio)
    assert "the classes come first" in room.text and "2 of 2 assets are in no class." in room.text
    room.click("Put them into these classes")
    assert "Saved: " in room.text and "the classes come first" not in room.text
    assert not shown(room.find("Put them into these classes"))
    assert "Unclassified" not in set(portfolio.asset_classes()["asset_class"])
    room.open("Start from something")
    room.click("Start from it")
    assert sorted(map(float, room.percents.values())) == sorted([85.71, 14.29])


def test_an_asset_that_has_a_class_is_moved_to_another(portfolio):
    held = held_on("2026-01-02", Savings={"VTI": (6, 10), "ABC": (1, 10), "CASH": (2, 1)})
    portfolio.load(held.assign(name=["Total Stock Market", "ABC", None]))
    portfolio.save_asset_classes("ABC", {"Stocks": 60})
    room = Room(portfolio)
    assert "the classes come first" not in room.text
    room.open("Classes of holdings")
    assert "In part in no class: ABC." in room.text and "Every asset has a class" not in room.text
    shown = [label for label, _ in room.find("Assets, with their class").options]
    assert shown == ["ABC — Stocks 60 %, Unclassified 40 %", "CASH USD — Cash", "VTI — Stocks · Total Stock Market"]
    room.enter("Assets, with their class", ("VTI",))
    room.enter("Class", "Bonds")
    room.click("Put into this class")
    assert "Saved: VTI Stocks → Bonds." in room.text
    assert "VTI — Bonds · Total Stock Market" in [label for label, _ in room.find("Assets, with their class").options]
    room.enter("Assets, with their class", ("VTI", "ABC"))
    room.enter("Class", "Bonds")
    room.click("Put into this class")
    assert "Saved: ABC Stocks 60 %, Unclassified 40 % → Bonds." in room.text
    room.enter("Assets, with their class", ("VTI",))
    room.enter("Class", "Bonds")
    room.click("Put into this class")
    assert "Nothing changed: the classes were these already." in room.text


def test_a_class_is_written_as_it_is_already_and_an_error_ends_what_was_said_before(room, sample):
    room.open("Classes of holdings")
    room.enter("Assets, with their class", ("BRK.B",))
    room.enter("Class", "BONDS")
    room.click("Put into this class")
    assert "Saved: BRK.B no class → Bonds." in room.text
    assert sample.asset_classes().set_index("symbol").loc["BRK.B", "asset_class"] == "Bonds"
    room.click("Put into this class")
    assert "Choose one or several assets" in room.text and "Saved:" not in room.text


def test_an_asset_with_a_target_in_its_class_is_not_moved_away_from_it(small):
    small.open("Classes of holdings")
    small.enter("Assets, with their class", ("VEA",))
    small.enter("Class", "Bonds")
    small.click("Put into this class")
    assert "has a holding target" in small.text and "Saved:" not in small.text
    assert list(small.find("Assets, with their class").value) == ["VEA"] and small.find("Class").value == "Bonds"


def test_a_fund_is_in_several_classes_by_weight(small):
    small.open("Classes of holdings")
    small.enter("Fund", "VEA")
    assert small.find("Its classes").value == "Stocks 100"
    small.enter("Its classes", "Stocks")
    small.click("Save its classes")
    assert "&#x27;Stocks&#x27; is not a class with its percent." in small.text
    small.enter("Its classes", "Stocks 60\nstocks 40")
    small.click("Save its classes")
    assert "Stocks stands twice." in small.text
    small.enter("Its classes", "Stocks 60\nBonds: 40 %")
    small.click("Save its classes")
    assert "has a holding target inside Stocks" in small.text
    small.say("open", row=["Stocks", ""], open=True)
    small.say("share_by_value", level="Stocks")
    small.click("Save targets")
    small.enter("Its classes", "stocks 60\nbonds: 40 %")
    small.click("Save its classes")
    assert "Saved: VEA Stocks → Stocks 60 %, Bonds 40 %." in small.text and small.row("Bonds")["now"] == "48.0 %"
    small.say("open", row=["Bonds", ""], open=True)
    assert small.row("Bonds")["foot"]["sum"].endswith("VEA, of several classes, counts here, too.")
