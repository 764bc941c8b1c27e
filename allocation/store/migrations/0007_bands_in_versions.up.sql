-- A version holds bands and trigger, too. on_drift NULL: it was saved before they were kept, so they aren't known.
ALTER TABLE target_versions ADD COLUMN on_drift BOOLEAN;
ALTER TABLE target_versions ADD COLUMN every_months INTEGER;

-- asset_class NULL: the strategy's own band; without a row it was 5/25, and a class had its strategy's.
CREATE TABLE target_version_bands (
    version_id INTEGER NOT NULL,
    asset_class VARCHAR,
    points DECIMAL(7, 4),
    share_percent DECIMAL(7, 4),
    widest BOOLEAN NOT NULL,
    inclusive BOOLEAN NOT NULL,
    of_class BOOLEAN NOT NULL,
    UNIQUE (version_id, asset_class)
);

-- The newest version of each strategy is what it has now.
UPDATE target_versions v SET on_drift = coalesce(t.on_drift, true), every_months = t.every_months
FROM rebalancing_strategies s LEFT JOIN rebalancing_triggers t USING (strategy_id)
WHERE s.strategy_id = v.strategy_id
    AND v.version_id IN (SELECT max(version_id) FROM target_versions GROUP BY strategy_id);

INSERT INTO target_version_bands
SELECT version_id, asset_class, points, share_percent, widest, inclusive, of_class
FROM (SELECT strategy_id, max(version_id) AS version_id FROM target_versions GROUP BY strategy_id)
JOIN bands USING (strategy_id)
ORDER BY version_id, asset_class;

-- Which strategy of its own a scope was measured against since when. account_id NULL: the whole portfolio;
-- strategy_id NULL: the account used the whole portfolio's.
CREATE SEQUENCE activation_ids;
CREATE TABLE activations (
    activation_id INTEGER PRIMARY KEY DEFAULT nextval('activation_ids'),
    account_id INTEGER,
    strategy_id INTEGER,
    since TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp()))
);
INSERT INTO activations (account_id, strategy_id)
SELECT account_id, strategy_id FROM rebalancing_strategies WHERE active ORDER BY strategy_id;

-- The snapshots that an execution made or changed; the lines executed together have the same created_at, which is
-- executed_at here and, until something else changes it, the snapshot's updated_at.
-- replaced_at NULL: the execution made the snapshot; otherwise when what it held before had been saved, and
-- replaced_holdings is what that was.
CREATE TABLE executed_snapshots (
    plan_id INTEGER NOT NULL,
    executed_at TIMESTAMP NOT NULL,
    account_id INTEGER NOT NULL,
    snapshot_id INTEGER NOT NULL,
    replaced_at TIMESTAMP,
    PRIMARY KEY (plan_id, executed_at, snapshot_id)
);
CREATE TABLE replaced_holdings (
    plan_id INTEGER NOT NULL,
    executed_at TIMESTAMP NOT NULL,
    snapshot_id INTEGER NOT NULL,
    asset_id INTEGER NOT NULL,
    quantity DECIMAL(24, 8) NOT NULL,
    cost_basis DECIMAL(24, 8),
    PRIMARY KEY (plan_id, executed_at, snapshot_id, asset_id)
);

-- An earlier execution can be taken back where it made the snapshots; what others held before isn't known any more.
INSERT INTO executed_snapshots (plan_id, executed_at, account_id, snapshot_id)
SELECT DISTINCT plan_id, e.created_at, account_id, snapshot_id
FROM executions e JOIN accounts a ON a.name = e.account
JOIN snapshots s USING (account_id)
WHERE s.as_of = e.executed_on AND s.created_at = e.created_at
ORDER BY ALL;
