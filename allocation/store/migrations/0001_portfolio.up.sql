-- References between tables are checked by integrity.sql inside every write, just before it commits.
-- Times are UTC.

CREATE TABLE portfolio (
    only_row BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
    base_currency VARCHAR CHECK (length(base_currency) = 3),
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp()))
);

CREATE SEQUENCE account_ids;
CREATE TABLE accounts (
    account_id INTEGER PRIMARY KEY DEFAULT nextval('account_ids'),
    name VARCHAR NOT NULL UNIQUE CHECK (trim(name) <> '' AND lower(name) <> 'all'),
    account_type VARCHAR CHECK (account_type IN ('taxable', 'tax_deferred', 'tax_free')),
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp()))
);

-- Cash is one asset a currency: symbol CASH. Every other symbol stands once (integrity.sql).
CREATE SEQUENCE asset_ids;
CREATE TABLE assets (
    asset_id INTEGER PRIMARY KEY DEFAULT nextval('asset_ids'),
    symbol VARCHAR NOT NULL CHECK (trim(symbol) <> ''),
    currency VARCHAR NOT NULL CHECK (length(currency) = 3),
    name VARCHAR NOT NULL,
    asset_class VARCHAR CHECK (trim(asset_class) <> ''),
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    UNIQUE (symbol, currency)
);

CREATE TABLE prices (
    asset_id INTEGER NOT NULL,
    as_of DATE NOT NULL,
    price DECIMAL(24, 8) NOT NULL CHECK (price > 0),
    currency VARCHAR NOT NULL CHECK (length(currency) = 3),
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    PRIMARY KEY (asset_id, as_of)
);

CREATE TABLE fx_rates (
    from_currency VARCHAR NOT NULL CHECK (length(from_currency) = 3),
    to_currency VARCHAR NOT NULL CHECK (length(to_currency) = 3),
    as_of DATE NOT NULL,
    rate DECIMAL(24, 12) NOT NULL CHECK (rate > 0),
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    PRIMARY KEY (from_currency, to_currency, as_of),
    CHECK (from_currency <> to_currency)
);

CREATE TABLE holdings (
    account_id INTEGER NOT NULL,
    asset_id INTEGER NOT NULL,
    quantity DECIMAL(24, 8) NOT NULL,
    cost_basis DECIMAL(24, 8),
    as_of DATE NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    PRIMARY KEY (account_id, asset_id)
);

-- account_id NULL: the whole portfolio.
CREATE SEQUENCE strategy_ids;
CREATE TABLE rebalancing_strategies (
    strategy_id INTEGER PRIMARY KEY DEFAULT nextval('strategy_ids'),
    account_id INTEGER UNIQUE,
    name VARCHAR NOT NULL CHECK (trim(name) <> ''),
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp()))
);

CREATE SEQUENCE class_target_ids;
CREATE TABLE asset_class_targets (
    class_target_id INTEGER PRIMARY KEY DEFAULT nextval('class_target_ids'),
    strategy_id INTEGER NOT NULL,
    asset_class VARCHAR NOT NULL CHECK (trim(asset_class) <> ''),
    target_percent DECIMAL(7, 4) NOT NULL CHECK (target_percent BETWEEN 0 AND 100),
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    UNIQUE (strategy_id, asset_class)
);

CREATE SEQUENCE holding_target_ids;
CREATE TABLE holding_targets (
    holding_target_id INTEGER PRIMARY KEY DEFAULT nextval('holding_target_ids'),
    class_target_id INTEGER NOT NULL,
    asset_id INTEGER NOT NULL,
    target_percent DECIMAL(7, 4) NOT NULL CHECK (target_percent BETWEEN 0 AND 100),
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    UNIQUE (class_target_id, asset_id)
);

INSERT INTO portfolio (base_currency) VALUES (NULL);
INSERT INTO rebalancing_strategies (account_id, name) VALUES (NULL, 'All Portfolio');
