DROP TABLE replaced_holdings;
DROP TABLE executed_snapshots;
DROP TABLE activations;
DROP SEQUENCE activation_ids;
DROP TABLE target_version_bands;
ALTER TABLE target_versions DROP COLUMN every_months;
ALTER TABLE target_versions DROP COLUMN on_drift;
