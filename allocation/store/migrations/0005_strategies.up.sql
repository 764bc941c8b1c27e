-- A scope may have several strategies. One at most is active, and the whole portfolio always has an active one; an
-- account without an active one uses the whole portfolio's. An archived strategy is kept and not measured against, so
-- its holding targets may stand in another class than their asset. Names stand once a scope (integrity.sql).
CREATE TEMP TABLE kept AS FROM rebalancing_strategies;

DROP TABLE rebalancing_strategies;
CREATE TABLE rebalancing_strategies (
    strategy_id INTEGER PRIMARY KEY DEFAULT nextval('strategy_ids'),
    account_id INTEGER,
    name VARCHAR NOT NULL CHECK (trim(name) <> ''),
    active BOOLEAN NOT NULL,
    archived BOOLEAN NOT NULL DEFAULT false,
    saved_by VARCHAR,
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    CHECK (NOT (active AND archived))
);
INSERT INTO rebalancing_strategies (strategy_id, account_id, name, active, saved_by, created_at, updated_at)
SELECT strategy_id, account_id, name, true, saved_by, created_at, updated_at FROM kept ORDER BY strategy_id;
DROP TABLE kept;

-- A version is what a strategy's targets were after a save, in words: it is history and stays as it is, whatever
-- becomes of strategy, account, classes and assets. Numbers are kept beside the words: an asset that was renamed since
-- is found by its number. A version without rows: the targets were taken out.
CREATE SEQUENCE target_version_ids;
CREATE TABLE target_versions (
    version_id INTEGER PRIMARY KEY DEFAULT nextval('target_version_ids'),
    strategy_id INTEGER NOT NULL,
    scope VARCHAR NOT NULL,
    strategy VARCHAR NOT NULL,
    saved_by VARCHAR,
    saved_at TIMESTAMP NOT NULL
);

-- symbol NULL: the target of the class, as percent of the scope; otherwise of a holding, as percent of its class.
CREATE TABLE target_version_rows (
    version_id INTEGER NOT NULL,
    line INTEGER NOT NULL CHECK (line >= 1),
    asset_class VARCHAR NOT NULL,
    asset_id INTEGER,
    symbol VARCHAR,
    currency VARCHAR,
    target_percent DECIMAL(7, 4) NOT NULL CHECK (target_percent BETWEEN 0 AND 100),
    PRIMARY KEY (version_id, line)
);

-- The first version of each strategy is what it has now.
INSERT INTO target_versions (strategy_id, scope, strategy, saved_by, saved_at)
SELECT strategy_id, coalesce(a.name, 'all'), s.name, saved_by, s.updated_at
FROM rebalancing_strategies s LEFT JOIN accounts a USING (account_id)
WHERE strategy_id IN (SELECT strategy_id FROM asset_class_targets)
ORDER BY strategy_id;

INSERT INTO target_version_rows
WITH present AS (
    SELECT strategy_id, asset_class, NULL AS asset_id, NULL AS symbol, NULL AS currency, target_percent
    FROM asset_class_targets
    UNION ALL
    SELECT c.strategy_id, c.asset_class, asset_id, symbol, currency, h.target_percent
    FROM holding_targets h JOIN asset_class_targets c USING (class_target_id) JOIN assets USING (asset_id)
)
SELECT version_id, row_number() OVER (PARTITION BY version_id ORDER BY asset_class, symbol NULLS FIRST, currency),
    asset_class, asset_id, symbol, currency, target_percent
FROM present JOIN target_versions USING (strategy_id)
ORDER BY 1, 2;
