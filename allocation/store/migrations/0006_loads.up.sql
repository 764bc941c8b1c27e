-- Where a price or a rate is from; NULL: it is from before this was kept.
ALTER TABLE prices ADD COLUMN source VARCHAR;
ALTER TABLE fx_rates ADD COLUMN source VARCHAR;

-- What the broker or program that an asset was loaded from calls it ("ETF"): a hint for its class, never the class.
ALTER TABLE assets ADD COLUMN kind VARCHAR;

-- Older prices and rates are marked where they are used. NULL: 7 days.
ALTER TABLE portfolio ADD COLUMN stale_after_days INTEGER;

-- Which column of a table is what, as a person said for files with the same columns; "=USD" is a value for all rows.
CREATE TABLE column_mappings (
    fingerprint VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    source_column VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp())),
    PRIMARY KEY (fingerprint, field)
);

-- A load that changed something can be taken back while nothing else has been saved since: state is a sum over all
-- rows after it, backup the copy beside the portfolio that was made before it; NULL: the load made the portfolio.
CREATE SEQUENCE load_ids;
CREATE TABLE load_history (
    load_id INTEGER PRIMARY KEY DEFAULT nextval('load_ids'),
    files VARCHAR[] NOT NULL,
    loaded_by VARCHAR NOT NULL,
    backup VARCHAR,
    state VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp()))
);
