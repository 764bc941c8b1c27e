-- A saved plan is history: it keeps its own words, whatever becomes of its accounts and assets. Weights are 0–1.
CREATE SEQUENCE plan_ids;
CREATE TABLE plans (
    plan_id INTEGER PRIMARY KEY DEFAULT nextval('plan_ids'),
    title VARCHAR NOT NULL,
    saved_by VARCHAR NOT NULL,
    request VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('deposit', 'withdrawal', 'rebalance')),
    date DATE NOT NULL,
    scope VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    flow DOUBLE NOT NULL,
    currency VARCHAR NOT NULL CHECK (length(currency) = 3),
    limits VARCHAR[] NOT NULL,
    prices_as_of DATE,
    prices_of VARCHAR NOT NULL,
    value_before DOUBLE NOT NULL,
    value_after DOUBLE NOT NULL,
    drift_before DOUBLE NOT NULL,
    drift_after DOUBLE NOT NULL,
    bought DOUBLE NOT NULL,
    sold DOUBLE NOT NULL,
    turnover DOUBLE NOT NULL,
    fees DOUBLE NOT NULL,
    trades INTEGER NOT NULL,
    cash_left DOUBLE NOT NULL,
    measure DOUBLE NOT NULL,
    deviation DOUBLE NOT NULL,
    gap DOUBLE NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp()))
);

CREATE TABLE plan_rows (
    plan_id INTEGER NOT NULL,
    line INTEGER NOT NULL CHECK (line >= 1),
    account VARCHAR NOT NULL,
    symbol VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    asset_class VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    amount DOUBLE NOT NULL,
    shares DOUBLE NOT NULL,
    price DOUBLE NOT NULL,
    quoted_price DOUBLE NOT NULL,
    quoted_currency VARCHAR NOT NULL,
    fee DOUBLE NOT NULL,
    value_before DOUBLE NOT NULL,
    value_after DOUBLE NOT NULL,
    weight_before DOUBLE NOT NULL,
    weight_after DOUBLE NOT NULL,
    target_weight DOUBLE NOT NULL,
    drift_before DOUBLE NOT NULL,
    drift_after DOUBLE NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (plan_id, line)
);

CREATE TABLE plan_classes (
    plan_id INTEGER NOT NULL,
    line INTEGER NOT NULL CHECK (line >= 1),
    asset_class VARCHAR NOT NULL,
    value_before DOUBLE NOT NULL,
    amount DOUBLE NOT NULL,
    value_after DOUBLE NOT NULL,
    weight_before DOUBLE NOT NULL,
    weight_after DOUBLE NOT NULL,
    target_weight DOUBLE NOT NULL,
    drift_before DOUBLE NOT NULL,
    drift_after DOUBLE NOT NULL,
    status_before VARCHAR NOT NULL,
    status_after VARCHAR NOT NULL,
    PRIMARY KEY (plan_id, line)
);

-- What was carried out of a plan, at once or bit by bit: the change of each quantity.
CREATE TABLE executions (
    plan_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    executed_on DATE NOT NULL,
    executed_by VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    PRIMARY KEY (plan_id, line)
);
