"""The commands for plans that are kept."""

from tests.cli import refusal


def rows(out):
    return [line.split() for line in out.splitlines()]


def test_a_plan_is_saved_listed_and_shown_again(loaded):
    loaded("prices", "--stale-after", 3650)
    made = loaded("plan", "deposit", "5000", "--save", "Spring")[1]
    assert "Saved as plan 1." in made
    assert rows(loaded("plans")[1])[1][2:] == ["deposit", "all", "lazy", "5,000.00", "7", "no", "Spring"]
    assert loaded("plans", "show", 1)[1].strip() == made.partition("\nSaved as")[0].strip()
    assert loaded("plans", "show", 1, "--explain")[1].startswith("Deposit of 5,000.00 USD")


def test_nothing_saved_yet_says_how_to(loaded):
    assert loaded("plans")[1].startswith("No plan has been saved. Save one with: allocation plan deposit")
    assert "None has been saved" in refusal(loaded("plans", "show", 1))


def test_a_plan_is_executed_bit_by_bit(loaded):
    loaded("plan", "deposit", "5000", "--save", "")
    out = loaded("plans", "execute", 1, "--only", "VXUS", "--preview")[1]
    assert rows(out)[1] == ["Brokerage", "VXUS", "62", "13.52981651", "75.52981651"] and "This would be as of" in out
    assert "no" in rows(loaded("plans")[1])[1]
    assert "Left to execute: 7 lines" in loaded("plans", "execute", 1, "--only", "VXUS", "--on", "2026-11-24")[1]
    assert "(--into ACCOUNT on the command line): one of 401(k)" in refusal(loaded("plans", "execute", 1))
    assert "Left to execute" not in loaded("plans", "execute", 1, "--into", "Brokerage")[1]
    assert "in full" in loaded("plans")[1]
    assert "Nothing of plan 1 is left" in refusal(loaded("plans", "execute", 1))
    assert "part of the portfolio's history" in refusal(loaded("plans", "delete", 1))


def test_a_plan_is_edited_and_compared(loaded):
    loaded("plan", "deposit", "5000", "--save", "")
    out = loaded("plans", "edit", 1, "VXUS=500", "GLD=0", "--recalculate", "--title", "By hand")[1]
    assert "Saved as plan 2." in out and "Limit: set by hand: VXUS in Brokerage 500.00 USD." in out
    assert ["Brokerage", "VXUS", "International", "stocks", "1,002.83", "500.00", "-502.83"] in rows(
        loaded("plans", "compare", 1, 2)[1]
    )
    assert "They are the same." in loaded("plans", "compare", 1)[1]
    assert "Saved as plan 3." in loaded("plans", "edit", 1, "VXUS=10", "--shares")[1]
    assert "741.20" in loaded("plans", "show", 3)[1]
    assert "Write each trade as SYMBOL=AMOUNT" in refusal(loaded("plans", "edit", 1, "VXUS"))
    loaded("plans", "delete", 2)
    assert "The saved ones are 1, 3" in refusal(loaded("plans", "show", 2))


def test_an_execution_is_taken_back_part_by_part(loaded, monkeypatch):
    loaded("plan", "deposit", "5000", "--save", "")
    before = loaded("drift")[1]
    loaded("plans", "execute", 1, "--only", "VXUS")
    loaded("plans", "execute", 1, "--into", "Brokerage")
    out = loaded("plans", "undo", 1, "--preview")[1]
    assert "Plan 1 was executed as of 20" in out and "in full" in loaded("plans")[1]
    asked = []
    monkeypatch.setattr("click.confirm", lambda question, **_how: asked.append(question))
    assert (
        "Taken back; of earlier parts 1 line stay executed. Left to execute: 7 lines" in loaded("plans", "undo", 1)[1]
    )
    assert asked == ["Take it back?"]
    out = loaded("plans", "undo", 1, "--yes")[1]
    assert rows(out)[1] == ["Brokerage", "VXUS", "75.52981651", "-13.52981651", "62"]
    assert out.endswith("Taken back. Left to execute: 8 lines of the plan.\n") and loaded("drift")[1] == before
    assert "nothing to take back" in refusal(loaded("plans", "undo", 1, "--yes"))
