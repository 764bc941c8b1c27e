"""``--orders FORMAT:FILE``: the option that commands with a plan take."""

import click
import pytest

import allocation
from allocation.cli.orders import Orders, with_orders, write_orders
from tests.cli import refusal


@pytest.fixture
def rebalance(loaded, monkeypatch):
    """A command with the option: a rebalance of the sample, in whole shares."""
    from allocation.cli.everyday import cli

    @click.command("orders-of-a-rebalance")
    @click.option("--scope", default="all")
    @with_orders
    @click.pass_obj
    def command(portfolio, scope: str, orders: Orders | None):
        limits = allocation.Limits(whole_shares=True)
        write_orders(portfolio.plan_rebalance(scope, limits=limits), orders)

    monkeypatch.setitem(cli.commands, command.name, command)
    return lambda *arguments: loaded(command.name, *arguments)


def test_without_the_option_nothing_is_written(rebalance, tmp_path):
    assert rebalance() == (0, "", "") and not list(tmp_path.glob("*.csv"))


@pytest.mark.parametrize("format", ["portfolio-performance", "beancount"])
def test_it_writes_the_file_and_says_so(rebalance, tmp_path, format):
    status, out, err = rebalance("--orders", f"{format}:{tmp_path / 'orders'}")
    assert (status, err) == (0, "")
    assert out.endswith(f" are in {tmp_path / 'orders'}.\n") and "VTIP" in (tmp_path / "orders").read_text()


def test_a_basket_of_one_account_of_several(rebalance, tmp_path):
    asked = ["--orders", f"ibkr:{tmp_path / 'basket.csv'}"]
    assert "a basket is of one account" in refusal(rebalance(*asked))
    assert not (tmp_path / "basket.csv").exists()
    assert rebalance(*asked, "--orders-account", "Brokerage")[0] == 0
    assert ",VTI,STK,SMART,USD,DAY,MKT\n" in (tmp_path / "basket.csv").read_text()


def test_options_of_the_format(rebalance, tmp_path):
    asked = ["--scope", "Brokerage", "--orders", f"ibkr:{tmp_path / 'basket.csv'}", "--orders-with", "limit_percent=1"]
    assert rebalance(*asked, "--orders-with", "symbols.VXUS=VX US", "--orders-with", "symbols.VTI=V TI")[0] == 0
    text = (tmp_path / "basket.csv").read_text()
    assert text.splitlines()[0].endswith(",LmtPrice") and ",VX US,STK" in text and ",V TI,STK" in text


def test_it_replaces_an_earlier_file_of_its_kind_only(rebalance, tmp_path):
    file = tmp_path / "basket.csv"
    asked = ["--scope", "Brokerage", "--orders", f"ibkr:{file}"]
    file.write_text("my own notes\n")
    assert "is not an earlier export of this kind" in refusal(rebalance(*asked))
    assert file.read_text() == "my own notes\n"
    file.unlink()
    assert [rebalance(*asked)[0] for _ in range(2)] == [0, 0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--orders mt940:a", "There are no order files called 'mt940'."),
        ("--orders ibkr", "names no file. Write it like ibkr:orders.csv."),
        ("--orders beancount:", "names no file. Write it like beancount:orders.beancount."),
        ("--orders-account Brokerage", "Say which order file is meant"),
        ("--orders-with decimal=,", "Say which order file is meant"),
        ("--orders beancount:x --orders-with lots", "--orders-with lots has no value."),
        ("--orders beancount:x --orders-with lot=1", "have no option 'lot'"),
        ("--orders beancount:x --orders-with accounts=Assets:B", "have no option 'accounts' like that"),
        ("--orders beancount:x --orders-account Nobody", "trades nothing in the account 'Nobody'"),
        ("--orders beancount:/no/such/folder/x", "can't be written"),
    ],
)
def test_a_refusal_is_one_sentence_and_status_1(rebalance, arguments, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert sentence in refusal(rebalance(*arguments.split(" ")))
    assert not (tmp_path / "x").exists()


def test_the_help_names_formats_and_options(rebalance):
    out = rebalance("--help")[1]
    assert all(word in out for word in ("beancount", "limit_percent", "accounts.NAME"))
