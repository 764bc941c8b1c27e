DROP TABLE rebalancing_triggers;
DROP TABLE bands;
DROP TABLE asset_class_weights;
