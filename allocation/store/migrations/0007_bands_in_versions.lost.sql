SELECT format('the bands and the trigger of {} earlier version{} of {}', count(*), CASE WHEN count(*) = 1 THEN '' ELSE 's' END,
    strategy)
FROM target_versions v
WHERE on_drift IS NOT NULL AND (strategy_id NOT IN (SELECT strategy_id FROM rebalancing_strategies)
    OR version_id < (SELECT max(version_id) FROM target_versions WHERE strategy_id = v.strategy_id))
GROUP BY strategy_id, strategy
UNION ALL
SELECT format('which strategy of {} was active before {}', coalesce(max(name), 'all'), max(since)::DATE::VARCHAR)
FROM activations LEFT JOIN accounts USING (account_id) GROUP BY account_id HAVING count(*) > 1
UNION ALL
SELECT format('that the execution of plan {} can be taken back', plan_id)
FROM (SELECT DISTINCT plan_id FROM executed_snapshots WHERE replaced_at IS NOT NULL)
ORDER BY 1
