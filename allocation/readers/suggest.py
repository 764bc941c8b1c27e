"""Which class an asset may be in, with the reason: by an earlier choice, the words of its name, or its broker's word.

A suggestion is only that: nothing is put into a class until a person accepts it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from allocation.tables import CASH, UNCLASSIFIED

COLUMNS = ["symbol", "asset_class", "reason", "confidence"]
SURE, LIKELY, MAYBE = "sure", "likely", "maybe"

# Of the rules that fit, the first counts: a bond fund of emerging markets is bonds first.
BY_NAME: Sequence[tuple[str, tuple[str, ...]]] = (
    ("", (r"target (?:date |retirement )?(?:20\d\d|income)", r"(?:retirement|freedom(?: index)?) 20\d\d",
          r"lifestrategy", r"balanced", r"mischfonds")),
    ("Cash", (r"money market", r"cash reserves", r"geldmarkt", r"\bt-?bills?\b", r"treasury bills?")),
    ("Crypto", (r"bitcoin", r"ethereum", r"\bbtc\b", r"crypto")),
    ("Real estate", (r"\breits?\b", r"real estate", r"property", r"immobilien")),
    ("Inflation-linked bonds", (r"\btips\b", r"inflation[- ](?:protected|linked|indexed)", r"infl(?:ation)? prot",
                                r"inflationsindexiert")),
    ("International bonds", (r"(?:international|global|\bglb\b|world|emerging|intl|ex-?us).*"
                             r"(?:bond|\bbn?d\b|aggregate|\bagg\b)",)),
    ("Bonds", (r"\bbonds?\b", r"\bbn?d\b", r"\bagg\b", r"treasur(?:y|ies)", r"\btreas\b", r"fixed income",
               r"aggregate", r"anleihen?", r"renten", r"\bgilts?\b", r"obligation", r"municipal", r"\bmuni\b")),
    ("Gold", (r"\bgold\b(?!.*\bminers?\b)", r"xetra-gold", r"bullion")),
    ("Commodities", (r"commodit", r"rohstoff", r"\bsilver\b", r"crude oil")),
    ("Emerging-market stocks", (r"emerging", r"\bemerg\b", r"\bem(?:imi)?\b", r"schwellenländer")),
    ("World stocks", (r"all[- ]world", r"\bacwi\b", r"all[- ]country", r"\bworld\b", r"\bglobal\b", r"\bwelt\b",
                      r"ftse aw\b")),
    ("International stocks", (r"international", r"\bintl\b", r"ex[- ]u\.?s", r"developed", r"\beafe\b", r"europe",
                              r"europa", r"pacific", r"japan", r"stoxx", r"\bdax\b", r"\bftse 100\b")),
    ("US stocks", (r"s&p ?500", r"s&p total", r"total (?:stock|stk)", r"\b500 index", r"nasdaq", r"russell",
                   r"dow jones", r"\bu\.?s\.? (?:broad|large|small|stock|equity|total)", r"total market index",
                   r"extended market")),
)  # fmt: skip

BY_KIND: Sequence[tuple[str, str]] = (
    ("Crypto", r"crypto"),
    ("Cash", r"money market|^cash$"),
    ("Bonds", r"bond|fixed income|treasury|anleihe"),
    ("Real estate", r"reit|real estate"),
    ("Stocks", r"^(?:common )?stocks?$|^common$|^adr$|^equit(?:y|ies)$|^aktien?$|^shares?$"),
)


def suggest_classes(assets: pd.DataFrame, classes: Sequence[str] = ()) -> pd.DataFrame:
    """Suggest a class for each asset that is in none.

    Parameters:
        assets: columns ``symbol``, ``name``, ``asset_class`` (None or ``Unclassified`` where it is in none) and
            optionally ``kind`` (what its broker calls it).
        classes: names of classes that are used already; a suggestion is spelled like one of them where it is the same,
            also the last part of a nested name such as ``Stocks / Emerging-market stocks``.

    Returns:
        One row an asset that something can be said about: ``symbol``, ``asset_class``, ``reason`` (a sentence) and
        ``confidence``: ``sure`` (an asset with the same name is in it), ``likely`` (words of the name) or ``maybe``
        (only what the broker calls it). Funds that span several classes have none.
    """
    rows = [{str(column): cell for column, cell in row.items()} for row in assets.to_dict("records")]
    chosen = {_plain(row["name"]): row for row in rows if _is_chosen(row)}
    known = {**{row["asset_class"]: None for row in chosen.values()}, **dict.fromkeys(classes)}
    found = [
        (row["symbol"], *suggestion)
        for row in rows
        if not _is_chosen(row) and (suggestion := _suggest(row, chosen, list(known))) is not None
    ]
    return pd.DataFrame(found, columns=COLUMNS)


def _is_chosen(row: dict[str, object]) -> bool:
    return row["asset_class"] not in (None, UNCLASSIFIED) and not pd.isna(row["asset_class"])  # type: ignore[call-overload]


def _suggest(
    row: dict[str, object], chosen: dict[str, dict[str, object]], known: list[str]
) -> tuple[str, str, str] | None:
    name, kind = str(row["name"] or ""), str(row.get("kind") or "")
    if row["symbol"] == CASH:
        return _spelled("Cash", known), "It is cash.", LIKELY
    twin = chosen.get(_plain(name))
    if twin is not None:
        return str(twin["asset_class"]), f"{twin['symbol']} has the same name and is in it.", SURE
    for asset_class, patterns in BY_NAME:
        if words := next((found for one in patterns if (found := re.search(one, name, re.IGNORECASE))), None):
            if not asset_class:
                return None
            return _spelled(asset_class, known), f"Its name says {words[0]!r}.", LIKELY
    for asset_class, pattern in BY_KIND:
        if re.search(pattern, kind, re.IGNORECASE):
            return _spelled(asset_class, known), f"Its broker calls it {kind!r}.", MAYBE
    return None


def _plain(name: object) -> str:
    return " ".join(str(name or "").casefold().split())


def _spelled(asset_class: str, known: list[str]) -> str:
    """The class by the name that is used already, if one is the same but for capitals, hyphens and what it is under."""

    def key(text: str) -> str:
        return re.sub(r"[^a-z]", "", text.rpartition("/")[2].casefold())

    return next((name for name in known if key(name) == key(asset_class)), asset_class)
