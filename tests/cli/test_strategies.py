"""The commands for strategies."""

import re

from allocation.store import Database
from tests.cli import refusal


def rows(out):
    return [line.split() for line in out.splitlines()]


def test_strategies_are_made_compared_and_activated(loaded):
    assert loaded("strategies")[1].splitlines()[1].split()[:4] == ["all", "All", "Portfolio", "active"]
    out = loaded("strategies", "new", "Calm", "--from", "preset:core four")[1]
    assert rows(out)[0] == ["48", "%", "US", "stocks"]
    assert "Calm is ready. Activate it with: allocation strategies activate Calm." in out
    compared = loaded("strategies", "compare", "All Portfolio", "Calm")[1].splitlines()
    assert compared[0].split()[:2] == ["class", "holding"] and "drift under Calm" in compared[0]
    assert compared[2].split() == ["VTI", "60", "+1.2", "+2.6"]
    before = loaded("drift", "--strategy", "Calm")[1]
    assert before != loaded("drift")[1]
    assert "measured against Calm now" in loaded("strategies", "activate", "Calm")[1]
    assert loaded("drift")[1] == before
    assert loaded("targets")[1].startswith("Calm\n")
    assert loaded("targets", "--strategy", "All Portfolio")[1].startswith("All Portfolio\n")


def test_a_strategy_that_nobody_saved_names_nobody(run, write_csv):
    """The first load makes one, and a person the other."""
    run("import", write_csv("account,symbol,asset_class,quantity,price,currency\nA,VTI,Stocks,1,300,USD\n"))
    run("strategies", "new", "Mine", "--from", "present", "--activate")
    lines = run("strategies")[1].splitlines()
    assert lines[1].endswith(" on the command line") and "nan" not in "".join(lines)
    assert re.search(r"\d\d:\d\d$", lines[2])


def test_an_accounts_strategy_is_made_active_and_put_aside(loaded):
    out = loaded("strategies", "new", "Now", "--scope", "Brokerage", "--from", "present", "--activate")[1]
    assert out.endswith("Now is active.\n")
    assert [row[1:3] for row in rows(loaded("strategies", "--scope", "Brokerage")[1])[1:]] == [["Now", "active"]]
    out = loaded("strategies", "archive", "Now", "--scope", "Brokerage")[1]
    assert out == "Now is archived.\nBrokerage uses the whole portfolio's targets now.\n"
    assert "back, inactive" in loaded("strategies", "restore", "Now", "--scope", "Brokerage")[1]
    loaded("strategies", "activate", "Now", "--scope", "Brokerage")
    assert "uses the whole" in loaded("strategies", "deactivate", "Brokerage")[1]
    assert "(used by Brokerage" in loaded("targets", "--scope", "Brokerage")[1]


def test_bands_of_a_strategy_that_is_not_active(loaded):
    loaded("strategies", "copy", "All Portfolio", "Wide")
    out = loaded("bands", "--strategy", "Wide", "--set", "9 points", "--trigger", "every 6 months")[1]
    assert out.startswith("Wide: 9 points") and "every 6 months" in out
    assert loaded("bands")[1].startswith("All Portfolio: 5 points or 25 %")


def test_a_strategy_is_copied_renamed_and_deleted(loaded):
    assert "a copy of All Portfolio" in loaded("strategies", "copy", "All Portfolio", "Mine", "--to", "401(k)")[1]
    assert "called Ours now" in loaded("strategies", "rename", "Mine", "Ours", "--scope", "401(k)")[1]
    out = loaded("delete", "strategy", "401(k)", "Ours", "--yes", "--no-backup")[1]
    assert out == "Strategy Ours: 1 strategy, 13 targets.\nDone.\n"
    assert "no strategy 'Ours'" in refusal(loaded("strategies", "rename", "Ours", "X", "--scope", "401(k)"))


def test_versions_are_listed_shown_and_restored(loaded, write_csv):
    path = write_csv("asset_class,symbol,target_percent\nBonds,,60\nGold,,40\nBonds,BND,100\n", "new.csv")
    loaded("import", "--targets", path)
    out = loaded("strategies", "versions")[1].splitlines()
    assert out[0].split() == ["version", "strategy", "saved", "changes"]
    assert out[1].split()[0] == "1" and out[1].endswith("and 9 more")
    assert out[2].split()[0] == "3" and "US stocks 48 → 0" in out[2] and out[2].endswith("more")
    shown = loaded("strategies", "versions", "--show", 3)[1]
    assert rows(shown)[2:5] == [["Bonds", "60"], ["BND", "100"], ["Gold", "40"]]
    assert shown.endswith("Band: 5 points or 25 % of the target, whichever is smaller.\nTrigger: drift.\n")
    back = loaded("strategies", "versions", "--restore", 1)[1]
    assert back == "All Portfolio has the targets, the bands and the trigger of version 1 again.\n"
    assert loaded("targets")[1].split("\n")[2].split() == ["US", "stocks", "48"]
    assert "no version 9" in refusal(loaded("strategies", "versions", "--show", 9))


def test_versions_hold_bands_and_trigger(loaded):
    loaded("bands", "--set", "5 points", "--class", "Bonds")
    loaded("bands", "--set", "3 points", "--class", "Bonds")
    loaded("bands", "--trigger", "every 6 months")
    out = loaded("strategies", "versions")[1].splitlines()
    assert out[3].endswith("Band of Bonds 5 → 3 points") and out[4].endswith("Trigger: drift → every 6 months")
    assert "Band of Bonds: 3 points.\nTrigger: drift.\n" in loaded("strategies", "versions", "--show", 4)[1]
    loaded("strategies", "versions", "--restore", 3)
    assert "5 points" in loaded("bands")[1] and "Trigger: drift." in loaded("bands")[1]


def test_a_version_from_before_bands_were_kept_says_so(loaded, tmp_path):
    with Database(tmp_path / "my.duckdb").write() as connection:
        connection.execute("UPDATE target_versions SET on_drift = NULL")
    loaded("bands", "--set", "3 points")
    said = "Its bands and its trigger are not known: versions hold them only since schema 7"
    assert loaded("strategies", "versions", "--show", 1)[1].endswith(f"{said}.\n")
    assert f"of version 1 again. {said}; those it had stay.\n" in loaded("strategies", "versions", "--restore", 1)[1]
    assert loaded("bands")[1].startswith("All Portfolio: 3 points")


def test_what_a_strategy_can_start_from(loaded, write_csv):
    path = write_csv("asset_class,symbol,target_percent\nBonds,,60\nGold,,40\n", "new.csv")
    for name, start in (("A", path), ("B", "strategy:All Portfolio"), ("C", "version:1"), ("D", "blank")):
        assert loaded("strategies", "new", name, "--from", start)[0] == 0
    assert rows(loaded("targets", "--strategy", "A")[1])[2] == ["Bonds", "60"]
    assert loaded("targets", "--strategy", "C")[1].split("\n")[1:] == loaded("targets")[1].split("\n")[1:]
    assert loaded("targets", "--strategy", "D")[1] == "D\nNo targets yet.\n"
    assert "--age" in loaded("strategies", "new", "--help")[1]
    assert "Give an age" in refusal(loaded("strategies", "new", "E", "--from", "preset:110 minus age"))
    assert loaded("strategies", "new", "E", "--from", "preset:110 minus age", "--age", 50)[0] == 0
    assert "There is no file 'presents'. --from takes present" in refusal(
        loaded("strategies", "new", "F", "--from", "presents")
    )


def test_presets_name_their_sources(loaded):
    out = loaded("strategies", "presets")[1]
    assert "Permanent Portfolio: A quarter each" in out and "Harry Browne, Fail-Safe Investing (1999)" in out


def test_a_load_says_that_its_strategy_is_not_active(loaded, write_csv):
    path = write_csv("strategy,asset_class,symbol,target_percent\nCalm,Bonds,,100\n", "new.csv")
    out = loaded("import", "--targets", path)[1]
    assert 'isn\'t active. Measure the whole portfolio against it with: allocation strategies activate "Calm".' in out
