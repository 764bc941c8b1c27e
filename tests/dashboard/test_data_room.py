"""The room of files without a browser: looking at files, asking for columns, loading, taking back, exporting."""

import pandas as pd
import pytest

import allocation
from allocation.dashboard.data import Data
from allocation.dashboard.drop import FileDrop
from allocation.export import holdings_csv, targets_csv
from allocation.shipped_files import shipped
from allocation.writing import PLAIN
from tests.dashboard.spoken import plain
from tests.dashboard.test_page import give, parts
from tests.readers.portfolio_performance.building import assigned, classification, taxonomy
from tests.readers.portfolio_performance.test_taxonomies import file as two_taxonomies


class Room:
    """The room on a portfolio, with files given to it as a browser gives them."""

    def __init__(self, portfolio):
        self.changed = []
        self.room = Data(portfolio, lambda: self.changed.append(True))
        if portfolio.exists() and portfolio.accounts():
            self.room.show(portfolio.tables(), PLAIN)
        else:
            self.room.show_alone(PLAIN)

    def find(self, kind):
        return next(part for part in parts(self.room.box) if isinstance(part, kind))

    def give(self, *files):
        give(self.find(FileDrop), *files)

    def named(self, description):
        return next(part for part in parts(self.room.box) if getattr(part, "description", "") == description)

    def has(self, description):
        return any(getattr(part, "description", "") == description for part in parts(self.room.box))

    @property
    def text(self):
        return plain(" ".join(part.value for part in parts(self.room.box) if type(part).__name__ == "HTML"))


@pytest.fixture
def room(sample):
    return Room(sample)


def cells(room):
    return room.text.replace("<td class=number>", "<td>")


HEAD = "account,symbol,asset_class,quantity,price,currency\n"


def test_a_file_is_shown_before_it_is_loaded_and_loaded_once(room, sample):
    room.give(("new.csv", (HEAD + "Roth IRA,VTI,US stocks,20,330,USD\n").encode()))
    assert "This would change:" in room.text and "<td>VTI<br>" in room.text
    assert (
        "</td><td>changed</td><td>Roth IRA</td><td>12 → 20</td><td>328.45 → 330.00 USD</td><td>6,600.00</td>"
        in cells(room)
    )
    assert "<td>sold</td><td>Roth IRA</td><td>22 → 0</td>" in cells(room) and not room.changed
    assert len(sample.holdings("Roth IRA")) == 4
    room.named("Load this").click()
    assert room.changed and "Loaded:" in room.text and len(sample.holdings("Roth IRA")) == 1
    assert not room.has("Load this")


def test_what_would_change_nothing_can_t_be_loaded(room):
    room.give(("fx.csv", (shipped("data") / "fx.csv").read_bytes()))
    assert "This would change: nothing." in room.text and room.named("Load this").disabled
    room.give(("new.csv", (HEAD + "New,VTI,US stocks,20,330,USD\n").encode()))
    assert not room.named("Load this").disabled


def test_a_new_name_of_an_asset_is_not_nothing(portfolio):
    portfolio.init("USD")
    room = Room(portfolio)
    for name, said in (("One", "1 account, "), ("Other", "1 asset."), ("Other", "nothing.")):
        held = f"account,symbol,name,quantity,price,currency,as_of\nA,X,{name},1,5,USD,2026-01-02\n"
        room.give(("new.csv", held.encode()))
        assert f"This would change: {said}" in room.text
        assert room.named("Load this").disabled == (said == "nothing.")
        room.named("Load this").click()


def test_what_is_not_wanted_is_forgotten(room, sample):
    room.give(("new.csv", (HEAD + "Roth IRA,VTI,US stocks,20,330,USD\n").encode()))
    room.named("Don't load").click()
    assert not room.has("Load this") and not room.changed and len(sample.holdings("Roth IRA")) == 4


def test_a_load_is_taken_back(room, sample):
    room.give(("new.csv", (HEAD + "New,VTI,US stocks,20,330,USD\n").encode()))
    room.named("Load this").click()
    room.room.show(sample.tables(), PLAIN)
    room.named("Take the last load back…").click()
    assert "This would take back: new.csv" in room.text and "New" in sample.accounts()
    room.named("Keep it").click()
    assert "This would take back" not in room.text and not room.has("Take it back") and "New" in sample.accounts()
    room.named("Take the last load back…").click()
    room.named("Take it back").click()
    assert "Taken back: new.csv" in room.text and "New" not in sample.accounts()


def test_another_load_than_the_one_that_was_shown_is_not_taken_back(room, sample):
    room.give(("new.csv", (HEAD + "New,VTI,US stocks,20,330,USD\n").encode()))
    room.named("Load this").click()
    room.room.show(sample.tables(), PLAIN)
    room.named("Take the last load back…").click()
    sample.save_price("VTI", "1", "USD")
    room.named("Take it back").click()
    assert "Something else has been loaded meanwhile." in room.text and "New" in sample.accounts()
    assert sample.last_load().files[0].startswith("prices")


def test_where_something_else_was_saved_since_a_line_says_why_nothing_is_taken_back(room, sample):
    room.give(("new.csv", (HEAD + "New,VTI,US stocks,20,330,USD\n").encode()))
    room.named("Load this").click()
    sample.delete_account("Roth IRA", backup=False)
    room.room.show(sample.tables(), PLAIN)
    assert not room.has("Take the last load back…")
    assert "can&#x27;t be taken back any more, because something else has been saved since" in room.text
    backup = sample.backups()[0][2].name
    assert f"As it was before it, the portfolio is {backup}, under Backups." in room.text
    assert "allocation delete" not in room.text


def test_the_samples_own_loads_are_not_offered_to_be_taken_back(sample):
    data = Data(sample, lambda: None, own=False)
    data.show(sample.tables(), PLAIN)
    assert not [part for part in parts(data.box) if getattr(part, "description", "").startswith("Take")]
    assert "taken back" not in " ".join(part.value for part in parts(data.box) if type(part).__name__ == "HTML")


def test_every_problem_is_a_row(room):
    room.give(("bad.csv", (HEAD + "A,<b>X</b>,Bonds,many,1,USD\nA,Y,Bonds,1,1,DOLLAR\n").encode()))
    assert "Nothing was loaded: 2 problems." in room.text and "<b>X" not in room.text
    assert "<td>bad.csv</td><td class=number>3</td><td>currency</td><td>DOLLAR</td>" in room.text


def test_what_is_sold_short_can_be_left_out(room, sample):
    rows = "New,VTI,US stocks,10,330,USD\nNew,XYZ,US stocks,-10,20,USD\nNew,ZYX,US stocks,-1,20,USD\n"
    room.give(("short.csv", (HEAD + rows).encode()))
    assert "Nothing was loaded: 2 problems." in room.text and not room.has("Load this")
    room.named("Leave it out: XYZ (every account)").click()
    assert "Nothing was loaded: 1 problem." in room.text and not room.has("Leave it out: XYZ (every account)")
    room.named("Leave it out: ZYX (every account)").click()
    assert "Left out: XYZ in New, −10 shares; the total is without it." in room.text
    room.named("Load this").click()
    assert "Left out: XYZ in New" in room.text and "Left out: ZYX in New" in room.text
    assert list(sample.holdings("New")["symbol"]) == ["VTI"]


def test_leaving_out_is_for_one_file_only(room):
    rows = "New,VTI,US stocks,10,330,USD\nNew,XYZ,US stocks,-10,20,USD\n"
    for _ in range(2):
        room.give(("short.csv", (HEAD + rows).encode()))
        assert not room.has("Load this")
        room.named("Leave it out: XYZ (every account)").click()
        assert room.has("Load this")


def test_the_name_of_a_file_is_no_path(room, tmp_path):
    room.give(("../../../evil.csv", HEAD.encode()))
    assert not list(tmp_path.parent.glob("evil.csv"))


def test_a_table_of_no_known_format_is_asked_about(room):
    table = "Depot,Kuerzel,Menge,Was,Geld\nNew,ABC,2,10,EUR\nNew,DEF,3,20,EUR\n"
    room.give(("table.csv", table.encode()))
    assert "Say which column is what" in room.text
    answers = {"account": "Depot", "symbol": "Kuerzel", "quantity": "Menge", "price": "Was", "currency": "=USD"}
    while room.has("Use these columns"):
        asked = room.room._load._columns._boxes
        assert asked.keys() <= answers.keys(), "the same is asked again"
        for name, box in asked.items():
            box.value = answers.pop(name)
        room.named("Use these columns").click()
    assert "<td>ABC</td><td>new</td><td>New</td>" in room.text


def test_a_wrong_answer_about_columns_can_be_mended(room):
    room.give(("table.csv", b"Papier;Bestand;Wert\nVTI;10;3000\nBND;20;1500\n"))
    room.named("symbol").value, room.named("currency").value = "Papier", "USD"
    room.named("Use these columns").click()
    assert "has no column" in room.text and room.has("Use these columns")
    room.named("currency").value = "=USD"
    room.named("Account").value = "Depot"
    room.named("Use these columns").click()
    assert (
        "</td><td>new</td><td>Depot</td><td>0 → 10</td>" in cells(room)
        and "<td>0 → 10</td>" in cells(room)
        and not room.has("Use these columns")
    )
    room.named("Load this").click()
    assert "Loaded: " in room.text and room.named("Account").value == ""


def test_a_first_load_asks_for_the_base_currency(portfolio):
    room = Room(portfolio)
    data = shipped("data")
    room.give(*((name, (data / name).read_bytes()) for name in ("holdings.csv", "targets.csv", "fx.csv")))
    assert "has no base currency yet" in room.text and "added up in, under Base currency: USD." in room.text
    room.named("Base currency").value = "usd"
    room.named("Load this").click()
    assert portfolio.summary().total == pytest.approx(50335.41) and portfolio.strategy().class_percents["Gold"] == 4


def test_prices_and_rates_stand_with_their_age_and_source(room):
    assert all(words in room.text for words in ("VBTIX", "9.68", "2026-11-19", "days old", "1 EUR", "1.0864 USD"))


def test_backups_are_made_listed_and_restored_after_asking(room, sample):
    room.named("Make a backup").click()
    assert "made by you" in room.text
    sample.delete_account("Roth IRA", backup=False)
    room.named("Restore…").click()
    assert not room.changed
    room.named("Restore it").click()
    assert room.changed and "Roth IRA" in sample.accounts()


def test_what_is_exported_is_what_was_loaded(sample, tmp_path):
    (tmp_path / "holdings.csv").write_text(holdings_csv(sample.holdings()), encoding="utf-8")
    strategies = [sample.strategy(scope) for scope in ("all", *sample.accounts())]
    (tmp_path / "targets.csv").write_text(targets_csv(strategies), encoding="utf-8")
    again = allocation.open(tmp_path / "again.duckdb")
    again.load(tmp_path / "holdings.csv", tmp_path / "targets.csv", shipped("data") / "fx.csv", base_currency="USD")
    for scope in ("all", "Roth IRA"):
        pd.testing.assert_frame_equal(again.drift(scope, by="holding"), sample.drift(scope, by="holding"))
    pd.testing.assert_frame_equal(again.holdings(), sample.holdings())


def test_another_taxonomy_is_chosen_from_a_list_and_the_file_looked_at_anew(portfolio):
    room = Room(portfolio)
    room.give(("my.xml", two_taxonomies().bytes()))
    choice = room.named("Taxonomy")
    assert (choice.value, [name for name, _ in choice.options]) == ("Asset Allocation", ["Asset Allocation", "Regions"])
    assert "come from the taxonomy Asset Allocation." in room.text
    choice.value = "Regions"
    assert "come from the taxonomy Regions;" in room.text and room.named("Taxonomy").value == "Regions"
    room.named("Load this").click()
    assert "Asia" in set(portfolio.asset_classes()["asset_class"]) and not room.has("Taxonomy")


def test_another_taxonomy_is_a_way_out_of_one_that_is_wrong(portfolio):
    room = Room(portfolio)
    twice = [classification(name, 50, assigned("securities/security[1]", 80)) for name in ("A", "B")]
    regions = taxonomy("Regions", classification("Asia", 50, assigned("securities/security[1]")))
    room.give(("my.xml", two_taxonomies(taxonomy("Asset Allocation", *twice), regions).bytes()))
    assert "is assigned to classes of Asset Allocation by 160 %." in room.text and not room.has("Load this")
    room.named("Taxonomy").value = "Regions"
    assert "come from the taxonomy Regions;" in room.text and room.has("Load this")


def test_a_file_without_a_choice_of_taxonomies_offers_none(portfolio):
    room = Room(portfolio)
    room.give(("new.csv", (HEAD + "A,VTI,US stocks,20,330,USD\n").encode()))
    assert not room.has("Taxonomy")
    one_of_regions = two_taxonomies(taxonomy("Regions", classification("Asia", 50)))
    room.give(("my.xml", one_of_regions.bytes()))
    choice = room.named("Taxonomy")
    assert [name for name, _ in choice.options] == ["none of them", "Regions"]
    choice.value = "Regions"
    assert "come from the taxonomy Regions;" in room.text and not room.has("Taxonomy")
    room.named("Don't load").click()


def test_a_missing_rate_stands_in_the_preview(portfolio):
    room = Room(portfolio)
    room.give(("new.csv", (HEAD + "A,VTI,US stocks,20,330,USD\nA,CASH,,5,1,CHF\n").encode()))
    room.named("Base currency").value = "USD"
    said = "No FX rate to USD is known yet for CHF:"
    assert said in room.text and not room.changed
    room.named("Load this").click()
    assert said in room.text and room.changed


def test_every_kind_of_change_has_its_rows(room):
    fx = "from_currency,to_currency,rate,as_of\nEUR,USD,1.0912,2026-11-25\n"
    prices = "symbol,price,currency,as_of\nVXUS,75.5,USD,2026-11-25\n"
    classes = "symbol,asset_class,weight_percent\nVTIP,Bonds,40\nVTIP,Inflation-linked bonds,60\n"
    held = HEAD + "New,AAPL,US stocks,1,250,EUR\nNew,<b>,Bonds,2,10,CHF\n"
    room.give(*((f"{name}.csv", text.encode()) for name, text in (
        ("fx", fx), ("prices", prices), ("classes", classes), ("held", held))))  # fmt: skip
    for rows in (
        "<h3>Accounts (2)</h3>",
        "<h3>Holdings (2)</h3>",
        "<td>0 → 2</td><td>10.00 CHF</td><td>—</td>",
        "—: the value isn&#x27;t known without a price or an FX rate, of &lt;b&gt;.",
        "<td>0 → 1</td><td>271.30 USD → 250.00 EUR</td><td>272.80</td>",
        "<h3>Prices (1)</h3>",
        "<td>74.12 → 75.50 USD</td><td><time>2026-11-20</time></td><td>prices.csv</td>",
        "2 new prices stand with the holdings above.",
        "<td>1 EUR in USD</td><td><time>2026-11-25</time></td><td>1.0864 → 1.0912</td>",
        "<td>Inflation-linked bonds</td><td>Inflation-linked bonds 60 %, Bonds 40 %</td>",
        "<td>AAPL</td><td>currency</td><td>USD</td><td>EUR</td>",
        "AAPL changes its currency from USD to EUR: its prices count as EUR.",
    ):
        assert rows in cells(room), rows
    assert "<b>" not in room.text
    room.named("Load this").click()
    assert "AAPL changes its currency from USD to EUR" in room.text


def test_targets_of_a_file_are_shown_before_and_after_in_the_page_s_language(room, sample):
    room.room.show(sample.tables(), allocation.writing.Writing("de-DE"))
    room.give(("targets.csv", b"asset_class,symbol,target_percent\nUS stocks,,60.5\nBonds,,39.5\n"))
    assert "<td>US stocks</td><td>All Portfolio</td><td>48</td><td>60,5</td>" in cells(room)
    assert "<td>Bonds › BND</td><td>All Portfolio</td><td>25</td><td>—</td>" in cells(room)


def test_of_very_many_rows_the_first_are_shown_and_how_many_more_there_are(room):
    held = HEAD + "".join(f"New,S{number},Bonds,1,1,USD\n" for number in range(1502))
    room.give(("held.csv", held.encode()))
    assert "<h3>Holdings (1,502)</h3>" in room.text and room.text.count("<td>new</td>") == 500
    assert "The first 500 are shown; there are 1,002 more." in room.text
