DROP TABLE load_history;
DROP SEQUENCE load_ids;
DROP TABLE column_mappings;
ALTER TABLE portfolio DROP COLUMN stale_after_days;
ALTER TABLE assets DROP COLUMN kind;
ALTER TABLE fx_rates DROP COLUMN source;
ALTER TABLE prices DROP COLUMN source;
