"""Which column of a stranger's table is what: by the names that people and programs give such columns."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from allocation.money import HUNDREDTHS, is_known_currency
from allocation.readers.loose import SIGNS

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "account": ("account", "account name", "portfolio", "depot", "konto", "depotname", "compte", "cuenta", "conto",
                "rekening", "wrapper"),
    "account_number": ("account number", "account no", "account no.", "account nr", "account nr.", "account #",
                       "account id", "acct number", "acct no", "acct no.", "acct #", "kontonummer", "kontonr.",
                       "konto-nr.", "konto nr.", "depotnummer", "depotnr.", "depot-nr.", "depot nr.",
                       "numéro de compte", "n° de compte", "n° compte", "número de cuenta", "nº de cuenta",
                       "numero di conto", "numero conto", "rekeningnummer", "número da conta", "numer konta", "iban"),
    "symbol": ("symbol", "código", "ticker", "ticker symbol", "code", "fund code", "security id", "symbole",
               "simbolo",
               "kürzel",
               "tickersymbol", "equity symbol", "instrument symbol", "instrument code", "scrip code",
               "security symbol", "epic"),
    "isin": ("isin", "isin code", "symbol/isin", "isin / wkn", "isin/wkn", "wkn / isin", "wkn/isin",
             "wkn", "cusip", "sedol", "valor", "valorennummer"),
    "name": ("name", "description", "security", "security name", "equity description", "investment",
             "stock name", "company name", "scrip name", "scheme name",
             "investment name", "fund", "fund name",
             "holding", "asset", "product", "stock", "company", "instrument", "bezeichnung", "wertpapier",
             "wertpapiername", "titel", "produkt", "libellé", "nom", "nombre", "nome", "naam", "valeur", "titre",
             "désignation", "producto",
             "descripción", "titolo", "descrizione", "denominazione", "strumento", "prodotto", "omschrijving",
             "título",
             "descrição", "ativo", "namn", "navn", "värdepapper", "nazwa"),
    "quantity": ("quantity", "qty", "qty.", "qty #", "menge", "títulos", "shares", "no. of shares", "number of shares",
                 "units", "amount of shares",
                 "holding qty", "position",
                 "units held", "shares held", "quantity held", "number of units", "no. of units",
                 "no of shares", "no of units", "stück", "anzahl", "bestand", "stücke", "stk.", "stückzahl",
                 "nominal", "stück/nominal",
                 "stück / nominal", "stück/nominale", "stück / nominale", "stk./nominale", "stk. / nominale",
                 "stk./nominal", "stk. / nominal", "nominal/stück", "nominal / stück", "nominale/stück",
                 "nominale / stück", "nominale", "nominalbetrag", "anzahl/nominal", "anzahl / nominal",
                 "anzahl/nominale", "anzahl / nominale", "bestand/nominal", "bestand / nominal", "anteile",
                 "quantity/nominal", "quantity / nominal", "units/nominal", "units / nominal", "shares/nominal",
                 "shares / nominal", "nominal amount", "quantité/nominal", "quantité / nominal",
                 "quantità/nominale", "quantità / nominale", "cantidad/nominal", "cantidad / nominal",
                 "stk./nom.", "stk. / nom.", "stück/nom.", "volym", "aantal/nominaal", "aantal / nominaal",
                 "nominaal", "quantité",
                 "nombre de parts", "cantidad", "quantità", "aantal", "quantidade", "antal", "ilość"),
    "price": ("price", "ltp", "cmp", "last traded price", "last traded", "bewertungskurs",
              "último", "última cotización", "ultimo prezzo", "last price", "share price",
              "unit price", "current price", "market price", "closing price",
              "close", "close price", "last", "quote", "nav", "kurs", "aktueller kurs", "akt. kurs",
              "preis pro stück", "price per share", "senast", "senaste", "senaste kurs", "schlusskurs", "preis",
              "stückpreis", "letzter kurs", "cours", "cotation", "precio", "prezzo", "koers", "slotkoers", "preço"),
    "value": ("value", "cur. val", "cur. value", "closing value",
              "valoración", "current value", "market value", "total value",
              "mkt val", "mkt value", "balance", "worth",
              "wert", "marktwert", "kurswert", "aktueller wert", "gesamtwert", "depotwert", "valorisation",
              "montant", "valor", "valor de mercado", "valore", "valore di mercato", "controvalore", "waarde",
              "marktwaarde", "huidige waarde", "marknadsvärde", "värde", "markedsværdi", "markedsverdi", "wartość"),
    "currency": ("currency", "ccy", "cur", "currency code", "trading currency", "währung", "whg", "devise", "divisa",
                 "moneda", "valuta", "moeda", "waluta"),
    "price_currency": ("price currency", "price ccy", "currency of price", "last price currency", "quote currency",
                       "quotation currency", "market currency", "unit price currency", "market price currency",
                       "share price currency",
                       "kurswährung", "währung kurs", "kurs währung", "notierungswährung", "preiswährung",
                       "devise du cours", "devise cours", "devise de cotation", "divisa del precio", "divisa precio",
                       "moneda del precio", "valuta del prezzo", "valuta prezzo", "koersvaluta", "valuta koers"),
    "value_currency": ("value currency", "value ccy", "currency of value", "market value currency",
                       "market value ccy", "total value currency", "currency market value", "valuation currency",
                       "wertwährung",
                       "währung wert", "wert währung", "währung kurswert", "währung marktwert", "devise valorisation",
                       "devise de valorisation", "divisa del valor", "divisa valor", "moneda del valor",
                       "valuta del valore", "valuta valore", "waardevaluta", "valuta waarde"),
    "cost_basis": ("cost basis", "cost basis total", "total cost", "book cost", "book value", "einstandswert",
                   "kaufwert", "einstand gesamt", "prix de revient", "anschaffungswert"),
    "asset_class": ("asset class", "class", "assetclass", "asset category", "anlageklasse", "assetklasse",
                    "classe d'actifs", "clase de activo", "beleggingscategorie"),
    "kind": ("type", "asset type", "security type", "instrument type", "typ", "art", "gattung", "wertpapierart"),
    "account_type": ("account type",),
    "as_of": ("as of", "as of date", "valuation date", "price date", "stichtag", "bewertungsdatum", "kursdatum",
              "date de valorisation"),
}  # fmt: skip

FIELDS = tuple(SYNONYMS)
SIDES = frozenset(
    {"side", "direction", "long/short", "long / short", "l/s", "position side", "position direction", "richtung"}
)
"""Columns that say whether something is held or owed."""

PENCE = "pence"
GERMAN = frozenset({"anzahl", "kurs", "stück", "bestand", "whg", "währung", "bezeichnung", "wertpapier"})
_SMALL_HUNDREDTHS = frozenset(code.casefold() for code in HUNDREDTHS)


def plain(column: str) -> str:
    """A column's name in small letters, without units and currencies: ``Price (EUR)`` and ``lastPrice`` are both."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    text = re.sub(r"[(\[].*?[)\]]", " ", apart.casefold().replace("_", " "))
    words = text.replace(":", " ").replace("*", " ").split()
    signs = {sign.casefold() for sign in SIGNS} | {"$"}
    kept = [word for word in words if word not in signs and not (len(words) > 1 and _is_currency(word))]
    while kept and kept[-1] in ("in", "en", "per", "/"):
        kept.pop()
    return " ".join(kept)


def _is_currency(word: str) -> bool:
    return is_known_currency(word.upper()) or word in (*_SMALL_HUNDREDTHS, PENCE)


def told_apart(columns: Sequence[str]) -> list[str]:
    """The same names, where one that stands twice is numbered: ``Price`` and ``Price (2)``."""
    seen: Counter[str] = Counter()
    names = []
    for column in columns:
        seen[column] += 1
        names.append(f"{column} ({seen[column]})" if column and seen[column] > 1 else column)
    return names


def currency_of(column: str) -> str | None:
    """The currency that a column's name says: EUR for ``Kurs in EUR`` and ``Price (€)``, GBX for ``Price (pence)``."""
    if "(p)" in column:
        return "GBX"
    for word in re.split(r"[\s()\[\]/:,]+", column):
        if word in HUNDREDTHS or (word.isupper() and is_known_currency(word)):
            return word
        if word in SIGNS:
            return SIGNS[word]
        if word.casefold() == PENCE:
            return "GBX"
    return None


def sure(columns: Sequence[str]) -> dict[str, list[str]]:
    """Our column → the columns that are called exactly like it, the most usual name first."""
    names = {column: plain(column) for column in columns if column}
    found = {
        ours: sorted((column for column, name in names.items() if name in known), key=lambda c: known.index(names[c]))
        for ours, known in SYNONYMS.items()
    }
    if GERMAN & set(names.values()):
        # Of a Swiss table, the number of a security; of a Spanish one, its value.
        found["value"] = [column for column in found["value"] if names[column] != "valor"]
    return {ours: columns for ours, columns in found.items() if columns}


def currencies_beside(columns: Sequence[str], price: str | None, value: str | None) -> dict[str, str]:
    """The currencies of price and value, where each stands in a column right of it that is called like the others.

    Parameters:
        price, value: the columns that they are in.
    """
    written = [column for column in sure(columns).get("currency", ()) if column]
    names = {re.sub(r" \(\d+\)$", "", column) for column in written}
    if len(written) < 2 or len(names) > 1 or price is None or value is None:
        return {}
    beside = {column: columns[place + 1] for place, column in enumerate(columns[:-1])}
    found = {"price_currency": beside.get(price, ""), "value_currency": beside.get(value, "")}
    return found if set(found.values()) <= set(written) else {}


_PAID = re.compile(
    r"\b(?:avg|average|cost|paid|bought|buy|buying|purchase|open|entry|gav|pru|pmp)\b|einstand|kauf|durchschn"
)
"""What says of a price or value that it was paid, and isn't that of today."""
HAS_ALL, SAME_WORDS = 0.9, 0.85
"""How like two names are of which one has all words of the other, and at least."""


def guess(columns: Sequence[str], field: str, at_least: float = 0.6) -> str | None:
    """The column whose name is most like one of a field's names; None where none is.

    Parameters:
        at_least: how like, from 0 to 1; :data:`SAME_WORDS` where one has all words of the other.
    """
    nearest, closeness = None, at_least
    for column in columns:
        name = plain(column)
        if field in ("price", "value") and _PAID.search(name):
            continue
        for known in SYNONYMS[field]:
            has_all = name and len(known) > 3 and set(known.split()) <= set(re.split(r"[\s/-]+", name))
            same_word = HAS_ALL if has_all else 0.0
            ratio = max(difflib.SequenceMatcher(None, name, known).ratio(), same_word)
            if ratio > closeness:
                nearest, closeness = column, ratio
    return nearest


def fingerprint(columns: Sequence[str]) -> str:
    """What files with the same columns have in common."""
    names = "\n".join(" ".join(column.casefold().split()) for column in columns)
    return hashlib.sha256(names.encode()).hexdigest()
