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
WHERE a.asset_class IS DISTINCT FROM c.asset_class
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
SELECT format('The portfolio has {} settings rows and {} strategies for the whole portfolio instead of one each.',
    (SELECT count(*) FROM portfolio), count(*))
FROM rebalancing_strategies WHERE account_id IS NULL
HAVING count(*) <> 1 OR (SELECT count(*) FROM portfolio) <> 1
