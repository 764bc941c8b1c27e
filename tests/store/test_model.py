"""Any sequence of loads, saves, deletions, merges and restores gives what a plain table in memory gives."""

import copy
import datetime
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import allocation
from allocation.bands import FIVE_25, read_band
from tests.builders import held_on

ACCOUNTS = ["Savings", "Pension", "Joint"]
SYMBOLS = ["AAA", "BBB", "CCC", "CASH"]
DAYS = [datetime.date(2025, month, 28) for month in (1, 2, 3, 4)]

accounts, days = st.sampled_from(ACCOUNTS), st.sampled_from(DAYS)
names = st.sampled_from(["Calm", "Wild"])
positions = st.dictionaries(st.sampled_from(SYMBOLS), st.integers(0, 50), min_size=1)


def price(symbol, day):
    """One price a symbol and day, so that every load agrees with every other."""
    return 1 if symbol == "CASH" else 10 * (1 + SYMBOLS.index(symbol)) + day.month


class Model:
    """What the store should hold: by account and day what was held, the prices known, the targets of each account.

    The whole portfolio has several strategies by name, each with a band of so many points (None: 5/25), and every
    version of their targets and bands, oldest first.
    """

    def __init__(self):
        self.held = {}
        self.prices = {}
        self.targets = {}
        self.strategies, self.active, self.versions = {"All Portfolio": {}}, "All Portfolio", []
        self.points, self.versioned = {"All Portfolio": None}, set()

    def aims(self, scope):
        return self.targets.get(scope) or self.strategies[self.active]

    def save(self, scope, targets):
        if scope != "all":
            self.targets[scope] = targets
        elif targets != self.strategies[self.active]:
            self.strategies[self.active] = targets
            self.keep_version(self.active)

    def keep_version(self, name):
        self.versioned.add(name)
        self.versions.append((self.strategies[name], self.points[name]))

    def at(self, day):
        """(account, symbol) → quantity by the latest snapshot up to that day."""
        return {
            (account, symbol): quantity
            for account, snapshots in self.held.items()
            for newest in [max((when for when in snapshots if when <= day), default=None)]
            if newest is not None
            for symbol, quantity in snapshots[newest].items()
        }

    def price_at(self, symbol, day):
        return 1 if symbol == "CASH" else self.prices[symbol][max(when for when in self.prices[symbol] if when <= day)]


class Store(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.open_anew()
        self.portfolio.init("USD")
        self.model = Model()
        self.backups = []

    def teardown(self):
        shutil.rmtree(self.folder)

    @rule(account=accounts, day=days, held=positions)
    def load(self, account, day, held):
        frame = held_on(str(day), **{account: {symbol: (q, price(symbol, day)) for symbol, q in held.items()}})
        before = {symbol for (name, symbol), q in self.model.at(day).items() if name == account and q}
        report = self.portfolio.load(frame)
        same_day = day in self.model.held.get(account, {})
        gone = {symbol.split()[0] for _, symbol in (report.removed if same_day else report.sold)}
        assert gone == before - {symbol for symbol, q in held.items() if q}
        assert not (report.sold if same_day else report.removed)
        self.model.held.setdefault(account, {})[day] = held
        for symbol in held.keys() - {"CASH"}:
            self.model.prices.setdefault(symbol, {})[day] = price(symbol, day)
        assert not self.portfolio.load(frame).changed

    @rule(account=accounts, day=days, held=positions)
    def preview(self, account, day, held):
        frame = held_on(str(day), **{account: {symbol: (q, price(symbol, day)) for symbol, q in held.items()}})
        self.portfolio.load(frame, preview=True)

    @rule(account=accounts, day=days)
    def refused_load(self, account, day):
        with pytest.raises(allocation.AllocationError):
            self.portfolio.load(held_on(str(day), **{account: {"AAA": (1, 1), "BBB": ("many", 1)}}))

    @precondition(lambda self: self.model.held)
    @rule(data=st.data(), stocks=st.integers(0, 100))
    def save_targets(self, data, stocks):
        scope = data.draw(st.sampled_from(["all", *self.model.held]))
        targets = {"Stocks": Decimal(stocks), "Cash": Decimal(100 - stocks)}
        self.portfolio.save_class_targets(targets, scope)
        self.model.save(scope, targets)

    @rule(name=names, stocks=st.integers(0, 100))
    def new_strategy(self, name, stocks):
        targets = {"Stocks": Decimal(stocks), "Cash": Decimal(100 - stocks)}
        if name in self.model.strategies:
            with pytest.raises(allocation.TargetsError):
                self.portfolio.new_strategy(name, start=targets)
            return
        self.portfolio.new_strategy(name, start=targets)
        self.model.strategies[name], self.model.points[name] = targets, self.model.points[self.model.active]
        self.model.keep_version(name)

    @rule(points=st.none() | st.integers(1, 9))
    def save_band(self, points):
        self.portfolio.save_band(points and f"{points} points")
        name, before = self.model.active, self.model.points[self.model.active]
        self.model.points[name] = points
        if points != before and name in self.model.versioned:
            self.model.keep_version(name)

    @rule(data=st.data(), how=st.sampled_from(["activate", "archive", "delete"]))
    def choose_a_strategy(self, data, how):
        name = data.draw(st.sampled_from(sorted(self.model.strategies)))
        if how == "activate" and self.model.strategies[name]:
            self.portfolio.activate_strategy(name)
            self.model.active = name
        elif how == "archive" and name != self.model.active:
            self.portfolio.archive_strategy(name)
            with pytest.raises(allocation.TargetsError):
                self.portfolio.activate_strategy(name)
            self.portfolio.restore_strategy(name)
        elif how == "delete" and name != self.model.active:
            self.portfolio.delete_strategy("all", name=name)
            del self.model.strategies[name], self.model.points[name]
            self.model.versioned.discard(name)

    @precondition(lambda self: self.model.versions)
    @rule(data=st.data())
    def save_an_earlier_version(self, data):
        position = data.draw(st.integers(0, len(self.model.versions) - 1))
        number = int(self.portfolio.target_versions()["version"][position])
        self.portfolio.save_targets(self.portfolio.targets_version(number).targets)
        self.model.save("all", self.model.versions[position][0])

    @rule()
    def refused_targets(self):
        with pytest.raises(allocation.TargetsError):
            self.portfolio.save_class_targets({"Stocks": 60, "Cash": 41})
        with pytest.raises(allocation.ChangedMeanwhile):
            self.portfolio.save_class_targets({"Stocks": 60, "Cash": 40}, seen={"Gold": 100})

    @precondition(lambda self: self.model.held)
    @rule(data=st.data())
    def delete_account(self, data):
        account = data.draw(st.sampled_from(sorted(self.model.held)))
        assert self.portfolio.delete_account(account).snapshots == len(self.model.held.pop(account))
        self.model.targets.pop(account, None)

    @precondition(lambda self: any(self.model.held.values()))
    @rule(data=st.data())
    def delete_snapshot(self, data):
        account = data.draw(st.sampled_from(sorted(name for name, days in self.model.held.items() if days)))
        day = data.draw(st.sampled_from(sorted(self.model.held[account])))
        deleted = self.portfolio.delete_snapshot(account, day)
        gone = self.model.held[account].pop(day)
        elsewhere = {symbol for days in self.model.held.values() for symbol in days.get(day, {})}
        known = self.model.prices
        priced = {
            symbol for symbol in gone.keys() - elsewhere - {"CASH"} if day in known[symbol] and len(known[symbol]) > 1
        }
        assert deleted.prices == len(priced)
        for symbol in priced:
            del known[symbol][day]

    @precondition(lambda self: self.model.prices)
    @rule(data=st.data())
    def delete_asset(self, data):
        symbol = data.draw(st.sampled_from(sorted(self.model.prices)))
        self.portfolio.delete_asset(symbol)
        del self.model.prices[symbol]
        for snapshots in self.model.held.values():
            for held in snapshots.values():
                held.pop(symbol, None)

    @precondition(lambda self: len(self.model.prices) > 1)
    @rule(data=st.data())
    def merge(self, data):
        old, into = data.draw(st.permutations(sorted(self.model.prices)))[:2]
        if set(self.model.prices[old]) & set(self.model.prices[into]):
            with pytest.raises(allocation.MergeError):
                self.portfolio.merge_assets(old, into)
            return
        self.portfolio.merge_assets(old, into)
        self.model.prices[into] |= self.model.prices.pop(old)
        for snapshots in self.model.held.values():
            for held in snapshots.values():
                if old in held:
                    held[into] = held.get(into, 0) + held.pop(old)

    @rule()
    def back_up(self):
        self.backups.append((self.portfolio.backup(), copy.deepcopy(self.model)))

    @precondition(lambda self: self.backups)
    @rule(data=st.data())
    def restore(self, data):
        path, model = data.draw(st.sampled_from(self.backups))
        self.portfolio.restore(path)
        self.model = copy.deepcopy(model)

    @rule()
    def down_and_up(self):
        if all(len(snapshots) == 1 for snapshots in self.model.held.values()):
            self.portfolio.migrate(1, force=True)
            name = self.model.active
            self.model.strategies = {name: self.model.strategies[name]}
            # The first schema knows neither versions nor bands.
            self.model.points, self.model.versions, self.model.versioned = {name: None}, [], set()
            if self.model.strategies[name]:
                self.model.keep_version(name)

    @rule()
    def open_anew(self):
        self.portfolio = allocation.open(self.folder / "my.duckdb", tell=lambda sentence: None)

    @invariant()
    def the_same_accounts_and_dates(self):
        assert self.portfolio.accounts() == tuple(sorted(self.model.held))
        known = {(row.account, row.as_of) for row in self.portfolio.snapshots().itertuples()}
        assert known == {(account, day) for account, days in self.model.held.items() for day in days}

    @invariant()
    def the_same_holdings_and_values_at_every_date(self):
        first = min((day for days in self.model.held.values() for day in days), default=None)
        for day in [None, *(day for day in DAYS if first is not None and day >= first)]:
            held = self.portfolio.holdings(at=day).set_index(["account", "symbol"])
            expected = self.model.at(day or DAYS[-1])
            assert held["quantity"].to_dict() == expected
            values = {
                (name, symbol): quantity * self.model.price_at(symbol, day or DAYS[-1])
                for (name, symbol), quantity in expected.items()
            }
            assert held["value"].to_dict() == values

    @invariant()
    def the_same_targets(self):
        for scope in ("all", *self.model.held):
            assert self.portfolio.strategy(scope).class_percents == self.model.aims(scope)

    @invariant()
    def the_same_strategies_and_versions(self):
        table = self.portfolio.strategies("all")
        assert set(table["name"]) == set(self.model.strategies)
        assert table["name"][table["active"]].tolist() == [self.model.active]
        versions = self.portfolio.target_versions()["version"]
        kept = [self.portfolio.targets_version(int(each)) for each in versions]
        assert [(version.targets.classes, version.measures.band) for version in kept] == [
            (targets, read_band(f"{points} points") if points else FIVE_25) for targets, points in self.model.versions
        ]

    @invariant()
    def no_fault(self):
        assert not [finding for finding in self.portfolio.doctor() if finding.kind == "fault"]


def compare(examples, steps):
    run_state_machine_as_test(
        Store,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.slow
def test_the_store_answers_as_a_table_in_memory_does():
    compare(examples=8, steps=12)


@pytest.mark.slow
@pytest.mark.stress
def test_the_store_answers_as_a_table_in_memory_does_at_length():
    compare(examples=150, steps=25)
