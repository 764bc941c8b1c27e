"""What comes with the package: documented names, light imports, a sample that shows what it should."""

import inspect
import subprocess
import sys
from decimal import Decimal

import pandas as pd
import pytest

import allocation
from tests.conftest import DATA

CLASSES = {"US stocks", "International stocks", "Bonds", "Inflation-linked bonds", "Gold", "Cash", "Real estate"}


def public_parts():
    for name in allocation.__all__:
        thing = getattr(allocation, name)
        if inspect.isclass(thing) or inspect.isfunction(thing) or inspect.ismodule(thing):
            yield name, thing
        if inspect.isclass(thing):
            for attribute, member in vars(thing).items():
                if not attribute.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                    yield f"{name}.{attribute}", member


@pytest.mark.parametrize(("name", "thing"), [pytest.param(*part, id=part[0]) for part in public_parts()])
def test_every_public_name_says_what_it_is(name, thing):
    documentation = thing.__doc__ or ""
    assert len(documentation.split()) >= 3 and not documentation.startswith(f"{name}(")


def test_all_names_are_there_once():
    assert len(set(allocation.__all__)) == len(allocation.__all__)
    assert all(hasattr(allocation, name) for name in allocation.__all__)


def test_every_error_is_an_allocation_error():
    errors = [getattr(allocation, name) for name in allocation.__all__]
    errors = [error for error in errors if inspect.isclass(error) and issubclass(error, Exception)]
    assert len(errors) >= 9 and all(issubclass(error, allocation.AllocationError) for error in errors)


def test_importing_the_package_brings_no_widgets():
    code = "import allocation, sys; print({'ipywidgets', 'voila', 'anywidget', 'IPython'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("rule", allocation.RULES.values(), ids=list(allocation.RULES))
def test_every_rule_names_its_source(rule):
    assert rule.title and rule.description.endswith(".") and rule.source


@pytest.fixture(scope="module")
def holdings():
    return pd.read_csv(DATA / "holdings.csv")


@pytest.fixture(scope="module")
def targets():
    return pd.read_csv(DATA / "targets.csv")


def test_the_sample_has_the_columns_that_stay(holdings, targets):
    assert {"account", "symbol", "quantity", "price", "currency", "name", "asset_class", "account_type",
            "cost_basis", "as_of"} == set(holdings.columns)  # fmt: skip
    assert {"strategy", "account", "asset_class", "symbol", "target_percent"} == set(targets.columns)
    assert pd.read_csv(DATA / "fx.csv").columns.tolist() == ["from_currency", "to_currency", "rate", "as_of"]


def test_the_sample_has_three_accounts_one_of_each_type(holdings):
    types = set(holdings[["account", "account_type"]].itertuples(index=False, name=None))
    assert types == {("Brokerage", "taxable"), ("401(k)", "tax_deferred"), ("Roth IRA", "tax_free")}


def test_the_sample_has_about_fourteen_holdings(holdings):
    assert len(holdings.drop_duplicates(["symbol", "currency"])) == 14


def test_the_sample_has_cash_in_two_currencies(holdings):
    assert set(holdings.loc[holdings["symbol"] == "CASH", "currency"]) == {"USD", "EUR"}


def test_the_sample_has_one_holding_without_a_class(holdings):
    assert holdings.loc[holdings["asset_class"].isna(), "symbol"].tolist() == ["BRK.B"]


def test_the_sample_has_seven_classes_one_of_which_holds_nothing(holdings, targets):
    wanted = targets[targets["account"].isna() & targets["symbol"].isna()]
    assert set(wanted["asset_class"]) == CLASSES
    assert CLASSES - set(holdings["asset_class"]) == {"Real estate"}


def test_the_sample_has_targets_in_two_levels_and_a_strategy_for_one_account(targets):
    assert targets["symbol"].notna().any()
    assert targets["account"].dropna().unique().tolist() == ["Roth IRA"]


def test_the_sample_has_prices_and_rates_with_dates(holdings):
    assert holdings["as_of"].notna().all() and holdings["as_of"].nunique() > 1
    assert pd.read_csv(DATA / "fx.csv")["as_of"].notna().all()


def test_the_sample_loads_in_a_portfolio_of_dollars_and_adds_up(sample, holdings):
    rates = {"USD": Decimal(1), "EUR": Decimal("1.0864")}
    expected = sum(
        (Decimal(str(row.quantity)) * Decimal(str(row.price)) * rates[row.currency]).quantize(Decimal("0.01"))
        for row in holdings.itertuples()
    )
    assert Decimal(str(sample.summary().total)) == expected


def test_every_column_of_the_sample_is_explained_beside_it():
    explained = (DATA / "README.md").read_text(encoding="utf-8")
    columns = {column for file in DATA.glob("*.csv") for column in pd.read_csv(file).columns}
    assert {column for column in columns if f"`{column}`" not in explained} == set()
