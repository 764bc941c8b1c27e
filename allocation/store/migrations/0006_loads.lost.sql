SELECT format('how {} table{} of yours {} read', count(DISTINCT fingerprint), CASE WHEN count(DISTINCT fingerprint) = 1 THEN '' ELSE 's' END,
    CASE WHEN count(DISTINCT fingerprint) = 1 THEN 'is' ELSE 'are' END)
FROM column_mappings HAVING count(*) > 0
UNION ALL
SELECT format('that prices are marked when they are older than {} days', stale_after_days)
FROM portfolio WHERE stale_after_days IS NOT NULL
UNION ALL
SELECT 'that a load can be taken back' FROM load_history HAVING count(*) > 0
UNION ALL
SELECT format('where {} price{} and rate{} are from', count(*), CASE WHEN count(*) = 1 THEN '' ELSE 's' END,
    CASE WHEN count(*) = 1 THEN '' ELSE 's' END)
FROM (SELECT source FROM prices UNION ALL SELECT source FROM fx_rates) WHERE source IS NOT NULL HAVING count(*) > 0
ORDER BY 1
