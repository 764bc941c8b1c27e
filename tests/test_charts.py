"""Figures hold the numbers of their tables, and say in words what their colours show."""

import datetime
import json
import re

import pytest

from allocation import Limits, charts
from allocation.drift import by_class, by_holding, over_time
from allocation.palette import IN_THE_DARK
from allocation.planner import plan_deposit
from allocation.writing import Writing
from tests.builders import TODAY, Held, one_a_class, portfolio

TABLES = portfolio(
    [Held("A", "Stocks", 700), Held("B", "Bonds", 200), Held("C", "Gold", 40), Held("X", "Unclassified", 60)],
    {"Stocks": 60, "Bonds": 30, "Gold": 4, "Real estate": 6},
)
SCRIPT = "<img src=x onerror=alert(1)>"


def drawn(figure, *traces):
    """``{name beside the bar: value}`` of the traces of these names."""
    return {
        name: round(float(value), 6)
        for data in figure.data
        if data.name in traces
        for name, value in zip(data.y, data.x, strict=True)
    }


def current(figure):
    """The bars of current weights: all but the band's."""
    return drawn(figure, *(data.name for data in figure.data if data.type == "bar" and data.name != "band"))


def words(figure):
    """``{name: what stands beside its bar}``."""
    written = [data for data in figure.data if data.text is not None]
    return {name: text.strip() for data in written for name, text in zip(data.y, data.text, strict=True)}


def figures(tables):
    after = plan_deposit(tables, 100, "lazy", TODAY).classes
    return [
        charts.current_vs_target(by_class(tables)),
        charts.current_vs_target(by_holding(tables)),
        charts.before_and_after(after),
    ]


def test_bars_are_the_current_weights_in_percent():
    figure = charts.current_vs_target(by_class(TABLES))
    expected = {"Stocks": 70, "Bonds": 20, "Gold": 4, "Real estate": 0, "Unclassified": 6}
    assert current(figure) == expected


def test_marks_are_the_targets_of_what_has_one():
    figure = charts.current_vs_target(by_class(TABLES))
    assert drawn(figure, "target") == {"Stocks": 60, "Bonds": 30, "Gold": 4, "Real estate": 6}


def test_the_band_is_shaded_from_edge_to_edge():
    figure = charts.current_vs_target(by_class(TABLES))
    (band,) = [data for data in figure.data if data.name == "band"]
    edges = {n: (round(b, 6), round(b + x, 6)) for n, b, x in zip(band.y, band.base, band.x, strict=True)}
    assert edges == {"Stocks": (55, 65), "Bonds": (25, 35), "Gold": (3, 5), "Real estate": (4.5, 7.5)}


def test_the_largest_drift_stands_at_the_top():
    axis = charts.current_vs_target(by_class(TABLES)).layout.yaxis
    assert list(axis.categoryarray) == ["Stocks", "Bonds", "Real estate", "Gold", "Unclassified"]
    assert axis.autorange == "reversed"


def test_over_and_under_are_told_by_sign_and_word():
    figure = charts.current_vs_target(by_class(TABLES))
    assert words(figure) == {
        "Stocks": "70.0 % (+10.0, over)",
        "Bonds": "20.0 % (−10.0, under)",
        "Gold": "4.0 % (0.0, in band)",
        "Real estate": "0.0 % (−6.0, nothing held)",
        "Unclassified": "6.0 %, no target",
    }


def test_over_and_under_differ_without_colour():
    figure = charts.current_vs_target(by_class(TABLES))
    patterns = {data.name: data.marker.pattern.shape for data in figure.data if data.type == "bar"}
    assert patterns["over"] != patterns["under"]


def test_holdings_are_named_by_symbol_and_cash_by_currency():
    tables = portfolio(
        [Held("CASH", "Cash", 1, currency="EUR"), Held("CASH", "Cash", 1), Held("VTI", "A", 2)], {"A": 100}
    )
    names = set(current(charts.current_vs_target(by_holding(tables))))
    assert names == {"CASH EUR", "CASH USD", "VTI"}


def test_before_and_after_a_plan():
    tables = one_a_class({"A": 80, "B": 20}, {"A": 50, "B": 50})
    figure = charts.before_and_after(plan_deposit(tables, 60, "lazy", TODAY).classes)
    assert drawn(figure, "before") == {"A": 80, "B": 20}
    assert drawn(figure, "after") == {"A": 50, "B": 50}
    assert drawn(figure, "target") == {"A": 50, "B": 50}
    assert words(figure) == {"A": "80.0 % → 50.0 %", "B": "20.0 % → 50.0 %"}


@pytest.mark.parametrize("figure", figures(TABLES), ids=["classes", "holdings", "before and after"])
def test_nothing_can_be_sent_to_a_cloud(figure):
    assert "sendChartToCloud" in figure.layout.modebar.remove


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_name_that_is_markup_is_shown_as_text(number):
    figure = figures(portfolio([Held(SCRIPT, SCRIPT, 10, name=SCRIPT)], {SCRIPT: 100}))[number]
    written = json.dumps(figure.to_plotly_json(), default=list, ensure_ascii=False)
    assert "<img" not in written
    assert "&lt;img src=x onerror=alert(1)&gt;" in written


def test_an_ampersand_is_not_an_entity():
    figure = charts.current_vs_target(by_class(one_a_class({"S&lt;P": 1}, {"S&lt;P": 100})))
    assert list(current(figure)) == ["S&amp;lt;P"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_symbols_and_classes_that_are_numbers_are_still_names(number):
    """7203 is Toyota's symbol; on an axis of numbers its bar would stand at height 7203."""
    figure = figures(one_a_class({"7203": 10, "9984": 20}, {"7203": 50, "9984": 50}))[number]
    assert figure.layout.yaxis.type == "category"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_row(number):
    figure = figures(one_a_class({"A": 10}, {"A": 100}))[number]
    assert list(figure.layout.yaxis.categoryarray) == ["A"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_nothing_to_show(number):
    nothing = portfolio([], {})
    empty = plan_deposit(one_a_class({}, {"A": 100}), 0, "lazy", TODAY).classes.iloc[:0]
    tables = [(charts.current_vs_target, by_class(nothing)), (charts.current_vs_target, by_holding(nothing)),
              (charts.before_and_after, empty)]  # fmt: skip
    draw, table = tables[number]
    figure = draw(table)
    assert sum(len(data.y) for data in figure.data) == 0
    assert figure.layout.xaxis.range[1] > 0


def test_an_empty_portfolio_shows_its_targets():
    figure = charts.current_vs_target(by_class(portfolio([], {"A": 100})))
    assert current(figure) == {"A": 0}
    assert figure.layout.xaxis.range[1] > 100


def test_without_targets_there_are_bars_alone():
    figure = charts.current_vs_target(by_class(portfolio([Held("A", "A", 10)], {})))
    assert current(figure) == {"A": 100}
    assert drawn(figure, "target") == {}


def test_a_long_name_is_cut():
    figure = charts.current_vs_target(by_class(one_a_class({"x" * 90: 1}, {"x" * 90: 100})))
    (name,) = figure.layout.yaxis.ticktext
    assert len(name) == 40 and name.endswith("…")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_long_names_that_begin_alike_keep_a_row_each(number):
    names = [f"International developed markets, small companies, {kind}" for kind in ("value", "growth")]
    figure = figures(one_a_class(dict.fromkeys(names, 10), dict.fromkeys(names, 50)))[number]
    assert len(set(figure.layout.yaxis.categoryarray)) == 2


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_overdraft_is_in_sight(number):
    tables = portfolio([Held("CASH", "Cash", -50), Held("A", "A", 150)], {"A": 90, "Cash": 10})
    assert figures(tables)[number].layout.xaxis.range[0] < -5


def test_rules_side_by_side_are_a_bar_each_with_words(sample):
    table = sample.compare_rules(withdrawal=40_000, limits=Limits(no_sell=["US stocks"]))
    assert charts.rules_compared(table).data[-1].text == ("  no plan",) * 4
    figure = charts.rules_compared(sample.compare_rules())
    assert list(figure.data[0].y)[-1] == "distance, only outside"
    assert figure.data[0].x[0] == pytest.approx(2.95, abs=0.01)
    assert figure.data[-1].text[0] == "  2.95 %, trades: 12"


DAYS = {
    datetime.date(2026, 1, 5): {"Stocks": 6000, "Bonds": 4000},
    datetime.date(2026, 4, 6): {"Stocks": 7000, "Bonds": 3000, "New": 0},
}
SIXTY_FORTY = one_a_class({"Stocks": 1, "Bonds": 1}, {"Stocks": 60, "Bonds": 40}).strategy
HISTORY = over_time(DAYS, dict.fromkeys(DAYS, SIXTY_FORTY), 2)


def test_the_drift_of_the_whole_is_a_line_over_days():
    (line,) = charts.drift_over_time(HISTORY).data
    assert list(line.x) == [datetime.date(2026, 1, 5), datetime.date(2026, 4, 6)]
    assert list(line.y) == pytest.approx([0, 10])
    assert line.hovertext[1] == "2026-04-06: portfolio drift 10.00 %"


def test_no_day_is_written_twice_under_a_history_of_few_days():
    assert (
        charts.drift_over_time(HISTORY[HISTORY["as_of"] < datetime.date(2026, 2, 1)]).layout.xaxis.dtick == 86_400_000
    )
    assert charts.drift_over_time(HISTORY).layout.xaxis.dtick is None


def test_the_weight_of_a_class_is_a_line_in_its_band():
    lines = {line.name: list(line.y) for line in charts.drift_over_time(HISTORY, "Stocks").data}
    assert lines["weight"] == pytest.approx([60, 70])
    assert lines["edge"] + lines["band"] + lines["target"] == pytest.approx([55, 55, 65, 65, 60, 60])


def test_a_class_without_a_target_has_a_line_and_no_band():
    lines = {line.name: list(line.y) for line in charts.drift_over_time(HISTORY, "New").data}
    assert lines["weight"] == [0] and not lines["band"]


def test_money_stands_where_points_stood():
    figure = charts.current_vs_target(by_class(TABLES), "USD")
    assert current(figure) == {"Stocks": 700, "Bonds": 200, "Gold": 40, "Real estate": 0, "Unclassified": 60}
    assert drawn(figure, "target") == {"Stocks": 600, "Bonds": 300, "Gold": 40, "Real estate": 60}
    assert words(figure)["Stocks"] == "700.00 (+100.00, over)"


def test_money_of_holdings_inside_a_class_is_measured_against_the_whole():
    inside = by_holding(TABLES).query("asset_class == 'Stocks'")
    assert drawn(charts.current_vs_target(inside, "USD"), "target") == {"A": 600}


def test_hovering_says_the_numbers_in_words():
    (over,) = [data for data in charts.current_vs_target(by_class(TABLES), "USD").data if data.name == "over"]
    assert over.hovertext[0] == (
        "Stocks: 700.00 USD, 70.00 % of the total, target 60.00 %: +10.00 points, +100.00 USD<br>"
        "band 55.00 % to 65.00 %: over"
    )


def test_where_balances_are_hidden_no_text_has_an_amount():
    figure = charts.current_vs_target(by_class(TABLES), "USD", Writing(hidden=True))
    assert words(figure)["Stocks"] == "••••• (•••••, over)"
    assert not figure.layout.xaxis.showticklabels


def test_figures_are_drawn_in_colours_that_have_one_in_the_dark():
    drawn_in = [*figures(TABLES), charts.drift_over_time(HISTORY), charts.drift_over_time(HISTORY, "Stocks")]
    found = {colour for figure in drawn_in for colour in re.findall(r"#[0-9A-Fa-f]{6}", figure.to_json())}
    assert found and found <= IN_THE_DARK.keys()
