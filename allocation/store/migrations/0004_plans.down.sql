DROP TABLE executions;
DROP TABLE plan_classes;
DROP TABLE plan_rows;
DROP TABLE plans;
DROP SEQUENCE plan_ids;
