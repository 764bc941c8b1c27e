"""An activity statement is whole, or it is refused: what it adds up itself has to stand in it."""

import datetime

import pytest

from allocation.readers import Opened, read_any

TODAY = datetime.date(2026, 11, 25)
STATEMENT = """
Statement,Header,Field Name,Field Value
Statement,Data,Period,"November 24, 2026"
Account Information,Header,Field Name,Field Value
Account Information,Data,Account,U1234567
Account Information,Data,Base Currency,USD
Net Asset Value,Header,Asset Class,Prior Total,Current Long,Current Short,Current Total,Change
Net Asset Value,Data,Cash ,900,1110,0,1110,100
Net Asset Value,Data,Stock,13000,"13,693",0,"13,693",100
Net Asset Value,Data,Total,13900,14803,0,14803,100
Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Mult,Cost Basis,Close Price,Value
Open Positions,Data,Summary,Stocks,USD,AAPL,10,1,2000,271.3,2713
Open Positions,Data,Summary,Stocks,USD,BRK B,5,1,2000,480,2400
Open Positions,Total,,Stocks,USD,,,,4000,,5113
Open Positions,Data,Summary,Stocks,EUR,VWCE,60,1,6600,130,7800
Open Positions,Total,,Stocks,EUR,,,,6600,,7800
Open Positions,Total,,Stocks,USD,,,,11260,,13693
Cash Report,Header,Currency Summary,Currency,Total,Securities,Futures,
Cash Report,Data,Ending Cash,Base Currency Summary,1110,1110,0,
Cash Report,Data,Ending Cash,USD,1000,1000,0,
Cash Report,Data,Ending Cash,EUR,100,100,0,
Base Currency Exchange Rate,Header,Currency,Rate
Base Currency Exchange Rate,Data,EUR,1.1000
""".strip()


def problems(text):
    return [str(problem) for problem in read_any(Opened(text.encode(), "ibkr.csv"), TODAY).problems]


def without(*beginnings):
    """The statement without the lines that begin so."""
    return "\n".join(line for line in STATEMENT.splitlines() if not line.startswith(beginnings))


def test_a_whole_statement_agrees_with_itself():
    assert problems(STATEMENT) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (without("Open Positions"),
         "row 8, Current Total: '13,693.00' is the value of Stock, but no positions of that kind stand in the file. "
         "Download the statement again with all of its sections, Open Positions and Cash Report among them."),
        (without("Open Positions,Data,Summary,Stocks,EUR"),
         "Value: '7,800.00' is the total of Stocks in EUR, but no such row stands above it."),
        (without("Open Positions,Data,Summary,Stocks,USD"),
         "Value: '5,113.00' is the total of Stocks in USD, but no such row stands above it."),
        (without("Open Positions,Data,Summary,Stocks,EUR", "Open Positions,Total"),
         "'13,693.00' is the total of Stock in USD, but the lines add up to 5,113.00. Is a part of the file missing?"),
        (without("Cash Report,Data,Ending Cash,EUR"),
         "'1,110.00' is the total of cash in all currencies in USD, but the lines add up to 1,000.00."),
    ],
)  # fmt: skip
def test_what_is_missing_is_not_taken_for_sold(text, said):
    assert any(said in problem for problem in problems(text)), problems(text)


def test_what_can_not_be_converted_is_not_compared():
    assert problems(without("Base Currency Exchange Rate").replace("13,693", "13,706.4")) == []


def test_an_account_of_cash_alone_needs_no_positions():
    assert problems(without("Open Positions", "Net Asset Value,Data,Stock")) == []


def test_what_the_net_asset_value_has_beside_positions_and_cash_is_said():
    accrued = "Net Asset Value,Data,Interest Accruals,0,12.34,0,12.34,0\nNet Asset Value,Data,Total"
    content = read_any(Opened(STATEMENT.replace("Net Asset Value,Data,Total", accrued).encode(), "ibkr.csv"), TODAY)
    assert content.problems == ()
    assert [note for note in content.notes if "Not counted" in note] == [
        "Not counted, though it is in the net asset value: Interest Accruals, 12.34 USD."
    ]


def test_a_future_is_not_counted_at_the_value_of_what_it_is_on():
    future = "Open Positions,Data,Summary,Futures,USD,ESZ6,1,50,295000,6000,300000\nCash Report,Header"
    (said,) = problems(STATEMENT.replace("Cash Report,Header", future))
    assert "what it gains or loses is cash" in said and "--leave-out ESZ6" in said
