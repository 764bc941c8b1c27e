"""What a price is for: a bond's percent or a contract's hundredth only where the row says so, and pence."""

import pytest

from tests.readers.reading import held, problems, read


def priced(text, **how):
    content = read(text, **how)
    assert content.problems == ()
    columns = ["symbol", "quantity", "price", "currency"]
    return [(*row[:1], *map(float, row[1:3]), row[3]) for row in content.holdings[columns].values.tolist()]


@pytest.mark.parametrize(
    "text",
    [
        'Symbol,Qty,Price,Value,Currency\nBUND,3000,"95.125 %",2853.75,EUR\n',
        "Symbol,Type,Qty,Price,Value,Currency\nBUND,Bond,3000,95.125,2853.75,EUR\n",
        "Symbol,Wertpapierart,Qty,Price,Value,Currency\nBUND,Anleihen,3000,95.125,2853.75,EUR\n",
        "Symbol,Asset class,Qty,Price,Value,Currency\nBUND,Bonds,3000,95.125,2853.75,EUR\n",
        "Symbol,Name,Qty,Price,Value,Currency\nBUND,US TREASURY 4.25% 11/15/34,3000,95.125,2853.75,EUR\n",
        'Symbol,Name,Qty,Price,Value,Currency\nBUND,"BUNDANL. 2,3% 2033",3000,95.125,2853.75,EUR\n',
        'Symbol,Name,Qty,Price,Value,Currency\nBUND,"BUNDESREP. 2,50% 14/46",3000,95.125,2853.75,EUR\n',
        "Symbol,Name,Qty,Price,Value,Currency\nBUND,US TREASURY N/B 4 1/4 11/15/34,3000,95.125,2853.75,EUR\n",
        "Symbol,Name,Qty,Price,Value,Currency\nBUND,INDEX-LINKED GILT 2028,3000,95.125,2853.75,EUR\n",
    ],
)
def test_a_bond_is_quoted_in_percent_where_the_row_says_that_it_is_one(text):
    assert priced(text) == [("BUND", 3000, 0.95125, "EUR")]
    assert "BUND is quoted in percent of its face value: its price is kept as 0.95125." in read(text).notes


@pytest.mark.parametrize(
    "row",
    [
        "AAPL,Apple,Stock,1000,271.3,2713.00,USD",
        "AGG,Core Bond,ETF,1000,271.3,2713.00,USD",
        "TBF,Treasury Bond Fund 2030,,1000,271.3,2713.00,USD",
        "IDX,Growth 60% Shares,,1000,271.3,2713.00,USD",
    ],
)
def test_nothing_else_is_worth_a_hundredth_of_its_quantity_times_its_price(row):
    (problem,) = read(f"Symbol,Name,Type,Qty,Price,Value,Currency\n{row}\n").problems
    symbol = row.split(",")[0]
    assert str(problem) == (
        f"depot.csv, row 2, value: '2,713.00' of {symbol} is not its quantity times its price: 1000 × 271.3 is "
        "271,300.00. Check the row. If it is a bond whose price is in percent, write the price with a %. To load the "
        f'rest without it, say so: --leave-out {symbol}, or "Leave it out" on the page.'
    )


def test_a_price_in_pence_that_is_called_pounds_is_refused_with_what_it_may_be():
    (problem,) = read("Symbol,Qty,Price,Value,Currency\nVUSA,100,8512.5,8512.50,GBP\n").problems
    assert "; if the price is in GBp, write that as the currency." in problem.remedy


@pytest.mark.parametrize(("currency", "whole"), [("GBX", "GBP"), ("GBp", "GBP"), ("ZAc", "ZAR"), ("ILA", "ILS")])
@pytest.mark.parametrize(("value", "is_whole"), [("8512.50", True), ("851250", False)])
@pytest.mark.parametrize("name", ["S&P 500", "Treasury 4.25% 2034"])
def test_a_value_beside_a_price_in_pence_is_in_pounds_or_in_pence(currency, whole, value, is_whole, name):
    text = f"Symbol,Name,Qty,Price,Value,Currency\nVUSA,{name},100,8512.5,{value},{currency}\n"
    assert priced(text) == [("VUSA", 100, 85.125, whole)]
    said = f"VUSA: its value is in {whole} already, as its quantity and price say."
    assert (said in read(text).notes) == is_whole


def test_a_cost_is_in_pounds_where_the_value_is():
    header = "Symbol,Qty,Price,Value,Cost basis,Currency\n"
    for value, cost in (("8512.50", "7000"), ("851250", "700000")):
        assert read(f"{header}VUSA,100,8512.5,{value},{cost},GBX\n").holdings["cost_basis"].tolist() == [7000]


@pytest.mark.parametrize(
    "header",
    [
        "Symbol,Qty,Price (GBX),Value (£),Cost basis\n",
        "Symbol,Qty,Price GBX,Value GBP,Cost basis\n",
        "Symbol,Qty,Price (GBp),Value (GBP),Cost basis\n",
    ],
)
def test_columns_may_say_that_prices_are_in_pence_and_values_in_pounds(header):
    rows = "VUSA,100,8512.5,8512.50,7000\nVOD,1000,71.2,712.00,600\nTotal,,,9224.50,7600\n"
    assert priced(header + rows) == [("VUSA", 100, 85.125, "GBP"), ("VOD", 1000, 0.712, "GBP")]
    content = read(header + rows)
    assert content.holdings["cost_basis"].tolist() == [7000, 600]
    assert "Total: 9,224.50, as the file's own total says." in content.notes
    (problem,) = read(header + rows.replace("712.00", "713.00").replace("9224.50", "9225.50")).problems
    assert "row 3, value: '713.00' of VOD is not its quantity times its price: 1000 × 0.712" in str(problem)


def test_a_value_in_pence_that_is_neither_is_refused():
    (problem,) = read("Symbol,Type,Qty,Price,Value,Currency\nVUSA,Bond,100,8512.5,85.125,GBX\n").problems
    assert "100 × 85.125 is 8,512.50. Check the row." in problem.remedy and "%" not in problem.remedy


@pytest.mark.parametrize(
    ("symbol", "name"), [("X", "AAPL DEC 18 2026 $300 CALL"), ("AAPL261218C300", ""), ("AAPL 12/18/2026 300.00 C", "")]
)
def test_a_price_is_for_one_of_a_contracts_hundred_where_the_row_says_that_it_is_one(symbol, name):
    text = f"Symbol,Name,Qty,Price,Value,Currency\n{symbol},{name},2,5.00,1000,USD\n"
    assert priced(text) == [(symbol, 2, 500, "USD")]
    assert f"{symbol} is a contract of 100: its price is kept as 500." in " ".join(read(text).notes)


def test_shares_are_never_worth_a_hundred_times_as_much():
    (problem,) = read("Symbol,Name,Qty,Price,Value,Currency\nAAPL,Apple,2,5.00,1000,USD\n").problems
    assert "2 × 5.00 is 10.00. Check the row." in problem.remedy
    assert "If it is an option on 100 shares, write the price of one contract, 500.00." in problem.remedy


FIDELITY = "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value\n"


def test_a_cusip_where_a_ticker_would_be_is_a_bond_at_fidelity():
    bond = "Z1,Mine,912828YK0,UNITED STATES,5000,$98.50,$4925.00\n"
    assert priced(FIDELITY + bond, name="Portfolio_Positions.csv") == [("912828YK0", 5000, 0.985, "USD")]
    (problem,) = read(FIDELITY + "Z1,Mine,AAPL,APPLE INC,100,$271.30,$271.30\n").problems
    assert "100 × 271.30 is 27,130.00" in problem.remedy


@pytest.mark.parametrize(("header", "value"), [("", ""), (";Wert", ";"), (";Wert (USD)", ";1094,50")])
def test_a_price_in_percent_without_a_value_may_be_of_anything(header, value):
    """1000 may be the face value, or a number of pieces of 100 each."""
    (problem,) = read(f"Symbol;Stück;Kurs;Währung{header}\nBUND;1000;99,5 %;EUR{value}\n").problems
    assert str(problem) == (
        "depot.csv, row 2, Kurs: '99,5 %' is in percent, and no value in EUR says of how much. Write that as well, or "
        "the price of one unit."
    )


def test_a_price_in_percent_may_be_of_pieces_where_the_value_says_so():
    text = "Symbol;Stück;Kurs;Währung;Wert\nBUND;10;99,5 %;EUR;995\n"
    assert priced(text) == [("BUND", 10, 99.5, "EUR")]


@pytest.mark.parametrize("kind", ["Futures", "Future", "CFD"])
def test_a_future_is_not_worth_what_it_is_on(kind):
    (problem,) = read(f"Symbol,Type,Qty,Price,Currency\nESZ6,{kind},1,300000,USD\n").problems
    assert "what it gains or loses is cash" in str(problem) and "--leave-out ESZ6" in str(problem)
    assert not read("Symbol,Type,Qty,Price,Currency\nUFO,Managed futures fund,1,30,USD\n").problems


def test_a_value_with_accrued_interest_in_it_is_refused_with_what_to_write():
    (problem,) = read("Symbol,Name,Qty,Price,Value,Currency\nX,Bund 1% 2030,1000,97.1%,976.00,EUR\n").problems
    assert "1000 × 97.1 % is 971.00. If accrued interest is in it, leave the value empty" in problem.remedy
    assert priced("Symbol,Name,Qty,Price,Value,Currency\nX,Bund 1% 2030,1000,0.971,,EUR\n") == [
        ("X", 1000, 0.971, "EUR")
    ]


def test_shares_of_the_whole_are_no_numbers_of_shares():
    (problem,) = read("Symbol,Position,Value,Currency\nVTI,0.6,6000,USD\nBND,0.4,4010,USD\n").problems
    assert str(problem) == (
        "depot.csv, row 1, Position: holds shares of the whole, as the values say, and no numbers of shares. Call it "
        "Weight."
    )
    for rows in ("VTI,0.6,6000,USD\nBND,0.4,300,USD", "A,60,60,USD\nB,40,40,USD", "VTI,1,300,USD"):
        assert not read(f"Symbol,Position,Value,Currency\n{rows}\n").problems


def test_a_bond_at_a_price_like_a_percentage_needs_a_value_to_show_what_it_is():
    (problem,) = read("Symbol,Name,Qty,Price,Currency\nX,Bund 2% 2030,1000,98.5,EUR\n").problems
    assert "98.5" in str(problem) and "may be in percent of its face value" in problem.remedy
    for row in ("X,Bund 2% 2030,1000,0.985,EUR", "X,Growth 60% Fund 2030,10,98.5,EUR", "BND,Bonds,10,70,USD"):
        assert not read(f"Symbol,Name,Qty,Price,Currency\n{row}\n").problems


def test_what_its_kind_calls_a_bond_counts_at_its_price_and_that_is_said():
    head = "Symbol,Name,Type,Qty,Price,Currency\n"
    (said,) = [note for note in read(f"{head}X,Bund 2030,Bond,1000,98.5,EUR\n").notes if "bond" in note]
    assert said.startswith("X is a bond by its row, and counts at 98.5 EUR a unit. If that is in percent")
    for row in ("BND,Total Bond Market ETF,Bond,10,74,USD", "X,Bund 2030,Bond,1000,0.985,EUR", "V,VTI,Stock,1,98,USD"):
        assert not [note for note in read(f"{head}{row}\n").notes if "bond" in note]


def test_what_is_worth_nothing_can_be_left_out():
    (problem,) = read("Symbol,Qty,Price,Currency\nDEAD,10,0,USD\n").problems
    assert "is not above 0. To load the rest without it, say so: --leave-out DEAD" in problem.remedy


def test_a_price_that_moved_while_the_file_was_written_is_no_mistake():
    header = "Symbol,Quantity,Price,Value,Currency\n"
    content = read(header + "BTC,0.01553933,87258.25,1356.25,CAD\nETH,2,3000,6001,CAD\n")
    assert held(content) == [
        ("depot", "BTC", 0.01553933, 87258.25, "CAD"),
        ("depot", "ETH", 2, 3000, "CAD"),
    ]
    assert (
        "Values that are nearly quantity times price, such as 1,356.25 of BTC (1,355.93), are kept as the latter."
    ) in content.notes
    (problem,) = problems(read(header + "BTC,0.01553933,87258.25,1357.50,CAD\n"))
    assert "'1,357.50' of BTC is not its quantity times its price: 0.01553933 × 87258.25 is 1,355.93." in problem
