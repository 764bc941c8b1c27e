"""Whatever a file holds: a sentence or a right reading, never a traceback, and never a wrong total in silence."""

import datetime
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocation.errors import LoadError, MappingNeeded
from allocation.readers import Content, Opened, Ways, read_any, read_together

TODAY = datetime.date(2026, 11, 25)
FILES = sorted((Path(__file__).parent / "files").iterdir())

few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))


def as_written(number, mark, grouped, around):
    """A number as somebody writes it: its decimal mark, thousands marks, and what stands around it."""
    text = f"{number:,f}" if grouped else f"{number:f}"
    if mark == ",":
        text = text.translate(str.maketrans(".,", ",."))
    return around.format(text)


amounts = st.decimals(Decimal("0.01"), 10**7, places=2)
styles = st.tuples(st.sampled_from(".,"), st.booleans(), st.sampled_from(["{}", "{} €", "EUR {}", "{}EUR", "+{}"]))


@st.composite
def tables(draw):
    """A table of holdings and what they are worth together."""
    mark, grouped, around = draw(styles)
    separator = draw(st.sampled_from([";", "\t"] if mark == "," else [",", ";", "\t"]))
    rows = draw(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=8))
    quote = '"{}"' if separator == "," else "{}"
    titles = draw(st.lists(st.sampled_from(["My holdings", "", "Stand heute"]), max_size=3))
    names = draw(st.sampled_from([["Symbol", "Quantity", "Price", "Currency"], ["Ticker", "Stück", "Kurs", "Währung"]]))
    lines = [*titles, separator.join(names)]
    for place, (quantity, price) in enumerate(rows):
        numbers = [as_written(quantity, mark, grouped, "{}"), as_written(price, mark, grouped, around)]
        lines.append(separator.join([f"S{place}", *(quote.format(number) for number in numbers), "EUR"]))
    lines += draw(st.lists(st.sampled_from(["", "No warranty is given", f"Total{separator * 3}"]), max_size=3))
    return "\n".join(lines), sum((quantity * price for quantity, price in rows), Decimal(0))


def check_total(text, total):
    content = read_any(Opened(text.encode(), "depot.csv"), TODAY)
    if not content.problems:
        found = content.holdings
        assert sum((q * p for q, p in zip(found["quantity"], found["price"], strict=True)), Decimal(0)) == total


def check_anything(content, name="file"):
    try:
        found = read_any(Opened(content, name), TODAY)
    except MappingNeeded as asked:
        assert asked.missing and str(asked)
        return
    assert isinstance(found, Content) and all(str(problem).strip() for problem in found.problems)
    if found.problems:
        return
    assert found.holdings["quantity"].map(lambda number: number.is_finite()).all()
    try:
        read_together(Opened(content, name), None, None, None, TODAY, ways=Ways())
    except LoadError as error:
        assert error.problems


@st.composite
def mutations(draw, content):
    """A file with some of its bytes changed, doubled, or gone."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(len(changed) - 1, 0)))
        length = draw(st.integers(0, 40))
        piece = draw(
            st.one_of(
                st.binary(max_size=6),
                st.sampled_from(
                    [b"", b",", b'"', b"\n", b"\n\n", b";", b"\0", b"-", b"9" * 30, b"1e99", b"NaN", b"inf"]
                ),
                st.just(bytes(changed[start : start + length])),
            )
        )
        changed[start : start + draw(st.sampled_from([0, length]))] = piece
    return bytes(changed)


@pytest.mark.slow
@few
@given(tables())
def test_a_table_written_in_any_way_adds_up_or_is_refused(table):
    check_total(*table)


@pytest.mark.slow
@few
@given(st.data(), st.sampled_from(FILES))
def test_a_damaged_file_of_a_broker_is_a_sentence_or_a_reading(data, file):
    check_anything(data.draw(mutations(file.read_bytes())), file.name)


def workbook():
    book = openpyxl.Workbook()
    for row in (["Symbol", "Quantity", "Price", "Currency"], ["VTI", 1.5, 300, "USD"], ["BND", 2, 70, "USD"]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


WORKBOOK = workbook()


@st.composite
def workbooks(draw):
    """A whole archive, one of whose parts is damaged: what is inside has to be understood to be refused."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as whole, zipfile.ZipFile(file, "w") as damaged:
        part = draw(st.sampled_from([name for name in whole.namelist() if name.endswith((".xml", ".rels"))]))
        for name in whole.namelist():
            content = whole.read(name)
            damaged.writestr(name, draw(mutations(content)) if name == part else content)
    return file.getvalue()


@pytest.mark.slow
@few
@given(mutations(WORKBOOK))
def test_a_damaged_workbook_is_a_sentence_or_a_reading(content):
    check_anything(content, "book.xlsx")


@pytest.mark.slow
@few
@given(workbooks())
def test_a_workbook_with_a_damaged_part_is_a_sentence_or_a_reading(content):
    check_anything(content, "book.xlsx")


@pytest.mark.slow
@few
@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_anything_at_all_is_a_sentence_or_a_reading(content):
    check_anything(content)


@pytest.mark.stress
@many
@given(tables())
def test_many_tables(table):
    check_total(*table)


@pytest.mark.stress
@many
@given(st.data(), st.sampled_from(FILES))
def test_many_damaged_files(data, file):
    check_anything(data.draw(mutations(file.read_bytes())), file.name)


@pytest.mark.stress
@many
@given(mutations(WORKBOOK))
def test_many_damaged_workbooks(content):
    check_anything(content, "book.xlsx")


@pytest.mark.stress
@many
@given(workbooks())
def test_many_workbooks_with_a_damaged_part(content):
    check_anything(content, "book.xlsx")
