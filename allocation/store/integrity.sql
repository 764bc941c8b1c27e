-- Run inside every write, just before it commits: a row found here undoes the whole write.
SELECT format('The holding of asset {} in snapshot {} refers to something that is not there.', asset_id, snapshot_id) AS broken
FROM holdings
WHERE snapshot_id NOT IN (SELECT snapshot_id FROM snapshots) OR asset_id NOT IN (SELECT asset_id FROM assets)
UNION ALL
SELECT format('The snapshot of {} belongs to account {}, which is not there.', as_of, account_id)
FROM snapshots WHERE account_id NOT IN (SELECT account_id FROM accounts)
UNION ALL
SELECT format('A price of {} belongs to asset {}, which is not there.', as_of, asset_id)
FROM prices WHERE asset_id NOT IN (SELECT asset_id FROM assets)
UNION ALL
SELECT format('The strategy {} belongs to account {}, which is not there.', name, account_id)
FROM rebalancing_strategies WHERE account_id IS NOT NULL AND account_id NOT IN (SELECT account_id FROM accounts)
UNION ALL
SELECT format('The target of {} belongs to strategy {}, which is not there.', asset_class, strategy_id)
FROM asset_class_targets WHERE strategy_id NOT IN (SELECT strategy_id FROM rebalancing_strategies)
UNION ALL
SELECT format('The target of asset {} belongs to class target {}; one of them is not there.', asset_id, class_target_id)
FROM holding_targets
WHERE class_target_id NOT IN (SELECT class_target_id FROM asset_class_targets)
    OR asset_id NOT IN (SELECT asset_id FROM assets)
UNION ALL
SELECT format('The target of {} stands in {}, but the asset is in {}.', a.symbol, c.asset_class, coalesce(a.asset_class, 'no class'))
FROM holding_targets h JOIN asset_class_targets c USING (class_target_id) JOIN assets a USING (asset_id)
JOIN rebalancing_strategies s USING (strategy_id)
WHERE NOT archived AND a.asset_class IS DISTINCT FROM c.asset_class
UNION ALL
SELECT format('The target of {} stands in {}, but the asset belongs to several classes, so it has no target of its own. Take the target out.',
    a.symbol, c.asset_class)
FROM holding_targets h JOIN asset_class_targets c USING (class_target_id) JOIN assets a USING (asset_id)
JOIN rebalancing_strategies s USING (strategy_id)
WHERE NOT archived AND asset_id IN (SELECT asset_id FROM asset_class_weights)
UNION ALL
SELECT format('The part in {} belongs to asset {}, which is not there.', asset_class, asset_id)
FROM asset_class_weights WHERE asset_id NOT IN (SELECT asset_id FROM assets)
UNION ALL
SELECT format('The classes of {} add up to {:g} %, which is more than 100.', symbol, sum(weight_percent)::DOUBLE)
FROM asset_class_weights JOIN assets USING (asset_id) GROUP BY asset_id, symbol HAVING sum(weight_percent) > 100
UNION ALL
SELECT format('Cash in {} belongs to several classes. It can be in one only.', any_value(currency))
FROM asset_class_weights JOIN assets USING (asset_id) WHERE symbol = 'CASH' GROUP BY asset_id
UNION ALL
SELECT format('{} is given as a class of {}, but it is a fund that belongs to several classes itself. Name the classes.', w.asset_class, a.symbol)
FROM asset_class_weights w JOIN assets a USING (asset_id)
WHERE lower(w.asset_class) IN (SELECT lower(symbol) FROM assets JOIN asset_class_weights USING (asset_id))
UNION ALL
SELECT format('A band belongs to strategy {}, which is not there.', strategy_id)
FROM bands WHERE strategy_id NOT IN (SELECT strategy_id FROM rebalancing_strategies)
UNION ALL
SELECT format('The band of {} in {} is for a class without a target.', b.asset_class, s.name)
FROM bands b JOIN rebalancing_strategies s USING (strategy_id)
WHERE b.asset_class IS NOT NULL
    AND NOT EXISTS (FROM asset_class_targets c WHERE c.strategy_id = b.strategy_id AND c.asset_class = b.asset_class)
UNION ALL
SELECT format('{} has {} bands of its own instead of one.', s.name, count(*))
FROM bands b JOIN rebalancing_strategies s USING (strategy_id)
WHERE b.asset_class IS NULL GROUP BY s.strategy_id, s.name HAVING count(*) > 1
UNION ALL
SELECT format('A trigger belongs to strategy {}, which is not there.', strategy_id)
FROM rebalancing_triggers WHERE strategy_id NOT IN (SELECT strategy_id FROM rebalancing_strategies)
UNION ALL
SELECT format('The class targets of {} add up to {} instead of 100.', s.name, sum(c.target_percent))
FROM asset_class_targets c JOIN rebalancing_strategies s USING (strategy_id)
GROUP BY s.strategy_id, s.name HAVING sum(c.target_percent) <> 100
UNION ALL
SELECT format('The holding targets of {} in {} add up to {} instead of 100.', c.asset_class, s.name, sum(h.target_percent))
FROM holding_targets h JOIN asset_class_targets c USING (class_target_id) JOIN rebalancing_strategies s USING (strategy_id)
GROUP BY c.class_target_id, c.asset_class, s.name HAVING sum(h.target_percent) <> 100
UNION ALL
SELECT format('The symbol {} stands for {} assets.', symbol, count(*))
FROM assets WHERE symbol <> 'CASH' GROUP BY symbol HAVING count(*) > 1
UNION ALL
SELECT format('The portfolio has {} settings rows and {} strategies for the whole portfolio that are active instead of one each.',
    (SELECT count(*) FROM portfolio), count(*))
FROM rebalancing_strategies WHERE account_id IS NULL AND active
HAVING count(*) <> 1 OR (SELECT count(*) FROM portfolio) <> 1
UNION ALL
SELECT format('{} has {} active strategies. One at most is active.', any_value(a.name), count(*))
FROM rebalancing_strategies JOIN accounts a USING (account_id) WHERE active GROUP BY account_id HAVING count(*) > 1
UNION ALL
SELECT format('{} has {} strategies called {}. Names stand once.', coalesce(any_value(a.name), 'The whole portfolio'), count(*),
    min(s.name))
FROM rebalancing_strategies s LEFT JOIN accounts a USING (account_id) GROUP BY account_id, lower(s.name) HAVING count(*) > 1
UNION ALL
SELECT format('Line {} of version {} of the targets belongs to a version that is not there.', line, version_id)
FROM target_version_rows WHERE version_id NOT IN (SELECT version_id FROM target_versions)
UNION ALL
SELECT format('A band of version {} of the targets belongs to a version that is not there.', version_id)
FROM target_version_bands WHERE version_id NOT IN (SELECT version_id FROM target_versions)
UNION ALL
SELECT format('Line {} of plan {} belongs to a plan that is not there.', line, plan_id)
FROM (SELECT plan_id, line FROM plan_rows UNION ALL SELECT plan_id, line FROM plan_classes)
WHERE plan_id NOT IN (SELECT plan_id FROM plans)
UNION ALL
SELECT format('Plan {} was executed in line {}, which is not there.', plan_id, line)
FROM executions ANTI JOIN plan_rows USING (plan_id, line)
UNION ALL
SELECT format('A snapshot belongs to the execution of plan {} at {}, which is not there.', plan_id, executed_at)
FROM (SELECT plan_id, executed_at FROM executed_snapshots UNION SELECT plan_id, executed_at FROM replaced_holdings) kept
WHERE NOT EXISTS (FROM executions e WHERE e.plan_id = kept.plan_id AND e.created_at = kept.executed_at)
