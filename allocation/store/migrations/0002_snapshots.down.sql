CREATE TEMP TABLE held AS
SELECT account_id, asset_id, quantity, cost_basis, as_of, created_at, updated_at
FROM holdings JOIN snapshots USING (snapshot_id)
WHERE (account_id, as_of) IN (SELECT (account_id, max(as_of)) FROM snapshots GROUP BY account_id);

DROP TABLE holdings;
DROP TABLE snapshots;
DROP SEQUENCE snapshot_ids;
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
INSERT INTO holdings (account_id, asset_id, quantity, cost_basis, as_of, created_at, updated_at)
FROM held ORDER BY account_id, asset_id;
DROP TABLE held;

ALTER TABLE rebalancing_strategies DROP COLUMN saved_by;
