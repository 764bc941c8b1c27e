-- What an account held is kept by date: a load is a snapshot, and the latest snapshot of an account is what it holds now.
CREATE SEQUENCE snapshot_ids;
CREATE TABLE snapshots (
    snapshot_id INTEGER PRIMARY KEY DEFAULT nextval('snapshot_ids'),
    account_id INTEGER NOT NULL,
    as_of DATE NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    UNIQUE (account_id, as_of)
);

INSERT INTO snapshots (account_id, as_of, created_at, updated_at)
SELECT account_id, max(as_of), min(created_at), max(updated_at) FROM holdings GROUP BY account_id ORDER BY account_id;

CREATE TEMP TABLE held AS
SELECT snapshot_id, asset_id, quantity, cost_basis FROM holdings JOIN snapshots USING (account_id);

DROP TABLE holdings;
CREATE TABLE holdings (
    snapshot_id INTEGER NOT NULL,
    asset_id INTEGER NOT NULL,
    quantity DECIMAL(24, 8) NOT NULL,
    cost_basis DECIMAL(24, 8),
    PRIMARY KEY (snapshot_id, asset_id)
);
INSERT INTO holdings (snapshot_id, asset_id, quantity, cost_basis) FROM held ORDER BY snapshot_id, asset_id;
DROP TABLE held;

-- Who saved the targets last; updated_at says when.
ALTER TABLE rebalancing_strategies ADD COLUMN saved_by VARCHAR;
