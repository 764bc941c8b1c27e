-- What only the portfolio can tell is wrong about holdings that are to be loaded: file, row, column, value, remedy.
WITH spelling AS (
    SELECT 'account' AS column_name, name FROM accounts
    UNION SELECT 'symbol', symbol FROM assets
    UNION SELECT 'asset_class', asset_class FROM assets WHERE asset_class IS NOT NULL
    UNION SELECT 'asset_class', asset_class FROM asset_class_targets
), written AS (
    SELECT file, row, 'account' AS column_name, account AS name FROM incoming
    UNION ALL SELECT file, row, 'symbol', symbol FROM incoming
    UNION ALL SELECT file, row, 'asset_class', asset_class FROM incoming WHERE asset_class IS NOT NULL
), newest AS (
    SELECT name AS account, max(as_of) AS known FROM holdings JOIN accounts USING (account_id) GROUP BY name
), dated AS (
    SELECT account, file, min(row) AS first_row, max(as_of) AS latest FROM incoming GROUP BY account, file
)
SELECT file, row, column_name, written.name,
    format('is written ''{}'' in the portfolio. Write it the same way.', min(spelling.name)) AS remedy
FROM written JOIN spelling USING (column_name)
WHERE lower(written.name) = lower(spelling.name) AND (column_name, written.name) NOT IN (FROM spelling)
GROUP BY ALL
UNION ALL
SELECT file, first_row, 'as_of', latest::VARCHAR,
    format('is older than what {} holds already (as of {}). Load the newer file.', account, known)
FROM dated JOIN newest USING (account)
WHERE latest < known
UNION ALL
SELECT file, row, 'as_of', i.as_of::VARCHAR,
    format('is older than the {} that {} holds already (as of {}). Load the newer file.', i.symbol, account, h.as_of)
FROM incoming i JOIN dated USING (account, file) JOIN newest USING (account)
JOIN accounts ON accounts.name = account
JOIN assets a ON a.symbol = i.symbol AND (a.symbol <> 'CASH' OR a.currency = i.currency)
JOIN holdings h USING (account_id, asset_id)
WHERE i.as_of < h.as_of AND latest >= known
ORDER BY 1, 2, 3
