SELECT format('the {} strategy {} of {}', CASE WHEN archived THEN 'archived' ELSE 'inactive' END, s.name,
    coalesce(a.name, 'all'))
FROM rebalancing_strategies s LEFT JOIN accounts a USING (account_id)
WHERE NOT active
UNION ALL
SELECT format('{} earlier version{} of the targets of {} ({} to {})', count(*), CASE WHEN count(*) = 1 THEN '' ELSE 's' END,
    strategy, min(saved_at)::DATE::VARCHAR, max(saved_at)::DATE::VARCHAR)
FROM target_versions v
WHERE version_id < (SELECT max(version_id) FROM target_versions WHERE strategy_id = v.strategy_id)
    OR strategy_id NOT IN (SELECT strategy_id FROM asset_class_targets)
GROUP BY strategy_id, strategy
ORDER BY 1
