"""A price or an FX rate that is typed in the room of files."""

import datetime

import pytest

from allocation.dashboard.data.by_hand import ByHandForm
from allocation.readers import Opened
from allocation.writing import PLAIN, Writing
from tests.dashboard.test_page import parts


class Form:
    """The form on a portfolio, shown anew after each change as the page does."""

    def __init__(self, portfolio, writing=PLAIN):
        self.portfolio, self.writing = portfolio, writing
        self.form = ByHandForm(portfolio, self.show)
        self.show()

    def show(self):
        self.form.show(self.portfolio.prices(), "USD", self.writing)

    @property
    def text(self):
        return " ".join(part.value for part in parts(self.form.box) if type(part).__name__ == "HTML")

    def price(self, text, **boxes):
        return self.write(self.form._price, 0, price=text, **boxes)

    def rate(self, text, **boxes):
        return self.write(self.form._rate, -1, rate=text, **boxes)

    def write(self, line, place, **boxes):
        for name, value in boxes.items():
            getattr(line, name).value = value
        [part for part in parts(self.form.box) if getattr(part, "description", "") == "Write it down"][place].click()
        return self.text


@pytest.fixture
def lacking(portfolio):
    """What it holds lacks a price of Y and a rate of EUR."""
    portfolio.init("USD")
    head = "Action,Time,ISIN,Ticker,No. of shares,Currency (Price / share)\n"
    bought = "Market buy,2025-03-03,US,X,1,USD\nMarket buy,2025-03-03,IE,Y,2,EUR\n"
    portfolio.load(Opened((head + bought).encode(), "history.csv"))
    portfolio.save_price("X", 5, "USD")
    return portfolio


def test_what_is_missing_stands_there_already(lacking):
    form = Form(lacking)
    assert "Without a price: Y. Without an FX rate to USD: EUR." in form.text
    assert form.form._price.asset.options == ("Y", "X")
    assert [box.value for box in form.form._price] == ["Y", "", "EUR", ""]
    assert [box.value for box in form.form._rate] == ["EUR", "", "USD", ""]


def test_both_are_written_down_and_everything_is_valued(lacking):
    form = Form(lacking)
    assert "Written down: Y, 12.5 EUR." in form.price("12.5")
    assert "Without a price" not in form.text and form.form._price.price.value == ""
    assert "Written down: 1 EUR is 1.1 USD." in form.rate("1.1", of="2026-01-02")
    assert "Without" not in form.text and lacking.summary().total == pytest.approx(5 + 2 * 12.5 * 1.1)
    known = lacking.prices().set_index("symbol").loc["Y"]
    assert (known["price"], known["as_of"], known["source"]) == (12.5, datetime.date.today(), "by hand")
    assert lacking.rates()["as_of"].item() == datetime.date(2026, 1, 2)


def test_the_same_again_changes_nothing_and_says_so(lacking):
    form = Form(lacking)
    form.rate("1.1", of="2026-01-02")
    assert "Nothing changed" in form.rate("1.1", unit="EUR", of="2026-01-02")


def test_numbers_are_read_as_the_language_writes_them(lacking):
    form = Form(lacking, Writing("de-DE"))
    assert "Written down: Y, 1.234,5 EUR." in form.price("1.234,5")
    assert "Written down: 1 EUR is 1,0864 USD." in form.rate("1,0864")
    assert lacking.prices().set_index("symbol").loc["Y", "price"] == 1234.5
    assert lacking.rates()["rate"].item() == 1.0864


def test_what_could_be_a_thousand_times_more_is_asked_about(lacking):
    form = Form(lacking, Writing("de-DE"))
    assert "The FX rate 1.086 can be read as 1,0860 or as 1086. Write one of these." in form.rate("1.086")
    assert lacking.rates().empty
    form.rate("1,0860")
    assert lacking.rates()["rate"].item() == 1.086
    plain = Form(lacking)
    plain.rate("1.087", unit="EUR")
    assert lacking.rates()["rate"].item() == 1.087


@pytest.mark.parametrize(
    ("boxes", "sentence"),
    [
        ({"text": ""}, "Enter the price of Y, such as 12.34."),
        ({"text": "<b>"}, "is not a number"),
        ({"text": "91,7"}, "The price of Y &#x27;91,7&#x27; is no number. Write it like 1,234.56."),
        ({"text": "-1"}, "Nothing was saved."),
        ({"text": "1", "currency": ""}, "Nothing was saved."),
        ({"text": "1", "currency": "DOLLAR"}, "is not a currency code"),
        ({"text": "1", "of": "20.11.2026"}, "is not a date. Write it like"),
    ],
)
def test_what_can_t_be_a_price_is_a_sentence_and_what_was_typed_stays(lacking, boxes, sentence):
    form = Form(lacking)
    shown = form.price(**boxes)
    assert sentence in shown and "<b>" not in shown and "Without a price: Y" in shown
    assert form.form._price.price.value == boxes["text"]


def test_a_currency_in_small_letters_is_one_but_pence_stay_pence(lacking):
    form = Form(lacking)
    assert "Y, 3 EUR" in form.price("3", currency="eur")
    assert "Y, 250 GBp" in form.price("250", asset="Y", currency="GBp")


def test_what_was_begun_stays_when_the_page_is_shown_anew(lacking):
    form = Form(lacking)
    form.form._price.asset.value, form.form._price.price.value = "X", "7"
    form.form._price.currency.value = "CHF"
    form.show()
    assert [box.value for box in form.form._price] == ["X", "7", "CHF", ""]
