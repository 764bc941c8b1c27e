from tests.builders import held_on
from tests.dashboard.targets.room import Room


def test_a_row_says_where_it_is_and_what_its_target_would_mean(small):
    view = small.move("Stocks", 50)
    row = small.row("Stocks")
    assert (row["percent"], row["now"], row["drift"], row["band"]) == ("50", "60.0 %", "+10.0 over", "45–55 %")
    assert row["changed"] and row["rail"]["at"] == 100 and row["rail"]["low"] + row["rail"]["high"] == 100
    assert small.row("Bonds")["drift"] == "−10.0 under" and view["undo"] and not view["redo"]
    assert "2 unsaved changes" in small.text and "Stocks 60 → 50, Bonds 40 → 50" in small.text


def test_what_it_would_take_follows_when_the_rows_have_come_to_rest(small):
    assert small.move("Stocks", 50)["stale"]
    view = small.say("effect")
    assert not view["stale"] and view["effect"].startswith("What it would take: 3 trades, 10.00 USD sold and 10.00 USD")
    small.say("follow", follow=False)
    small.move("Stocks", 49)
    assert small.say("effect")["effect"] == "What it would take stands here once the targets add up to 100."
    small.say("undo"), small.say("undo"), small.say("undo")
    assert "portfolio drift 0.0 % before" in small.say("effect")["effect"]


def test_where_no_trade_helps_it_does_not_say_that_the_targets_are_met(small):
    for name in ("Gold", "Silver"):
        small.say("add", level="", name=name)
    small.say("follow", follow=False)
    for name, percent in {"Gold": 60, "Silver": 40, **dict.fromkeys(("Bonds", "Stocks"), 0)}.items():
        small.move(name, percent)
    small.say("remove", row=["Bonds", ""])
    small.say("remove", row=["Stocks", ""])
    said = small.say("effect")["effect"]
    assert "no trade brings the portfolio nearer to these targets" in said and "is on these targets" not in said
    assert "100.0 % of the scope is in classes without a target, which stay as they are (Bonds, Stocks)" in said
    assert "no account holds both" not in said


def test_inside_a_class_each_holding_has_its_part_of_the_class(small):
    small.say("open", row=["Stocks", ""], open=True)
    row = small.row("Stocks", "VTI")
    assert (row["percent"], row["now"], row["drift"]) == ("75", "66.7 %", "−5.0 under")
    small.move("Stocks", 50, "VTI")
    assert small.row("Stocks", "VEA")["percent"] == "50"
    small.say("share_by_value", level="Stocks")
    assert small.row("Stocks", "VTI")["percent"] == ""
    foot = small.row("Stocks")["foot"]
    assert foot["sum"] == "Stocks is shared by value: no targets are set inside it."
    small.say("set_inside", level="Stocks")
    assert small.row("Stocks", "VTI")["percent"] == "66.67"


def test_what_can_t_be_read_or_done_is_said_where_it_was_tried(small):
    small.move("Stocks", "lots")
    row = small.row("Stocks")
    assert row["wrong"] and "'lots' is not a percent from 0 to 100" in row["said"] and row["percent"] == "60"
    small.say("lock", row=["Bonds", ""], locked=True)
    small.move("Stocks", 70)
    assert "the locked rows hold the other 40" in small.row("Stocks")["said"] and not small.row("Stocks")["wrong"]
    small.say("remove", row=["Stocks", ""])
    assert "Stocks stays at 60" in small.text
    small.say("add", level="", name="bonds")
    assert "Bonds is there already." in small.text
    small.say("lock", row=["Bonds", ""], locked=False)
    assert "is there already" not in small.text


def test_a_save_says_what_changed_and_is_one_version(room):
    before = len(room.portfolio.target_versions())
    room.move("Bonds", 25)
    room.say("open", row=["Bonds", ""], open=True)
    room.move("Bonds", 50, "BND")
    room.click("Save targets")
    assert "Saved. US stocks 48 → 44.45" in room.text and "in Bonds: VBTIX 75 → 50, BND 25 → 50." in room.text
    assert "Nothing is unsaved." in room.text and room.find("Save targets").disabled
    strategy = room.portfolio.strategy()
    assert strategy.class_percents["Bonds"] == 25 and strategy.holding_percents("Bonds")["BND"] == 50
    assert len(room.portfolio.target_versions()) == before + 1
    assert room.say("undo")["undo"] and "unsaved change" in room.text


def test_targets_that_do_not_add_up_are_not_saved(room):
    room.say("follow", follow=False)
    room.move("Bonds", 25)
    room.click("Save targets")
    assert "The class targets add up to 106: 6 too much." in room.text
    assert room.view["foot"]["sum"] == "They add up to 106: 6 too much."
    assert room.portfolio.strategy().class_percents["Bonds"] == 19
    room.say("scale", level="")
    room.click("Save targets")
    assert sum(room.portfolio.strategy().class_percents.values()) == 100


def test_drafts_survive_another_scope_and_another_strategy(room):
    room.move("Bonds", 25)
    room.go("Roth IRA")
    assert room.percents["Bonds"] == "18" and "There are unsaved changes in All Portfolio, too." in room.text
    room.move("Bonds", 20)
    room.go("all")
    assert room.percents["Bonds"] == "25" and room.view["undo"]
    room.open("Manage strategies")
    room.enter("Name", "Other")
    room.click("Copy")
    assert room.percents["Bonds"] == "19" and "Other is a copy of All Portfolio." in room.text
    room.enter("Strategy", ("All Portfolio", False))
    assert room.percents["Bonds"] == "25"
    room.go("Roth IRA")
    assert room.percents["Bonds"] == "20"


def test_discarding_goes_back_to_what_is_saved_and_can_be_undone(room):
    room.move("Bonds", 25)
    room.click("Discard changes")
    assert room.percents["Bonds"] == "19" and "Nothing is unsaved." in room.text
    room.say("undo")
    assert room.percents["Bonds"] == "25"


def test_an_asset_that_is_not_held_yet_can_have_a_target(portfolio):
    portfolio.load(held_on("2026-01-02", Savings={"VTI": (6, 10), "NEW": (0, 25)}))
    portfolio.save_class_targets({"Stocks": 100})
    room = Room(portfolio)
    room.say("open", row=["Stocks", ""], open=True)
    room.say("set_inside", level="Stocks")
    assert room.row("Stocks")["foot"]["choices"] == [("NEW", "NEW")]
    room.say("add", level="Stocks", name="NEW")
    room.move("Stocks", 25, "NEW")
    assert room.row("Stocks", "NEW")["drift"] == "−25.0 nothing held"
    assert "1 trade" not in room.say("effect")["effect"] and "2 trades" in room.view["effect"]
    room.click("Save targets")
    assert portfolio.strategy().holding_percents("Stocks") == {"VTI": 75, "NEW": 25}
