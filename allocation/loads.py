"""What comes into a portfolio: files of any known format, prices and rates by hand, and taking a load back."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd

from allocation.errors import AmountError, LoadError, StoreError, UnknownName, as_typed
from allocation.money import Amount, currency_code, is_known_currency
from allocation.portfolio_file import PortfolioFile
from allocation.providers import PriceProvider, Yahoo
from allocation.readers import Opened, Source, Ways, read_together
from allocation.store import changes, class_weights, doubts, load_history, loading, quotes, reading, saving
from allocation.store.backups import dated
from allocation.store.load_history import Load
from allocation.store.load_report import LoadReport
from allocation.store.target_files import write_targets
from allocation.text import Day, as_day

BY_HAND = "by hand"
MOST_PAIRS = 20


class Loads(PortfolioFile):
    """What a :class:`~allocation.Portfolio` takes in."""

    def init(self, base_currency: str | None = None) -> None:
        """Make the file where there is none, and set the currency that values are added up in.

        Parameters:
            base_currency: ISO 4217 code. Without it, the first load's only currency becomes the base currency.

        Raises:
            StoreError: not a currency, or the portfolio has another base currency already.
        """
        with self._database.write(create=True) as connection:
            self._set_base_currency(connection, base_currency)

    def _set_base_currency(self, connection: duckdb.DuckDBPyConnection, currency: str | None) -> None:
        if currency is None:
            return
        currency = currency_code(currency)
        if not is_known_currency(currency):
            raise StoreError(f"{currency!r} is not a currency code. Write one like USD, EUR or GBP.")
        known = reading.base_currency(connection)
        if known not in (None, currency):
            raise StoreError(
                f"{self.path} has the base currency {known} already. To keep values in {currency}, make a portfolio of "
                "its own: name another file."
            )
        saving.set_base_currency(connection, currency)

    def load(
        self,
        holdings: Source | Sequence[Source] | None = None,
        targets: Source | None = None,
        fx: Source | None = None,
        base_currency: str | None = None,
        preview: bool = False,
        classes: Source | None = None,
        prices: Source | None = None,
        format: str | None = None,
        mapping: Mapping[str, str] | None = None,
        account: str | None = None,
        taxonomy: str | None = None,
        leave_out: str | Sequence[str] = (),
    ) -> LoadReport:
        """Load holdings, targets, FX rates, classes and prices; makes the file if need be.

        Each account named in the holdings gets a snapshot of exactly what they say, of the date in ``as_of`` (of today
        without one); other accounts and other dates stay as they are. What the newest snapshot no longer has was sold;
        earlier snapshots keep it. A file of an earlier date changes that date, and not what is held now. Targets
        replace those of the strategies they name. Loading the same again changes nothing. Before a load that changes
        something, the file is copied, so that :meth:`undo_load` can take it back.

        Parameters:
            holdings: our own holdings.csv or DataFrame (columns ``account``, ``symbol``, ``quantity``, ``price``,
                ``currency``; optional ``name``, ``asset_class``, ``account_type``, ``cost_basis``, ``as_of``), or a
                file of any other format that is known, or any table of holdings. Several may be given as a list.
            targets: columns ``asset_class``, ``symbol``, ``target_percent``; optional ``strategy``, ``account``,
                ``currency``.
            fx: columns ``from_currency``, ``to_currency``, ``rate``, ``as_of``; or the ECB's file of reference rates.
            base_currency: ISO 4217 code to add values up in, where none has been set; without it, what the files say,
                or the holdings' only currency.
            preview: only say what the load would do; nothing is written.
            classes: columns ``symbol``, ``asset_class``, ``weight_percent``; optional ``currency``. Each asset they
                name is in exactly these classes then (see :meth:`~allocation.Portfolio.save_asset_classes`). Where
                they are several, they stay so whatever ``asset_class`` its holdings say, now or in a later load.
            prices: columns ``symbol``, ``price``, ``currency``, ``as_of``; optional ``source``.
            format: the name of the holdings' format; by default it is recognised by what stands in the file.
            mapping: of a table of no known format, our column → its column, or ``"=value"`` for a value that holds in
                every row. It is remembered for tables with the same columns.
            account: what to call the account of a broker's file, where it has one only.
            taxonomy: of a file of Portfolio Performance or Wealthfolio, the name of the taxonomy that becomes the asset
                classes. It is remembered for files with the same taxonomies.
            leave_out: symbols that are not to be loaded, such as what is sold short and can't be kept: ``"XYZ"`` from
                any account, ``"Roth IRA=XYZ"`` from one. The report says what is left out; totals are without it.

        Returns:
            What was added, changed and sold, and of which day each account's holdings are; of a preview also the totals
            before and after, and in ``changes`` a table of each kind of thing that would be another, row by row.

        Raises:
            LoadError: something in the files is wrong; names every problem. Nothing is written.
            MappingNeeded: it isn't sure which column of a table is what; ``mapping`` says it.
            StoreError: the portfolio file can't be used.
            UnknownName: no file has what is to be left out.
        """
        today = datetime.date.today()
        left_out = (leave_out,) if isinstance(leave_out, str) else tuple(leave_out)
        ways = Ways(format, mapping, account, left_out, self._mappings, taxonomy)
        brought = read_together(holdings, targets, fx, classes, today, prices, ways)
        kept = dated(self.path, "before-load") if self.exists() and not preview else None
        with self._database.write(create=True, keep=not preview, backup_to=kept) as connection:
            quotes.remember_currencies(connection)
            before = changes.remember(connection) if preview else {}
            if base_currency is not None or reading.base_currency(connection) is None:
                self._set_base_currency(connection, base_currency or brought.base_currency)
            quotes.list_prices(connection, brought.prices)
            report = loading.write_holdings(connection, brought.holdings, today)
            rates, corrected_rates = quotes.write_fx(connection, brought.fx)
            listed, corrected_prices, unheld = quotes.write_prices(connection, brought.prices)
            parts = class_weights.write_classes(connection, brought.classes)
            saved, inactive = write_targets(connection, brought.targets, self._database.by)
            new_currencies = quotes.new_currencies(connection)
            named = frozenset(symbol for symbol, *_ in new_currencies)
            elsewhere = () if brought.holdings.empty else doubts.quoted_elsewhere(connection, named)
            report = replace(
                report,
                prices=report.prices + listed,
                fx_rates=rates,
                corrected=report.corrected + corrected_rates + corrected_prices,
                targets=saved,
                inactive=inactive,
                class_weights=parts.changed,
                new_currencies=new_currencies,
                doubts=(*report.doubts, *elsewhere),
                unpriced=quotes.unpriced(connection),
                unrated=quotes.unrated(connection, reading.base_currency(connection), today),
                notes=(*brought.notes, *_unheld(unheld), *_of_one_name(report.same_names)),
                left_out=brought.left_out,
                files=brought.files,
                taxonomies=brought.taxonomies,
                taxonomy=brought.taxonomy,
            )
            loading.check_holdings(connection, brought.holdings)
            class_weights.check_classes(connection, parts)
            if preview:
                rows, totals = changes.compare(connection, before, frozenset(brought.holdings["account"]))
                return replace(report, totals=totals, changes=rows)
            for fingerprint, said in brought.mappings.items():
                load_history.save_mapping(connection, fingerprint, said)
            if report.changed:
                load_history.keep_load(connection, brought.files, self._database.by, kept)
            elif kept is not None:
                # What changed nothing needs no copy, and must not push an older one out.
                kept.unlink()
            return report

    def _mappings(self) -> Mapping[str, Mapping[str, str]]:
        if not self.exists():
            return {}
        with self._database.read() as connection:
            return load_history.mappings(connection)

    def last_load(self) -> Load:
        """The load that :meth:`undo_load` would take back.

        Raises:
            StoreError: there is none, or something else has been saved since.
        """
        with self._database.read() as connection:
            return load_history.last_load(connection)

    def undo_load(self) -> tuple[Load, Path | None]:
        """Take the last load back: the portfolio is again exactly what it was before, by the copy made then.

        Refused where anything else has been saved since, because that would be lost. A load that made the portfolio
        leaves none behind. May be called again, for the load before.

        Returns:
            What was taken back, and where the portfolio as it was until now is kept.

        Raises:
            StoreError: there is nothing to take back, something else was saved since, or the copy is gone. Nothing was
                changed.
        """
        found: list[Load] = []

        def look(connection: duckdb.DuckDBPyConnection) -> str | None:
            load = load_history.last_load(connection)
            found.append(load)
            if load.backup is not None and not self.path.with_name(load.backup).is_file():
                raise StoreError(
                    f"The copy {load.backup} made before that load is not beside {self.path} any more, so the load "
                    "can't be taken back."
                )
            return load.backup

        kept = self._database.go_back(look)
        return found[0], kept

    def prices(self) -> pd.DataFrame:
        """The newest price of each asset.

        Returns:
            One row an asset: ``symbol``, ``name``, ``price`` (in ``currency``; missing where there is none),
            ``currency``, ``as_of``, ``source`` (where it is from; None where that was not kept).
        """
        return self._database.ask("prices", quotes.latest_prices).copy()

    def rates(self) -> pd.DataFrame:
        """The newest FX rate of each pair of currencies.

        Returns:
            One row a pair: ``from_currency``, ``to_currency``, ``rate`` (units of ``to_currency`` for one of
            ``from_currency``), ``as_of``, ``source``.
        """
        return self._database.ask("rates", quotes.latest_rates).copy()

    def unvalued(self) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """What keeps holdings from being valued today.

        Returns:
            Symbols of what is held and has no price, and (currency, base currency) of each that has no FX rate.
        """
        today = datetime.date.today()
        with self._database.read() as connection:
            return quotes.unpriced(connection), quotes.unrated(connection, reading.base_currency(connection), today)

    def save_price(self, symbol: str, price: Amount, currency: str, on: Day | None = None) -> LoadReport:
        """Write down the price of one share of an asset.

        Parameters:
            price: in ``currency``, above 0, at most 8 decimals.
            currency: ISO 4217 code; also GBX, GBp, ZAc and ILA, which are a hundredth of GBP, ZAR and ILS.
            on: the day it is from; by default today.

        Raises:
            AmountError: the price can't be one, or the portfolio doesn't know the asset. Nothing was saved.
        """
        row = {"symbol": symbol, "price": str(price), "currency": currency, "as_of": _day(on), "source": BY_HAND}
        with _by_hand():
            return self.load(prices=pd.DataFrame([row]))

    def fetch_prices(
        self, provider: PriceProvider | None = None, symbols: Sequence[str] = ()
    ) -> tuple[LoadReport, tuple[str, ...]]:
        """Ask a provider for the newest prices. Nothing but this method and its command asks anybody for anything.

        Parameters:
            provider: by default Yahoo Finance, which needs the optional dependencies: pip install 'allocation[prices]'.
            symbols: only of these assets; by default of every asset but cash.

        Returns:
            What changed, and the symbols that the provider has no price of.

        Raises:
            StoreError: the provider isn't installed or can't be reached. Nothing was changed.
            UnknownName: a symbol that the portfolio doesn't have.
            LoadError: what the provider says can't be a price.
        """
        provider = provider or Yahoo()
        known = [str(symbol) for symbol in self.prices()["symbol"]]
        unknown = [symbol for symbol in symbols if symbol not in known]
        if unknown:
            raise UnknownName(f"The portfolio has no asset {unknown[0]}. It has {', '.join(known) or 'none yet'}.")
        asked = list(symbols) or known
        given = provider.latest(asked)
        rows = [
            {"symbol": symbol, "price": f"{quote.price:f}", "currency": quote.currency, "source": provider.name}
            | {"as_of": quote.as_of.isoformat()}
            for symbol, quote in given.items()
        ]
        report = self.load(prices=pd.DataFrame(rows)) if rows else LoadReport()
        return report, tuple(symbol for symbol in asked if symbol not in given)

    def save_rate(self, from_currency: str, to_currency: str, rate: Amount, on: Day | None = None) -> LoadReport:
        """Write down an FX rate.

        Parameters:
            rate: units of ``to_currency`` for one of ``from_currency``, above 0, at most 12 decimals.
            on: the day it is from; by default today.

        Raises:
            AmountError: the rate can't be one. Nothing was saved.
        """
        pair = {"from_currency": from_currency, "to_currency": to_currency}
        table = pd.DataFrame([pair | {"rate": str(rate), "as_of": _day(on)}]).to_csv(index=False)
        with _by_hand():
            return self.load(fx=Opened(table.encode(), BY_HAND))

    def stale_after(self) -> int:
        """From how many days on a price or rate in use is marked as old."""
        return self._database.ask("stale after", quotes.stale_after)

    def save_stale_after(self, days: int | None) -> None:
        """Say how old a price or rate may be before it is marked wherever it is used.

        Parameters:
            days: 1 to 3650; None: back to 7.

        Raises:
            UnknownName: it is out of that range.
        """
        if days is not None and not 1 <= days <= 3650:
            raise UnknownName(f"{days} is not a number of days from 1 to 3650.")
        with self._database.write() as connection:
            quotes.set_stale_after(connection, days)


@contextmanager
def _by_hand() -> Iterator[None]:
    """What was typed has no rows that a person could look up."""
    try:
        yield
    except LoadError as error:
        said = " ".join(str(replace(problem, row=0, file=problem.column, column="")) for problem in error.problems)
        raise AmountError(f"Nothing was saved. {said}") from None


def _day(on: Day | None) -> str:
    return (datetime.date.today() if on is None else as_day(on)).isoformat()


def _of_one_name(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """A sentence for each two assets that may be one; of many the first, and how many more there are."""
    said = [
        f"{new} and {known} have the same name. If they are one: allocation merge {as_typed(new)} {as_typed(known)}; a "
        f"file that calls it {new} again brings it back."
        for new, known in pairs[:MOST_PAIRS]
    ]
    more = len(pairs) - MOST_PAIRS
    return said if more <= 0 else [*said, f"And {more:,} more like that."]


def _unheld(count: int) -> list[str]:
    return [f"{count:,} prices of assets that are not in the portfolio were passed over."] if count else []
