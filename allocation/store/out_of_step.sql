-- What only the portfolio can tell is wrong about holdings that are to be loaded: file, row, column, value, remedy.
WITH spelling AS (
    SELECT 'account' AS column_name, name FROM accounts
    UNION SELECT 'symbol', symbol FROM assets
    UNION SELECT 'asset_class', asset_class FROM assets WHERE asset_class IS NOT NULL
    UNION SELECT 'asset_class', asset_class FROM asset_class_targets
    UNION SELECT 'asset_class', asset_class FROM asset_class_weights
), written AS (
    SELECT file, place AS row, 'account' AS column_name, account AS name FROM incoming
    UNION ALL SELECT file, place, 'symbol', symbol FROM incoming
    UNION ALL SELECT file, place, 'asset_class', asset_class FROM incoming WHERE asset_class IS NOT NULL
), earlier AS (
    SELECT l.account, s.as_of, asset_id, quantity
    FROM loads l JOIN snapshots s ON s.account_id = l.account_id AND s.as_of < l.as_of JOIN holdings USING (snapshot_id)
    QUALIFY rank() OVER (PARTITION BY l.account_id ORDER BY s.as_of DESC) = 1
)
SELECT file, row, column_name, written.name,
    format('is written ''{}'' in the portfolio. Write it the same way.', min(spelling.name)) AS remedy
FROM written JOIN spelling USING (column_name)
WHERE lower(written.name) = lower(spelling.name) AND (column_name, written.name) NOT IN (FROM spelling)
GROUP BY ALL
UNION ALL
SELECT file, place, 'as_of', i.as_of::VARCHAR,
    format('is older than the {} that {} holds already (as of {}). Load the newer file.', i.symbol, i.account, e.as_of)
FROM incoming i JOIN assets a ON a.symbol = i.symbol AND (a.symbol <> 'CASH' OR a.currency = i.currency)
JOIN earlier e USING (account, asset_id)
WHERE i.as_of < e.as_of AND i.quantity <> e.quantity
ORDER BY 1, 2, 3
