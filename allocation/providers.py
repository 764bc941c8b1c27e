"""Who can be asked for prices. Nobody is, unless a person asks for it; offline is how this program is at home."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from textwrap import shorten
from typing import Any, Protocol

from allocation.errors import StoreError

FEWEST_DECIMALS = 4


@dataclass(frozen=True)
class Quote:
    """A price of one share, in a currency (also GBp, ZAc and ILA, for hundredths), of a day."""

    price: Decimal
    currency: str
    as_of: datetime.date


class PriceProvider(Protocol):
    """Somebody who knows prices."""

    @property
    def name(self) -> str:
        """What is kept as the price's source."""

    def latest(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        """The newest price of each of the symbols; those that it doesn't know are left out.

        Raises:
            StoreError: it can't be asked.
        """


class Yahoo:
    """Yahoo Finance, by the package yfinance. The symbols are sent there, nothing else."""

    name = "Yahoo Finance"

    def latest(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        try:
            # Optional, and slow to import.
            import yfinance
        except ImportError:
            raise StoreError(
                "Fetching prices needs the package yfinance. Install it with: pip install 'allocation[prices]'; or "
                "write prices down with: allocation price."
            ) from None
        # What it would print stands in our own sentence.
        logging.getLogger("yfinance").setLevel(logging.CRITICAL)
        return {symbol: quote for symbol in symbols if (quote := self._quote(yfinance, symbol)) is not None}

    def _quote(self, yfinance: Any, symbol: str) -> Quote | None:
        ticker = yfinance.Ticker(symbol)
        try:
            days = ticker.history(period="5d", auto_adjust=False)
            said = ticker.history_metadata if len(days) else {}
        except (OSError, ValueError, KeyError, TypeError, yfinance.exceptions.YFException) as error:
            raise StoreError(
                f"{self.name} can't be asked for {symbol} ({_short(error)}). Nothing was changed; try again later, or "
                "write prices down with: allocation price."
            ) from None
        closes = days["Close"].dropna() if len(days) else days
        if not len(closes) or not said.get("currency"):
            return None
        # The figures come as floats with noise behind the digits that are quoted.
        digits = max(int(said.get("priceHint") or 0), FEWEST_DECIMALS)
        price = Decimal(f"{closes.iloc[-1]:.{digits}f}")
        return Quote(price, str(said["currency"]), closes.index[-1].date())


def _short(error: Exception) -> str:
    said = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return shorten(said, 100, placeholder=" …")
