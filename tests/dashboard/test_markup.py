"""A table as HTML: a table to a screen reader whatever it looks like, and a card a row where there is no room."""

import re

from allocation.dashboard.markup import prose, table

ROWS = [["buy", "VTI", "Roth IRA", "1.00"], ["sell", "BND", "", "2.00"]]
HEAD = ["Action", "Asset", "Account", "Amount"]


def tags(html, name):
    return re.findall(rf"<{name}\b[^>]*>", html)


def test_each_cell_knows_the_name_of_its_column():
    made = table("Trades", HEAD, ROWS)
    labels = [re.search('data-label="([^"]*)"', tag)[1] for tag in tags(made, "td")]
    assert labels == [*HEAD, *HEAD]


def test_what_looks_like_cards_is_a_table_to_a_screen_reader():
    made = table("Trades", HEAD, ROWS, foot=["Together", "", "", "3.00"])
    roles = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tfoot": "rowgroup", "tr": "row"}
    roles |= {"th": "columnheader", "td": "cell"}
    for tag, role in roles.items():
        found = tags(made, tag)
        assert found and all(f'role="{role}"' in each for each in found)


def test_a_card_begins_with_what_it_is_about_and_what_counts_most():
    [row, _other] = re.findall("<tr.*?</tr>", table("Trades", HEAD, ROWS, numbers={3}, names={0, 1}, key=3))[1:]
    assert re.findall('class="([^"]*)"', row) == ["name", "name", "", "number key"]


def test_a_table_of_few_columns_stays_one_on_a_phone():
    assert "allocation-cards" in table("Trades", HEAD, ROWS)
    assert "allocation-cards" not in table("Trades", HEAD[:3], [row[:3] for row in ROWS])


def test_a_column_that_a_file_named_is_no_markup():
    made = table("First rows", ["&quot;&gt;&lt;b&gt;", "B"], [["1", "2"]])
    assert "<b>" not in made and 'data-label="&quot;&gt;&lt;b&gt;"' in made


def test_a_name_from_right_to_left_takes_no_number_with_it():
    name = "محفظة الأسهم"
    assert prose(f"{name} 0 → 30, Bonds 5 → 3") == f"<bdi>{name}</bdi> 0 → 30, Bonds 5 → 3"
    assert prose("A & B 5") == "A &amp; B 5"
