"""The room where targets are set, without a browser: what a person does, and what it shows and saves then."""

import datetime

import pytest

import allocation
from allocation.dashboard.targets import TargetsPanel
from allocation.store import Database
from tests.builders import held_on

MODIFIED = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)


class Room:
    """The room on a portfolio, spoken to by the words that stand beside its controls."""

    def __init__(self, portfolio, scope="all"):
        self.portfolio, self.scope, self.sequence = portfolio, scope, 0
        self.panel = TargetsPanel(portfolio, lambda: self.go(self.scope))
        self.go(scope)

    def go(self, scope):
        """What the page does when a scope is chosen, and after a save."""
        self.scope = scope
        self.panel.show(self.portfolio.tables(scope))

    def say(self, kind, **content):
        """A message as the browser sends it."""
        self.sequence += 1
        self.panel.editor.receive({"kind": kind, "seq": self.sequence, **content})
        assert self.view["reply"] == self.sequence
        return self.view

    def move(self, asset_class, percent, holding=""):
        return self.say("move", row=[asset_class, holding], percent=str(percent), gesture=self.sequence)

    def widgets(self, part=None):
        for child in (part or self.panel.box).children:
            yield child
            if hasattr(child, "children"):
                yield from self.widgets(child)

    def find(self, description):
        return next(each for each in self.widgets() if getattr(each, "description", "").endswith(description))

    def enter(self, description, value):
        self.find(description).value = value

    def click(self, description):
        self.find(description).click()

    def open(self, title):
        self.find(title).value = True

    @property
    def view(self):
        return self.panel.editor.view

    @property
    def text(self):
        text = " ".join(each.value for each in self.widgets() if type(each).__name__ == "HTML" and shown(each))
        assert "This is a fault in the program" not in text
        return text

    def row(self, asset_class, holding=""):
        rows = self.view["rows"]
        if holding:
            rows = next(each for each in rows if each["name"] == asset_class)["inside"]
        return next(each for each in rows if each["name"] == (holding or asset_class))

    @property
    def percents(self):
        return {row["name"]: row["percent"] for row in self.view["rows"]}


def shown(widget):
    return widget.layout.display != "none"


@pytest.fixture
def room(sample):
    return Room(sample)


@pytest.fixture
def small(bonds_and_stocks):
    """Stocks 60 (VTI 75, VEA 25) and Bonds 40, worth exactly that."""
    return Room(bonds_and_stocks)


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


@pytest.fixture
def conflict(room):
    """Bonds 25 was to be saved after Ann had saved Gold 5, Cash 1."""
    ann = allocation.open(room.portfolio.path, by="Ann")
    ann.save_class_targets({**room.portfolio.strategy().class_percents, "Gold": 5, "Cash": 1})
    room.move("Bonds", 25)
    room.click("Save targets")
    return room


def test_a_conflict_shows_both_versions_and_nothing_is_saved(conflict):
    assert "have changed since you opened them, saved by Ann" in conflict.text
    assert "<td>Gold</td><td class=number>4</td><td class=number><strong>5</strong>" in conflict.text
    assert conflict.portfolio.strategy().class_percents["Gold"] == 5


def test_of_two_versions_ones_own_can_be_saved(conflict):
    conflict.click("Save mine instead")
    percents = conflict.portfolio.strategy().class_percents
    assert percents["Bonds"] == 25 and float(percents["Gold"]) == 3.7
    assert "Saved. " in conflict.text and "Nothing is unsaved." in conflict.text


def test_of_two_versions_the_saved_one_can_be_kept(conflict):
    conflict.click("Keep what is saved")
    assert conflict.percents["Gold"] == "5" and "These are the saved targets." in conflict.text


def test_what_was_saved_between_the_two_looks_is_another_conflict(conflict):
    allocation.open(conflict.portfolio.path, by="Bo").save_class_targets({"US stocks": 100})
    conflict.click("Save mine instead")
    assert "saved by Bo" in conflict.text and conflict.portfolio.strategy().class_percents == {"US stocks": 100}
    conflict.click("Save mine instead")
    assert conflict.portfolio.strategy().class_percents["Bonds"] == 25


def test_a_draft_says_at_once_that_its_targets_were_saved_meanwhile(room):
    room.move("Bonds", 25)
    allocation.open(room.portfolio.path, by="Ann").save_class_targets({"US stocks": 60, "Bonds": 40})
    room.go("all")
    assert "These targets were saved again by Ann" in room.text and room.percents["Bonds"] == "25"


def test_an_account_gets_its_own_targets_and_goes_back_to_the_portfolios(room):
    room.go("401(k)")
    assert "401(k) has no targets of its own and uses those of All Portfolio." in room.text
    room.move("Bonds", 23)
    room.click("Save targets")
    own = room.portfolio.strategy("401(k)")
    assert not own.inherited and own.class_percents["Bonds"] == 23 and own.holding_percents("Bonds")
    assert room.portfolio.strategy().class_percents["Bonds"] == 19
    room.click("Use All Portfolio's targets")
    assert room.portfolio.strategy("401(k)").inherited and "401(k) uses the targets of All Portfolio." in room.text
    room.click("Make targets of its own")
    assert not room.portfolio.strategy("401(k)").inherited and "401(k) has targets of its own now" in room.text


def test_strategies_are_made_renamed_activated_and_archived(room):
    room.open("Manage strategies")
    room.click("New strategy")
    assert "Write a name for the strategy first." in room.text
    room.enter("Name", "Calm")
    room.click("New strategy")
    assert "No targets are set yet." in room.text and not room.view["follow"]
    room.click("Make it active")
    assert "has no targets" in room.text
    for name, percent in {"Bonds": 70, "US stocks": 30}.items():
        room.move(name, percent)
    room.click("Save targets")
    assert room.portfolio.strategy().name == "All Portfolio"
    room.enter("Name", "Calmer")
    room.click("Rename")
    room.click("Make it active")
    assert room.portfolio.strategy().name == "Calmer" and "Calmer is active" in room.text
    room.enter("Strategy", ("All Portfolio", False))
    room.click("Archive")
    assert room.portfolio.strategies("all").set_index("name").loc["All Portfolio", "archived"]
    room.enter("Strategy", ("All Portfolio", False))
    room.click("Restore")
    assert not room.portfolio.strategies("all").set_index("name").loc["All Portfolio", "archived"]


def test_two_strategies_stand_side_by_side(room):
    room.open("Compare two strategies")
    room.enter("Compare", ("all", "All Portfolio"))
    room.enter("with", ("Roth IRA", "Retirement growth"))
    assert "Drift, Retirement growth" in room.text and "−1.00" in room.text
    assert "nan" not in room.text.casefold().replace("finance", "")
    room.enter("with", ("all", "All Portfolio"))
    assert "Choose two different strategies." in room.text


def test_an_edit_starts_from_a_preset_the_present_blank_or_another_strategy(room):
    room.open("Start from something")
    room.enter("Start from", ("preset", "Permanent Portfolio"))
    assert "Source: " in room.text
    room.click("Start from it")
    assert room.percents["Gold"] == "25" and "unsaved changes" in room.text
    room.enter("Start from", "present")
    room.click("Start from it")
    assert [row["drift"][:4] for row in room.view["rows"] if row["set"]] == ["−1.6"] + ["−0.5"] * 2 + ["−0.1"] * 3
    room.enter("Start from", ("strategy", "Roth IRA", "Retirement growth"))
    room.click("Start from it")
    assert {name: percent for name, percent in room.percents.items() if percent} == {
        "US stocks": "70", "Bonds": "18", "Inflation-linked bonds": "12"
    }  # fmt: skip
    room.enter("Start from", "blank")
    room.click("Start from it")
    assert set(room.percents.values()) == {"0"} and not room.view["follow"]
    for _ in range(4):
        room.say("undo")
    assert "Nothing is unsaved." in room.text and room.view["follow"]


def test_a_preset_by_age_asks_for_it(room):
    room.open("Start from something")
    room.enter("Start from", ("preset", "110 minus age"))
    assert shown(room.find("Age"))
    for age, sentence in (("", "goes by age"), ("old", "'old' is not an age in years")):
        room.enter("Age", age)
        room.click("Start from it")
        assert sentence in room.text.replace("&#x27;", "'")
    room.enter("Age", "40")
    room.click("Start from it")
    assert room.percents["Stocks"] == "70"


def upload(room, name, text):
    room.enter("Start from", "file")
    room.find("Choose a CSV file").value = (
        {"name": name, "type": "text/csv", "size": len(text), "content": text.encode(), "last_modified": MODIFIED},
    )
    room.click("Start from it")


def test_an_edit_starts_from_a_file_and_its_problems_are_said(small):
    small.open("Start from something")
    small.enter("Start from", "file")
    small.click("Start from it")
    assert "Choose a CSV file first." in small.text
    head = "asset_class,symbol,target_percent\n"
    upload(small, "mine.csv", f"{head}Stocks,,60\nBonds,,30\n")
    assert "mine.csv" in small.text and "10 missing" in small.text
    upload(small, "mine.csv", f"{head}Stocks,,100\nStocks,NOPE,100\n")
    assert "The portfolio has no asset NOPE" in small.text and small.percents == {"Stocks": "60", "Bonds": "40"}
    upload(small, "mine.csv", f"{head}Stocks,,80\nBonds,,20\nBonds,BND,100\n")
    assert small.percents == {"Stocks": "80", "Bonds": "20"} and "in Bonds: BND 0 → 100" in small.text


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


def test_bands_and_the_trigger_are_part_of_the_draft(small):
    small.open("Bands and when a rebalance is due")
    small.enter("Band", "3 points")
    assert small.row("Stocks")["band"] == "57–63 %"
    small.enter("Band of", "Bonds")
    small.enter("Band", "wide")
    assert "is not a band" in small.text
    small.enter("Band", "1 point")
    small.enter("Rebalance is due", "every 6 months")
    assert small.row("Bonds")["band"] == "39–41 %" and "3 unsaved changes" in small.text
    small.click("Save targets")
    strategy = small.portfolio.strategy()
    assert strategy.band.describe() == "3 points" and strategy.class_bands["Bonds"].describe() == "1 point"
    assert strategy.trigger.every_months == 6
    small.enter("Band", "")
    assert small.row("Bonds")["band"] == "37–43 %"
    small.enter("Rebalance is due", "on Mondays")
    assert "doesn&#x27;t say when a rebalance is due" in small.text


def test_a_save_of_everything_is_one_version_and_says_bands_and_trigger(small):
    before = len(small.portfolio.target_versions())
    small.move("Stocks", 50)
    small.open("Bands and when a rebalance is due")
    small.enter("Band of", "Bonds")
    small.enter("Band", "1 point")
    small.enter("Rebalance is due", "every 12 months")
    said = "Stocks 60 → 50, Bonds 40 → 50; Band of Bonds as every class → 1 point; Trigger: drift → every 12 months"
    assert all(part in small.text for part in said.split("; "))
    small.click("Save targets")
    assert f"Saved. {said}." in small.text and len(small.portfolio.target_versions()) == before + 1
    assert small.portfolio.target_versions()["changes"].iloc[-1] == said


def test_a_save_that_is_refused_saves_nothing_of_the_bands_either(small):
    small.open("Bands and when a rebalance is due")
    small.enter("Band", "3 points")
    small.say("follow", follow=False)
    small.move("Stocks", 50)
    small.click("Save targets")
    assert "add up to 90" in small.text and small.portfolio.strategy().band.describe() != "3 points"


def test_a_band_saved_in_another_window_is_a_conflict_with_both_versions(small):
    ann = allocation.open(small.portfolio.path, by="Ann")
    ann.save_band("3 points")
    small.move("Stocks", 50)
    small.click("Save targets")
    assert "The bands or the trigger of All Portfolio have changed since you opened them, saved by Ann" in small.text
    assert "Band 5/25 → 3 points" in small.text
    assert "<td class=number><strong>3 points</strong>" in small.text
    assert small.portfolio.strategy().class_percents["Stocks"] == 60
    ann.save_trigger("every 6 months")
    small.click("Save mine instead")
    assert "<strong>every 6 months</strong>" in small.text and small.portfolio.strategy().class_percents["Stocks"] == 60
    small.click("Save mine instead")
    saved = small.portfolio.strategy()
    assert saved.class_percents["Stocks"] == 50 and saved.measures == allocation.Measures()
    assert "Band 3 points → 5/25; Trigger: every 6 months → drift." in small.text


def test_a_version_brings_its_bands_and_its_trigger_back(small):
    small.portfolio.save_band("1 point", asset_class="Bonds")
    small.portfolio.save_trigger("every 6 months")
    then = small.portfolio.strategy().measures
    small.portfolio.save_targets(allocation.Targets({"Stocks": 100}), measures=allocation.Measures())
    small.go("all")
    small.open("Saved versions")
    small.enter("Saved version", 4)
    assert "<strong>every 6 months</strong>" in small.text and "as every class" in small.text
    small.click("Bring it back into the editor")
    assert small.row("Bonds")["band"] == "39–41 %" and "Trigger: drift → every 6 months" in small.text
    small.click("Save targets")
    assert small.portfolio.strategy().measures == then


def test_a_version_from_before_bands_were_kept_says_so(small):
    with Database(small.portfolio.path).write() as connection:
        connection.execute("UPDATE target_versions SET on_drift = NULL WHERE version_id = 1")
    small.portfolio.save_band("3 points")
    small.go("all")
    small.open("Saved versions")
    small.enter("Saved version", 1)
    assert "saved before bands and trigger were kept in versions" in small.text
    small.click("Bring it back into the editor")
    assert small.panel.editing.now.band.describe() == "3 points"


def test_an_edit_that_starts_from_another_strategy_takes_its_bands_along(small):
    small.portfolio.new_strategy("Wide", start={"Stocks": 30, "Bonds": 70})
    small.portfolio.save_band("9 points", strategy="Wide")
    small.go("all")
    small.open("Start from something")
    small.enter("Start from", ("strategy", "all", "Wide"))
    assert "Its targets, its bands and its trigger." in small.text
    small.click("Start from it")
    assert small.row("Bonds")["band"] == "61–79 %" and "Band 5/25 → 9 points" in small.text


def test_a_version_is_looked_at_and_brought_back_as_an_unsaved_edit(small):
    small.move("Stocks", 50)
    small.click("Save targets")
    small.open("Saved versions")
    versions = small.find("Saved version").options
    assert len(versions) >= 2
    small.enter("Saved version", versions[1][1])
    assert "<strong>60</strong>" in small.text
    small.click("Bring it back into the editor")
    assert small.percents == {"Stocks": "60", "Bonds": "40"} and "2 unsaved changes" in small.text
    assert small.portfolio.strategy().class_percents["Stocks"] == 50


def test_holdings_without_a_class_get_one_together(portfolio):
    held = held_on("2026-01-02", Savings={"VTI": (6, 10), "ABC": (1, 10), "XYZ": (3, 10)})
    held.loc[held["symbol"] != "VTI", "asset_class"] = None
    portfolio.load(held)
    room = Room(portfolio)
    room.open("Classes of holdings")
    assert "2 of 3 assets are in no class." in room.text
    room.click("Put into this class")
    assert "Choose one or several holdings without a class" in room.text
    room.enter("Without a class", ("ABC", "XYZ"))
    room.enter("Class", "Stocks")
    room.click("Put into this class")
    assert "ABC, XYZ are in Stocks now." in room.text and "Every asset has a class." in room.text
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


def test_a_fund_is_in_several_classes_by_weight(small):
    small.open("Classes of holdings")
    small.enter("Fund", "VEA")
    assert small.find("Its classes").value == "Stocks 100"
    small.enter("Its classes", "Stocks")
    small.click("Save its classes")
    assert "&#x27;Stocks&#x27; is not a class with its percent." in small.text
    small.enter("Its classes", "Stocks 60\nBonds: 40 %")
    small.click("Save its classes")
    assert "has a holding target inside Stocks" in small.text
    small.say("open", row=["Stocks", ""], open=True)
    small.say("share_by_value", level="Stocks")
    small.click("Save targets")
    small.enter("Its classes", "Stocks 60\nBonds: 40 %")
    small.click("Save its classes")
    assert "The classes of VEA are saved." in small.text and small.row("Bonds")["now"] == "48.0 %"
    small.say("open", row=["Bonds", ""], open=True)
    assert small.row("Bonds")["foot"]["sum"].endswith("VEA, of several classes, counts here, too.")
