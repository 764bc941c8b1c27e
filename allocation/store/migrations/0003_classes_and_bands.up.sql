-- An asset with rows here belongs to several classes by weight; what is left of 100 is in none. Without rows it is
-- wholly in assets.asset_class.
CREATE TABLE asset_class_weights (
    asset_id INTEGER NOT NULL,
    asset_class VARCHAR NOT NULL CHECK (trim(asset_class) <> ''),
    weight_percent DECIMAL(7, 4) NOT NULL CHECK (weight_percent > 0 AND weight_percent <= 100),
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    PRIMARY KEY (asset_id, asset_class)
);

-- asset_class NULL: the strategy's own band; without a row it is 5/25, and a class has its strategy's.
CREATE TABLE bands (
    strategy_id INTEGER NOT NULL,
    asset_class VARCHAR CHECK (trim(asset_class) <> ''),
    points DECIMAL(7, 4) CHECK (points > 0 AND points <= 100),
    share_percent DECIMAL(7, 4) CHECK (share_percent > 0 AND share_percent <= 100),
    widest BOOLEAN NOT NULL,
    inclusive BOOLEAN NOT NULL,
    of_class BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    UNIQUE (strategy_id, asset_class),
    CHECK (points IS NOT NULL OR share_percent IS NOT NULL)
);

-- When a rebalance is due. Without a row: when a class is out of its band (on_drift, no months).
CREATE TABLE rebalancing_triggers (
    strategy_id INTEGER PRIMARY KEY,
    on_drift BOOLEAN NOT NULL,
    every_months INTEGER CHECK (every_months BETWEEN 1 AND 120),
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    updated_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    CHECK (on_drift OR every_months IS NOT NULL)
);
