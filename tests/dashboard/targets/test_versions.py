import allocation
from allocation.store import Database


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
