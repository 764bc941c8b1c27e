"""Workbooks as people keep them: several sheets, filters, merged cells, formulas."""

import datetime

import openpyxl
import pytest

from allocation.readers import Opened, read_any
from tests.readers.test_workbook import changed, saved

TODAY = datetime.date(2026, 11, 25)
HEADER = ["Account", "Symbol", "Quantity", "Price", "Currency"]
VTI = ["Savings", "VTI", 2, 300, "USD"]
BND = ["Savings", "BND", 3, 70, "USD"]


def book_of(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    return book


def read(book):
    return read_any(Opened(book if isinstance(book, bytes) else saved(book), "book.xlsx"), TODAY)


def held(content):
    return content.holdings[["account", "symbol", "quantity"]].values.tolist()


def told(content):
    return [str(problem) for problem in content.problems]


def test_another_sheet_with_holdings_is_said_to_be_left_out():
    content = read(book_of(Positions=[HEADER, VTI], Two=[["Ticker", "Shares"], ["BND", 3]]))
    assert held(content) == [["Savings", "VTI", 2]]
    assert content.notes[0] == (
        "Only the sheet Positions was read. The sheet Two has a table as well, which was left out: what is held there "
        "can be loaded from a file of its own."
    )


def test_two_columns_of_one_name_are_no_other_sheet():
    twice = ["Symbol", "Quantity", "Price", "Price", "Value", "Currency"], ["VTI", 10, 300, 310, 3000, "USD"]
    text = "\n".join(",".join(map(str, row)) for row in twice)
    for content in (read(book_of(Positions=twice)), read_any(Opened(text.encode(), "depot.csv"), TODAY)):
        assert content.problems == () and not any("Only the sheet" in note for note in content.notes)
        assert "Prices are calculated from value and quantity where none was read." in content.notes


def test_sheets_without_holdings_are_not_worth_a_word():
    content = read(book_of(Cover=[["My wealth"]], Positions=[HEADER, VTI], Empty=[HEADER], Notes=[["a", "b"], [1, 2]]))
    assert not any("sheet" in note for note in content.notes)


def test_two_sheets_with_the_same_columns_are_refused_because_either_may_be_meant():
    content = read(book_of(January=[HEADER, VTI], February=[["Mine"], HEADER, BND], Other=[["x"]]))
    assert told(content) == [
        "book.xlsx: has the same columns in the sheets January and February, and one sheet of a workbook is read. Save "
        "each that is needed as a file of its own, or hide the others: hidden sheets aren't read."
    ]


def test_what_the_sentence_says_to_do_helps():
    book = book_of(January=[HEADER, VTI], February=[HEADER, BND])
    book["January"].sheet_state = "hidden"
    assert held(read(book)) == [["Savings", "BND", 3]]


@pytest.mark.parametrize(("hidden", "said"), [([3], "1 row isn't"), ([3, 4], "2 rows aren't"), ([1], None), ([], None)])
def test_rows_that_a_filter_hides_are_counted_and_said(hidden, said):
    book = book_of(Cover=[["x"], ["y"], ["z"]], Mine=[HEADER, VTI, BND, ["Savings", "VEA", 1, 50, "USD"]])
    for row in hidden:
        book["Mine"].row_dimensions[row].hidden = True
    book["Cover"].row_dimensions[2].hidden = True
    content = read(book)
    assert len(content.holdings) == 3
    notes = [note for note in content.notes if "shown" in note]
    sentence = " shown in the sheet Mine (because of a filter, or by hand): what stands there was counted as well."
    assert notes == ([said + sentence] if said else [])


def test_a_merged_account_counts_for_all_of_its_rows():
    rows = [["Positions of today"], HEADER, VTI, [None, *BND[1:]], [None, "VEA", 1, 50, "USD"], ["Roth", *VTI[1:]]]
    book = book_of(Mine=rows)
    book["Mine"].merge_cells("A3:A5")
    book["Mine"].merge_cells("A1:E1")
    content = read(book)
    assert told(content) == []
    assert held(content) == [["Savings", "VTI", 2], ["Savings", "BND", 3], ["Savings", "VEA", 1], ["Roth", "VTI", 2]]


def test_a_merged_cell_counts_where_the_sheet_begins_further_to_the_right():
    book = book_of(Mine=[[], [None, None, *HEADER], [None, None, *VTI], [None, None, None, *BND[1:]]])
    book["Mine"].merge_cells("C3:C4")
    assert held(read(book)) == [["Savings", "VTI", 2], ["Savings", "BND", 3]]


def test_names_of_columns_that_are_merged_with_the_empty_row_below_them_make_no_row():
    book = book_of(Mine=[HEADER, [], VTI])
    for column in "ABCDE":
        book["Mine"].merge_cells(f"{column}1:{column}2")
    assert held(read(book)) == [["Savings", "VTI", 2]]


def test_a_merged_number_is_not_counted_several_times():
    book = book_of(Mine=[HEADER, VTI, ["Savings", "BND", None, 70, "USD"]])
    book["Mine"].merge_cells("C2:C3")
    assert told(read(book))[0].startswith("book.xlsx, row 3, Quantity: is empty.")


def test_merged_cells_that_overlap_or_never_end_are_read_once():
    book = book_of(Mine=[HEADER, VTI, [None, *BND[1:]]])
    book["Mine"].merge_cells("A2:A3")
    content = changed(saved(book), b'<mergeCell ref="A2:A3" />', b'<mergeCell ref="A2:A1048576" />' * 1000)
    assert held(read(content)) == [["Savings", "VTI", 2], ["Savings", "BND", 3]]


def test_a_formula_without_its_result_is_called_so_and_not_empty():
    content = read(book_of(Mine=[HEADER, ["Savings", "VTI", "=1+1", "=C2*150", "USD"]]))
    remedy = "is a formula whose result isn't in the file. Open it in a spreadsheet and save it again."
    assert told(content) == [
        f"book.xlsx, row 2, Quantity: '=1+1' {remedy}",
        f"book.xlsx, row 2, Price: '=C2*150' {remedy}",
    ]


def test_a_formula_is_its_result_where_that_is_there_and_one_that_nobody_reads_is_nothing():
    book = book_of(Mine=[[*HEADER, "Note"], [*VTI, "=A2&B2"], [*BND, "=1"]])
    book["Mine"]["C2"] = "=1+1"
    whole = changed(saved(book), b"1+1</f><v />", b"1+1</f><v>2</v>")
    assert held(read(whole)) == [["Savings", "VTI", 2], ["Savings", "BND", 3]]


@pytest.mark.parametrize("cell", [b'<c r="C2"><f t="shared" si="0"/></c>', b'<c  t="n" r="C2" >\n<f>1+1</f >\n</c>'])
def test_a_formula_is_told_however_it_is_written(cell):
    content = changed(saved(book_of(Mine=[HEADER, VTI])), b'<c r="C2" t="n"><v>2</v></c>', cell)
    (problem,) = read(content).problems
    assert problem.row == 2 and problem.remedy.startswith("is a formula whose result isn't in the file")


def test_a_formula_of_which_the_result_is_an_empty_text_is_empty():
    cell = b'<c r="C2" t="str"><f>""</f><v></v></c>'
    content = changed(saved(book_of(Mine=[HEADER, VTI])), b'<c r="C2" t="n"><v>2</v></c>', cell)
    assert told(read(content))[0].startswith("book.xlsx, row 2, Quantity: is empty.")
