"""Editing targets, without widgets: what each step does, and that it can be undone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.bands import read_band
from allocation.dashboard.targets.editing import Editing
from allocation.dashboard.targets.state import State, state_of
from allocation.errors import AllocationError, TargetsError, UnknownName
from allocation.triggers import read_trigger


def percents(**given_percents):
    return {name: Decimal(str(percent)) for name, percent in given_percents.items()}


SIXTY_FORTY = State(classes=percents(Stocks=60, Bonds=30, Gold=10), holdings={"Stocks": percents(VTI=75, VEA=25)})


@pytest.fixture
def editing():
    return Editing(SIXTY_FORTY)


def test_the_others_make_room_in_proportion(editing):
    editing.move(("Stocks", ""), 68)
    assert editing.now.classes == percents(Stocks=68, Bonds=24, Gold=8)
    editing.move(("Stocks", "VTI"), "40")
    assert editing.now.holdings["Stocks"] == percents(VTI=40, VEA=60)


def test_a_locked_row_stays_and_a_row_without_room_stops_and_says_why(editing):
    editing.lock(("Bonds", ""), True)
    editing.move(("Stocks", ""), 90)
    assert editing.now.classes == percents(Stocks=70, Bonds=30, Gold=0)
    assert editing.said == {("Stocks", ""): "Stocks stops at 70: the locked rows hold the other 30."}
    editing.move(("Gold", ""), 5)
    assert not editing.said


def test_a_drag_through_zero_comes_back_to_what_it_was_and_is_undone_at_once(editing):
    for percent in (80, 100, 70, 65):
        editing.move(("Stocks", ""), percent, gesture=1)
    assert editing.now.classes == percents(Stocks=65, Bonds="26.25", Gold="8.75")
    editing.undo()
    assert editing.now == SIXTY_FORTY and not editing.can_undo
    editing.redo()
    assert editing.now.classes["Stocks"] == 65


def test_a_drag_that_ends_where_it_began_is_no_step(editing):
    editing.move(("Stocks", ""), 80, gesture=1)
    editing.move(("Stocks", ""), 60, gesture=1)
    assert editing.now == SIXTY_FORTY and not editing.can_undo and not editing.is_changed


def test_a_new_step_forgets_what_was_undone(editing):
    editing.move(("Stocks", ""), 80)
    editing.undo()
    editing.move(("Gold", ""), 20)
    assert not editing.can_redo


@pytest.mark.parametrize("written", ["ten", "", "-1", "100.5", "1.00001", "NaN"])
def test_what_is_no_percent_changes_nothing(editing, written):
    with pytest.raises(TargetsError, match="is not a percent from 0 to 100"):
        editing.move(("Stocks", ""), written)
    assert editing.now == SIXTY_FORTY


def test_a_decimal_comma_is_understood(editing):
    editing.move(("Gold", ""), " 12,5 ")
    assert editing.now.classes["Gold"] == Decimal("12.5")


def test_without_following_each_is_typed_for_itself_and_nothing_is_saved_before_they_add_up(editing):
    editing.set_follow(False)
    editing.move(("Bonds", ""), 25)
    assert editing.now.classes == percents(Stocks=60, Bonds=25, Gold=10)
    for refused in (editing.require_whole, lambda: editing.set_follow(True)):
        with pytest.raises(TargetsError, match="The class targets add up to 95: 5 missing."):
            refused()
    editing.move(("Gold", ""), 15)
    editing.require_whole()
    editing.set_follow(True)


def test_without_following_a_locked_row_stays_too(editing):
    editing.set_follow(False)
    editing.lock(("Gold", ""), True)
    editing.move(("Gold", ""), 15)
    assert editing.now.classes["Gold"] == 10 and editing.said == {("Gold", ""): "Gold is locked."}


def test_a_level_is_scaled_to_100(editing):
    editing.set_follow(False)
    editing.move(("Stocks", ""), 10)
    editing.scale("")
    assert editing.now.classes == percents(Stocks=20, Bonds=60, Gold=20)
    for name in ("Stocks", "Bonds", "Gold"):
        editing.move((name, ""), 0)
    with pytest.raises(TargetsError, match="no proportions"):
        editing.scale("")


def test_a_class_is_added_at_0_and_taken_out_with_what_is_inside(editing):
    assert editing.add_class(" Crypto ") == "Crypto"
    assert editing.now.classes["Crypto"] == 0 and editing.differences == ["Crypto added at 0"]
    with pytest.raises(TargetsError, match="Crypto is there already"):
        editing.add_class("crypto")
    assert editing.add_class("real estate", known=["Real estate"]) == "Real estate"
    editing.lock(("Stocks", ""), True)
    editing.lock(("Stocks", "VTI"), True)
    editing.remove(("Stocks", ""))
    assert editing.now.classes == percents(Bonds=75, Gold=25, Crypto=0, **{"Real estate": 0})
    assert not editing.now.holdings and not editing.now.locked


def test_a_row_stays_where_no_other_can_take_its_part(editing):
    editing.lock(("Bonds", ""), True)
    editing.lock(("Gold", ""), True)
    with pytest.raises(TargetsError, match="Stocks stays at 60: every other row is locked"):
        editing.remove(("Stocks", ""))
    assert editing.now.classes == SIXTY_FORTY.classes


def test_the_last_class_stays(editing):
    editing.remove(("Gold", ""))
    editing.remove(("Bonds", ""))
    with pytest.raises(TargetsError, match="Stocks is the last class"):
        editing.remove(("Stocks", ""))


def test_holdings_of_a_class_get_targets_and_go_back_to_sharing_by_value(editing):
    with pytest.raises(TargetsError, match="Bonds is shared by value"):
        editing.move(("Bonds", "BND"), 50)
    editing.set_inside("Bonds", percents(BND=100))
    editing.add_holding("Bonds", "TIP")
    editing.move(("Bonds", "TIP"), 20)
    assert editing.now.holdings["Bonds"] == percents(BND=80, TIP=20)
    editing.share_by_value("Stocks")
    assert editing.differences == ["Stocks is shared by value", "in Bonds: BND 0 → 80, TIP 0 → 20"]
    editing.remove(("Bonds", "BND"))
    editing.remove(("Bonds", "TIP"))
    assert not editing.now.holdings
    for refused in (lambda: editing.add_holding("Art", "X"), lambda: editing.set_inside("Art", percents(X=100))):
        with pytest.raises(TargetsError, match="Art has no target, so its holdings can't have one"):
            refused()


def test_what_would_be_saved_in_words(editing):
    assert not editing.is_changed and editing.differences == []
    editing.move(("Gold", ""), 20)
    editing.move(("Stocks", "VTI"), 50)
    editing.set_band(None, read_band("3 points"))
    editing.set_band("Gold", read_band("1 point"))
    editing.set_trigger(read_trigger("every 6 months"))
    assert editing.differences == [
        "Stocks 60 → 53.33, Bonds 30 → 26.67, Gold 10 → 20",
        "in Stocks: VTI 75 → 50, VEA 25 → 50",
        "Band 5/25 → 3 points",
        "Band of Gold as every class → 1 point",
        "Trigger: drift → every 6 months",
    ]
    assert editing.changed_rows == {(name, "") for name in SIXTY_FORTY.classes} | {("Stocks", "VTI"), ("Stocks", "VEA")}
    editing.discard()
    assert not editing.is_changed
    editing.undo()
    assert len(editing.differences) == 5 and editing.changes == 8


def test_a_lock_is_no_change_that_wants_saving(editing):
    editing.lock(("Gold", ""), True)
    assert not editing.is_changed and editing.can_undo


def test_a_row_that_is_not_there_can_t_be_locked(editing):
    with pytest.raises(UnknownName, match="Art has no target"):
        editing.lock(("Art", ""), True)


def test_other_targets_are_started_from_and_keep_the_locks_that_still_mean_something(editing):
    editing.lock(("Gold", ""), True)
    editing.lock(("Stocks", "VTI"), True)
    editing.replace(State(classes=percents(Gold=50, Bonds=50)))
    assert editing.now.locked == {("Gold", "")}


def test_after_a_save_there_is_nothing_to_save_and_undo_goes_on(editing):
    editing.move(("Gold", ""), 20)
    editing.rebase(editing.now)
    assert not editing.is_changed
    editing.undo()
    assert editing.differences == ["Stocks 53.33 → 60, Bonds 26.67 → 30, Gold 20 → 10"]


def test_without_any_targets_there_is_nothing_to_save():
    with pytest.raises(TargetsError, match="There are no targets to save"):
        Editing(State()).require_whole()


def test_a_saved_strategy_is_what_is_edited(sample):
    state = state_of(sample.strategy())
    assert state.classes["US stocks"] == 48 and state.holdings["Bonds"] == percents(VBTIX=75, BND=25)


classes = st.sampled_from(["Stocks", "Bonds", "Gold", "Cash"])
symbols = st.sampled_from(["VTI", "VEA", "BND"])
rows = st.one_of(classes.map(lambda name: (name, "")), st.tuples(classes, symbols))
moved = st.decimals(min_value=0, max_value=100, places=2)
actions = st.one_of(
    st.tuples(st.just("move"), rows, moved),
    st.tuples(st.just("move"), rows, moved, st.integers(1, 2)),
    st.tuples(st.just("lock"), rows, st.booleans()),
    st.tuples(st.just("remove"), rows),
    st.tuples(st.just("add_class"), classes),
    st.tuples(st.just("add_holding"), classes, symbols),
    st.tuples(st.just("set_inside"), classes, st.just(percents(VTI="33.3333", VEA="33.3333", BND="33.3334"))),
    st.tuples(st.just("share_by_value"), classes),
    st.tuples(st.just("scale"), st.just("")),
    st.just(("undo",)),
    st.just(("redo",)),
    st.just(("discard",)),
)


def act(editing, action):
    """Whether an action was done; one that is refused says why, and changes nothing."""
    name, *arguments = action
    try:
        getattr(editing, name)(*arguments)
    except AllocationError as refusal:
        assert str(refusal).endswith(".")
        return False
    return True


def test_what_is_discarded_takes_the_locks_of_its_rows_along():
    editing = Editing(SIXTY_FORTY)
    editing.set_inside("Bonds", percents(VTI=50, BND=50))
    editing.lock(("Bonds", "VTI"), True)
    editing.lock(("Bonds", ""), True)
    editing.discard()
    assert editing.now.locked == {("Bonds", "")}


@given(st.lists(actions, max_size=25))
def test_whatever_is_done_both_levels_add_up_to_100_and_locked_rows_stay(steps):
    editing = Editing(SIXTY_FORTY)
    for action in steps:
        before = editing.now
        done = act(editing, action)
        assert done or editing.now == before
        assert all(sum(editing.now.level(level).values()) == 100 for level in editing.now.levels())
        assert set(editing.now.holdings) <= set(editing.now.classes)
        if action[0] in ("move", "add_class", "add_holding"):
            for row in before.locked - {action[1]}:
                level, name = (row[0], row[1]) if row[1] else ("", row[0])
                assert editing.now.level(level)[name] == before.level(level)[name]


@given(st.lists(actions.filter(lambda action: action[0] not in ("undo", "redo")), min_size=1, max_size=15))
def test_undo_after_undo_leads_back_to_the_beginning_and_redo_to_the_end(steps):
    editing = Editing(SIXTY_FORTY)
    for action in steps:
        act(editing, action)
    end, passed = editing.now, 0
    while editing.can_undo:
        before = editing.now
        editing.undo()
        assert editing.now != before
        passed += 1
    assert editing.now == SIXTY_FORTY
    for _ in range(passed):
        editing.redo()
    assert editing.now == end and not editing.can_redo
