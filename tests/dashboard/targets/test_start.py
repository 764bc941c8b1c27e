import datetime

from tests.dashboard.targets.room import shown

MODIFIED = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)


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


def test_classes_that_go_by_two_names_are_pointed_out(room):
    room.open("Start from something")
    room.enter("Start from", ("preset", "60/40"))
    room.click("Start from it")
    assert (
        "Held, but without a target here: Cash, Gold, Inflation-linked bonds, International stocks, US stocks"
        in room.text
    )
    assert "With a target, but not held: Stocks. Where that is the same by two names" in room.text
    room.enter("Start from", "present")
    assert "two names" not in room.text
    room.click("Start from it")
    assert "two names" not in room.text


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


def test_an_edit_that_starts_from_another_strategy_takes_its_bands_along(small):
    small.portfolio.new_strategy("Wide", start={"Stocks": 30, "Bonds": 70})
    small.portfolio.save_band("9 points", strategy="Wide")
    small.go("all")
    small.open("Start from something")
    small.enter("Start from", ("strategy", "all", "Wide"))
    assert "Its targets, its bands and its trigger." in small.text
    small.click("Start from it")
    assert small.row("Bonds")["band"] == "61–79 %" and "Band 5/25 → 9 points" in small.text
