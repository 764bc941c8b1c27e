SELECT format('{} earlier snapshot{} of {} ({} to {})', count(*), CASE WHEN count(*) = 1 THEN '' ELSE 's' END, name,
    min(as_of)::VARCHAR, max(as_of)::VARCHAR)
FROM snapshots s JOIN accounts USING (account_id)
WHERE as_of < (SELECT max(as_of) FROM snapshots WHERE account_id = s.account_id)
GROUP BY name
UNION ALL
SELECT format('that {} held nothing on {}', name, as_of)
FROM snapshots s JOIN accounts USING (account_id)
WHERE as_of = (SELECT max(as_of) FROM snapshots WHERE account_id = s.account_id)
    AND snapshot_id NOT IN (SELECT snapshot_id FROM holdings)
UNION ALL
SELECT format('who saved the targets of {} last ({})', name, saved_by)
FROM rebalancing_strategies WHERE saved_by IS NOT NULL
ORDER BY 1
