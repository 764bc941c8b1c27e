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
