def test_bands_and_the_trigger_are_part_of_the_draft(small):
    small.open("Bands and when a rebalance is due")
    assert "Such as: drift; every 12 months; every 6 months and drift." in small.text
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
