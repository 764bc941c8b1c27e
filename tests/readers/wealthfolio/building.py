"""Small Wealthfolio databases of every generation, made from the columns each of them has."""

import json
import sqlite3
from contextlib import closing

ACCOUNTS = """CREATE TABLE accounts (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL,
    account_type TEXT NOT NULL DEFAULT 'SECURITIES', "group" TEXT, currency TEXT NOT NULL,
    is_default BOOLEAN NOT NULL DEFAULT false, is_active BOOLEAN NOT NULL DEFAULT true,
    created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, platform_id TEXT{more})"""
ACCOUNTS_3 = """, account_number TEXT, meta TEXT, provider TEXT, provider_account_id TEXT,
    tracking_mode TEXT NOT NULL DEFAULT 'NOT_SET', is_archived INTEGER NOT NULL DEFAULT 0"""
ASSETS_1 = """CREATE TABLE assets (id TEXT PRIMARY KEY, isin TEXT, name TEXT, asset_type TEXT, symbol TEXT,
    symbol_mapping TEXT, asset_class TEXT, asset_sub_class TEXT, {notes} TEXT, countries TEXT, categories TEXT,
    classes TEXT, attributes TEXT, created_at TEXT, updated_at TEXT, currency TEXT, data_source TEXT, sectors TEXT,
    url TEXT)"""
ASSETS_3 = """CREATE TABLE assets (id TEXT PRIMARY KEY NOT NULL, kind TEXT NOT NULL, name TEXT, display_code TEXT,
    notes TEXT, metadata TEXT, is_active INTEGER NOT NULL DEFAULT 1, quote_mode TEXT NOT NULL, quote_ccy TEXT NOT NULL,
    instrument_type TEXT, instrument_symbol TEXT, instrument_exchange_mic TEXT,
    instrument_key TEXT GENERATED ALWAYS AS (instrument_type || ':' || instrument_symbol) STORED,
    provider_config TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)"""
QUOTES = {
    "1.0": """CREATE TABLE quotes (id TEXT, created_at TEXT, data_source TEXT, date TEXT, symbol TEXT, open NUMERIC,
        high NUMERIC, low NUMERIC, volume NUMERIC, close NUMERIC, adjclose NUMERIC)""",
    "2.1": """CREATE TABLE quotes (id TEXT NOT NULL PRIMARY KEY, symbol TEXT NOT NULL, timestamp TEXT NOT NULL,
        open TEXT, high TEXT, low TEXT, close TEXT NOT NULL, adjclose TEXT, volume TEXT, currency TEXT NOT NULL,
        data_source TEXT NOT NULL, created_at TEXT NOT NULL)""",
    "3": """CREATE TABLE quotes (id TEXT NOT NULL PRIMARY KEY, asset_id TEXT NOT NULL, day TEXT NOT NULL, source TEXT
        NOT NULL, open TEXT, high TEXT, low TEXT, close TEXT NOT NULL, adjclose TEXT, volume TEXT, currency TEXT NOT
        NULL, notes TEXT, created_at TEXT NOT NULL, timestamp TEXT NOT NULL, UNIQUE (asset_id, day, source))""",
}
ACTIVITIES = {
    "1.0": """CREATE TABLE activities (id TEXT PRIMARY KEY, account_id TEXT, asset_id TEXT, activity_type TEXT,
        activity_date TEXT, quantity NUMERIC, unit_price NUMERIC, currency TEXT, fee NUMERIC, is_draft BOOLEAN,
        comment TEXT, created_at TEXT, updated_at TEXT)""",
    "2.1": """CREATE TABLE activities (id TEXT PRIMARY KEY, account_id TEXT, asset_id TEXT, activity_type TEXT,
        activity_date TEXT, quantity TEXT, unit_price TEXT, currency TEXT, fee TEXT, amount TEXT, is_draft BOOLEAN,
        comment TEXT, created_at TEXT, updated_at TEXT)""",
    "3": """CREATE TABLE activities (id TEXT PRIMARY KEY NOT NULL, account_id TEXT NOT NULL, asset_id TEXT,
        activity_type TEXT NOT NULL, activity_type_override TEXT, source_type TEXT, subtype TEXT, status TEXT NOT NULL
        DEFAULT 'POSTED', activity_date TEXT NOT NULL, settlement_date TEXT, quantity TEXT, unit_price TEXT, amount
        TEXT, fee TEXT, currency TEXT NOT NULL, fx_rate TEXT, notes TEXT, metadata TEXT,
        updated_at TEXT)""",
}
SNAPSHOTS = """CREATE TABLE holdings_snapshots (id TEXT PRIMARY KEY NOT NULL, account_id TEXT NOT NULL,
    snapshot_date DATE NOT NULL, currency TEXT NOT NULL, positions TEXT NOT NULL DEFAULT '{{}}',
    cash_balances TEXT NOT NULL DEFAULT '{{}}', cost_basis TEXT NOT NULL DEFAULT '0.0',
    net_contribution TEXT NOT NULL DEFAULT '0.0', calculated_at TEXT NOT NULL,
    net_contribution_base TEXT NOT NULL DEFAULT '0'{more})"""
SNAPSHOTS_3 = """, cash_total_account_currency TEXT NOT NULL DEFAULT '0', cash_total_base_currency TEXT NOT NULL
    DEFAULT '0', source TEXT NOT NULL DEFAULT 'CALCULATED'"""
VALUATION = """CREATE TABLE daily_account_valuation (id TEXT PRIMARY KEY NOT NULL, account_id TEXT NOT NULL,
    valuation_date DATE NOT NULL, account_currency TEXT NOT NULL DEFAULT 'USD', base_currency TEXT NOT NULL DEFAULT
    'USD', fx_rate_to_base TEXT NOT NULL, cash_balance TEXT NOT NULL DEFAULT '0', investment_market_value TEXT NOT NULL
    DEFAULT '0', total_value TEXT NOT NULL{more})"""
HISTORY = """CREATE TABLE portfolio_history (id TEXT NOT NULL PRIMARY KEY, account_id TEXT NOT NULL, date DATE NOT
    NULL, total_value NUMERIC NOT NULL DEFAULT 0, currency TEXT, base_currency TEXT, exchange_rate NUMERIC NOT NULL)"""
EXCHANGE_RATES = """CREATE TABLE exchange_rates (id TEXT NOT NULL PRIMARY KEY, from_currency TEXT NOT NULL, to_currency
    TEXT NOT NULL, rate NUMERIC NOT NULL, source TEXT NOT NULL DEFAULT 'YAHOO', updated_at DATETIME)"""
SETTINGS = "CREATE TABLE app_settings (setting_key TEXT PRIMARY KEY, setting_value TEXT NOT NULL)"
TAXONOMIES = """
CREATE TABLE taxonomies (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, color TEXT NOT NULL DEFAULT '',
    scope TEXT NOT NULL DEFAULT 'asset');
CREATE TABLE taxonomy_categories (id TEXT NOT NULL, taxonomy_id TEXT NOT NULL, parent_id TEXT, name TEXT NOT NULL,
    key TEXT NOT NULL, color TEXT NOT NULL DEFAULT '', PRIMARY KEY (taxonomy_id, id));
CREATE TABLE asset_taxonomy_assignments (id INTEGER PRIMARY KEY, asset_id TEXT NOT NULL, taxonomy_id TEXT NOT NULL,
    category_id TEXT NOT NULL, weight INTEGER NOT NULL DEFAULT 10000);
INSERT INTO taxonomies (id, name) VALUES ('asset_classes', 'Asset Classes'), ('regions', 'Regions');
INSERT INTO taxonomy_categories (taxonomy_id, id, parent_id, name, key) VALUES
    ('asset_classes', 'EQUITY', NULL, 'Equity', 'EQUITY'), ('asset_classes', 'LARGE', 'EQUITY', 'Large caps', 'LARGE'),
    ('asset_classes', 'BONDS', NULL, 'Fixed Income', 'BONDS'), ('asset_classes', 'CASH', NULL, 'Cash', 'CASH'),
    ('regions', 'EUROPE', NULL, 'Europe', 'EUROPE'), ('regions', 'ASIA', NULL, 'Asia', 'ASIA')
"""
ROWS = """
CREATE TABLE snapshot_positions (id INTEGER PRIMARY KEY, snapshot_id TEXT NOT NULL, asset_id TEXT NOT NULL,
    quantity TEXT NOT NULL, average_cost TEXT NOT NULL DEFAULT '0', total_cost_basis TEXT NOT NULL, currency TEXT NOT
    NULL, contract_multiplier TEXT NOT NULL DEFAULT '1', inception_date TEXT NOT NULL DEFAULT '', is_alternative INTEGER
    NOT NULL DEFAULT 0, UNIQUE (snapshot_id, asset_id));
CREATE TABLE lots (id INTEGER PRIMARY KEY, account_id TEXT NOT NULL, asset_id TEXT NOT NULL, remaining_quantity TEXT NOT
    NULL, remaining_cost_basis TEXT NOT NULL, split_ratio TEXT NOT NULL DEFAULT '1', is_closed INTEGER DEFAULT 0,
    currency TEXT NOT NULL DEFAULT '')
"""
TARGETS = """
CREATE TABLE allocation_targets (id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, scope_type TEXT NOT NULL, scope_id
    TEXT, taxonomy_id TEXT NOT NULL DEFAULT 'asset_classes', drift_band_bps INTEGER DEFAULT 500, updated_at TEXT
    NOT NULL DEFAULT '2026-01-01', archived_at TEXT);
CREATE TABLE allocation_target_weights (id INTEGER PRIMARY KEY, target_id TEXT NOT NULL, taxonomy_id TEXT NOT NULL,
    category_id TEXT NOT NULL, target_bps INTEGER NOT NULL)
"""
CONSTRAINTS = """CREATE TABLE allocation_target_constraints (id INTEGER PRIMARY KEY, target_id TEXT, subject_type
    TEXT, subject_id TEXT NOT NULL, action TEXT NOT NULL, effect TEXT NOT NULL DEFAULT 'block')"""

GENERATIONS = ("1.0", "1.1", "3.0", "3.5.0", "3.5.1", "3.6")
WHEN = "2026-11-20T12:00:00Z"


class Wealthfolio:
    """A database being filled. Ids of assets are their symbols, with ``id-`` before them from version 3.0 on."""

    def __init__(self, path, version="3.6", base="USD"):
        self.path, self.version = path, version
        self.new, self.first = version >= "3", version == "1.0"
        self.connection = sqlite3.connect(path)
        self._numbers = iter(range(1, 10_000))
        more = ", total_value_base TEXT" if version >= "3.5" else ""
        era = "3" if self.new else "1.0" if self.first else "2.1"
        for statement in (
            ACCOUNTS.format(more=ACCOUNTS_3 if self.new else ""),
            ASSETS_3 if self.new else ASSETS_1.format(notes="comment" if self.first else "notes"),
            QUOTES[era],
            ACTIVITIES[era],
            SETTINGS,
            *([HISTORY, EXCHANGE_RATES] if self.first else [SNAPSHOTS.format(more=SNAPSHOTS_3 if self.new else "")]),
            *([] if self.first else [VALUATION.format(more=more)]),
            *([TAXONOMIES] if self.new else []),
            *([ROWS] if version >= "3.5" else []),
            *([TARGETS] if version >= "3.5.1" else []),
            *([CONSTRAINTS] if version >= "3.6" else []),
        ):
            self.connection.executescript(statement)
        if base:
            self.insert("app_settings", setting_key="base_currency", setting_value=base)

    def insert(self, table, **cells):
        names, marks = ", ".join(f'"{name}"' for name in cells), ", ".join("?" * len(cells))
        self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(cells.values()))
        return self

    def run(self, statement, *values):
        self.connection.execute(statement, values)
        return self

    def key(self, symbol):
        return f"id-{symbol}" if self.new else symbol

    def account(self, id="a1", name="Savings", currency="USD", **more):
        return self.insert("accounts", id=id, name=name, currency=currency, created_at=WHEN, updated_at=WHEN, **more)

    def asset(self, symbol, currency="USD", name=None, *, key=None, kind="INVESTMENT", mic=None, **more):
        if self.new:
            more = {
                "display_code": symbol,
                "kind": kind,
                "quote_mode": "MARKET",
                "instrument_symbol": symbol,
                "quote_ccy": currency,
                "instrument_exchange_mic": mic,
                "created_at": WHEN,
                "updated_at": WHEN,
            } | more
        else:
            more = {"symbol": symbol, "currency": currency} | more
        return self.insert("assets", id=key or self.key(symbol), name=name, **more)

    def quote(self, symbol, close, currency="USD", day="2026-11-20", source="YAHOO", *, key=None):
        key, number = key or self.key(symbol), str(next(self._numbers))
        if self.new:
            return self.insert(
                "quotes",
                id=number,
                asset_id=key,
                day=day,
                source=source,
                close=str(close),
                currency=currency,
                created_at=WHEN,
                timestamp=day,
            )
        if self.first:
            return self.insert(
                "quotes",
                id=number,
                created_at=WHEN,
                data_source=source,
                date=f"{day} 00:00:00",
                symbol=key,
                close=close,
            )
        return self.insert(
            "quotes",
            id=number,
            symbol=key,
            timestamp=f"{day}T16:00:00Z",
            close=str(close),
            currency=currency,
            data_source=source,
            created_at=WHEN,
        )

    def rate(self, source, target, rate, day="2026-11-20"):
        if self.first:
            return self.insert(
                "exchange_rates",
                id=f"{source}{target}",
                from_currency=source,
                to_currency=target,
                rate=rate,
                updated_at=f"{day} 10:00:00",
            )
        if self.new:
            key = f"fx-{source}{target}"
            self.asset(source, target, key=key, kind="FX", display_code=f"{source}/{target}")
            return self.quote("", rate, target, day, key=key)
        self.asset(f"{source}{target}=X", target, asset_type="FOREX")
        return self.quote(f"{source}{target}=X", rate, target, day)

    def snapshot(self, account="a1", positions=None, cash=None, day="2026-11-10", *, rows=True, **more):
        """``positions``: asset key → (quantity, cost, currency) or that with further JSON fields as a dict."""
        text = {}
        for key, value in (positions or {}).items():
            quantity, cost, currency, *extra = value
            text[key] = {
                "assetId": key,
                "quantity": quantity,
                "totalCostBasis": cost,
                "currency": currency,
                "lots": [],
            } | (extra[0] if extra else {})
        id = f"{account}_{day}"
        self.insert(
            "holdings_snapshots",
            id=id,
            account_id=account,
            snapshot_date=day,
            currency="USD",
            positions=json.dumps(text),
            cash_balances=json.dumps(cash or {}),
            calculated_at=WHEN,
            **more,
        )
        for key, cells in text.items() if rows and self.version >= "3.5" else ():
            self.insert(
                "snapshot_positions",
                snapshot_id=id,
                asset_id=key,
                quantity=str(cells["quantity"]),
                total_cost_basis=str(cells["totalCostBasis"]),
                currency=cells["currency"],
                contract_multiplier=str(cells.get("contractMultiplier", 1)),
                is_alternative=int(cells.get("isAlternative", False)),
            )
        return self

    def classify(self, symbol, **weights):
        for category, weight in weights.items():
            self.insert(
                "asset_taxonomy_assignments",
                asset_id=self.key(symbol),
                taxonomy_id="asset_classes",
                category_id=category,
                weight=weight,
            )
        return self

    def target(self, id, name="Plan", scope="all", of=None, taxonomy="asset_classes", weights=None, **more):
        self.insert("allocation_targets", id=id, name=name, scope_type=scope, scope_id=of, taxonomy_id=taxonomy, **more)
        for category, bps in (weights or {}).items():
            self.insert(
                "allocation_target_weights", target_id=id, taxonomy_id=taxonomy, category_id=category, target_bps=bps
            )
        return self

    def activity(
        self, type, asset=None, day="2026-11-01", account="a1", quantity=0, price=0, fee=0, currency="USD", **more
    ):
        more |= {} if self.new else {"is_draft": more.get("is_draft", 0)}
        return self.insert(
            "activities",
            id=str(next(self._numbers)),
            account_id=account,
            asset_id=asset,
            activity_type=type,
            activity_date=day if "T" in day else f"{day}T12:00:00Z",
            quantity=quantity,
            unit_price=price,
            fee=fee,
            currency=currency,
            **more,
        )

    def valuation(self, account="a1", day="2026-11-20", total=0, rate=1, base_total=None):
        id = f"{account}-{day}"
        if self.first:
            return self.insert(
                "portfolio_history", id=id, account_id=account, date=day, total_value=total, exchange_rate=rate
            )
        more = (
            {"total_value_base": str(base_total if base_total is not None else total)} if self.version >= "3.5" else {}
        )
        return self.insert(
            "daily_account_valuation",
            id=id,
            account_id=account,
            valuation_date=day,
            fx_rate_to_base=str(rate),
            total_value=str(total),
            **more,
        )

    def saved(self):
        """The file, written to the end."""
        with closing(self.connection):
            self.connection.commit()
        return self.path
