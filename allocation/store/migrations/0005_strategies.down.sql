DROP TABLE target_version_rows;
DROP TABLE target_versions;
DROP SEQUENCE target_version_ids;

DELETE FROM holding_targets WHERE class_target_id IN (
    SELECT class_target_id FROM asset_class_targets JOIN rebalancing_strategies USING (strategy_id) WHERE NOT active);
DELETE FROM asset_class_targets WHERE strategy_id IN (SELECT strategy_id FROM rebalancing_strategies WHERE NOT active);
DELETE FROM bands WHERE strategy_id IN (SELECT strategy_id FROM rebalancing_strategies WHERE NOT active);
DELETE FROM rebalancing_triggers WHERE strategy_id IN (SELECT strategy_id FROM rebalancing_strategies WHERE NOT active);

CREATE TEMP TABLE kept AS FROM rebalancing_strategies WHERE active;
DROP TABLE rebalancing_strategies;
CREATE TABLE rebalancing_strategies (
    strategy_id INTEGER PRIMARY KEY DEFAULT nextval('strategy_ids'),
    account_id INTEGER UNIQUE,
    name VARCHAR NOT NULL CHECK (trim(name) <> ''),
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    saved_by VARCHAR
);
INSERT INTO rebalancing_strategies (strategy_id, account_id, name, created_at, updated_at, saved_by)
SELECT strategy_id, account_id, name, created_at, updated_at, saved_by FROM kept ORDER BY strategy_id;
DROP TABLE kept;
