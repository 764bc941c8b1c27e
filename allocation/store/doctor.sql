-- What is odd in a portfolio's rows, in words: kind, text. $today and $days: how old a price in use may be.
WITH current AS (
    SELECT account_id, max_by(snapshot_id, as_of) AS snapshot_id FROM snapshots GROUP BY account_id
), listed AS (
    SELECT a.*, bool_or(quantity <> 0) AS is_held
    FROM current JOIN holdings USING (snapshot_id) JOIN assets a USING (asset_id) GROUP BY ALL
), held AS (
    SELECT * FROM listed WHERE is_held
), latest AS (
    SELECT asset_id, max(as_of) AS as_of, max_by(price, as_of) AS price, max_by(currency, as_of) AS currency
    FROM prices GROUP BY asset_id
), base AS (
    SELECT base_currency AS currency FROM portfolio
), needed AS (
    SELECT DISTINCT coalesce(latest.currency, held.currency) AS currency
    FROM held LEFT JOIN latest USING (asset_id)
    WHERE coalesce(latest.currency, held.currency) <> (SELECT currency FROM base)
), rates AS (
    SELECT from_currency AS currency, as_of FROM fx_rates WHERE to_currency = (SELECT currency FROM base)
    UNION ALL
    SELECT to_currency, as_of FROM fx_rates WHERE from_currency = (SELECT currency FROM base)
), price_steps AS (
    SELECT asset_id, as_of, price, currency, lag(price) OVER days AS before, lag(as_of) OVER days AS before_as_of,
        lag(currency) OVER days AS before_currency
    FROM prices WINDOW days AS (PARTITION BY asset_id ORDER BY as_of)
), rate_steps AS (
    SELECT from_currency, to_currency, as_of, rate, lag(rate) OVER days AS before, lag(as_of) OVER days AS before_as_of
    FROM fx_rates WINDOW days AS (PARTITION BY from_currency, to_currency ORDER BY as_of)
)
SELECT 'fault' AS kind, format('{} is held and has no price. Load a holdings file that has it.', symbol) AS text
FROM listed LEFT JOIN latest USING (asset_id) WHERE symbol <> 'CASH' AND price IS NULL
UNION ALL
SELECT 'fault', format('{} was held on {} and has no price of that day or before. Load that date again.', symbol, min(s.as_of))
FROM holdings JOIN snapshots s USING (snapshot_id) JOIN assets USING (asset_id)
JOIN (SELECT asset_id, min(as_of) AS first FROM prices GROUP BY asset_id) USING (asset_id)
WHERE symbol <> 'CASH' AND s.as_of < first GROUP BY symbol
UNION ALL
SELECT 'fault', format('The portfolio has no base currency, though {} accounts hold something. Restore a backup.', count(*))
FROM current WHERE (FROM base) IS NULL HAVING count(*) > 0
UNION ALL
SELECT 'fault', format('CASH has a price of {} on {}. Its price is 1.', price::DOUBLE, as_of)
FROM prices JOIN assets USING (asset_id) WHERE symbol = 'CASH' AND price <> 1
UNION ALL
SELECT 'fault', format('There is no FX rate between {} and {}. Load an fx.csv that has it.', currency, (FROM base))
FROM needed WHERE currency NOT IN (SELECT currency FROM rates) AND currency NOT IN (
    SELECT from_currency FROM fx_rates WHERE to_currency IN (SELECT currency FROM rates)
    UNION ALL SELECT to_currency FROM fx_rates WHERE from_currency IN (SELECT currency FROM rates))
UNION ALL
SELECT 'fault', format('{} of {} in {} on {} is less than nothing. Load that date again.',
    quantity::DOUBLE, symbol, accounts.name, as_of)
FROM holdings JOIN snapshots USING (snapshot_id) JOIN accounts USING (account_id) JOIN assets USING (asset_id)
WHERE quantity < 0 AND symbol <> 'CASH'
UNION ALL
SELECT 'fault', format('{} numbers are given out from {}, but {} is in use. Restore a backup.',
    sequence_name, coalesce(last_value, 0) + 1, top)
FROM duckdb_sequences() JOIN (
    SELECT 'account_ids' AS sequence_name, max(account_id) AS top FROM accounts
    UNION ALL SELECT 'asset_ids', max(asset_id) FROM assets
    UNION ALL SELECT 'snapshot_ids', max(snapshot_id) FROM snapshots
    UNION ALL SELECT 'strategy_ids', max(strategy_id) FROM rebalancing_strategies
    UNION ALL SELECT 'class_target_ids', max(class_target_id) FROM asset_class_targets
    UNION ALL SELECT 'holding_target_ids', max(holding_target_id) FROM holding_targets
    UNION ALL SELECT 'target_version_ids', max(version_id) FROM target_versions
    UNION ALL SELECT 'activation_ids', max(activation_id) FROM activations
) used USING (sequence_name)
WHERE top > coalesce(last_value, 0)
UNION ALL
SELECT 'warning', format('{} is dated {}, which is in the future.', what, as_of)
FROM (
    SELECT format('The snapshot of {}', name) AS what, as_of FROM snapshots JOIN accounts USING (account_id)
    UNION ALL SELECT format('A price of {}', symbol), as_of FROM prices JOIN assets USING (asset_id)
    UNION ALL SELECT format('The FX rate {} to {}', from_currency, to_currency), as_of FROM fx_rates
) WHERE as_of > $today
UNION ALL
SELECT 'warning', format('The price of {} went from {} on {} to {} on {}: a split, pence instead of pounds, or a typing error?',
    symbol, before::DOUBLE, before_as_of, price::DOUBLE, as_of)
FROM price_steps JOIN assets USING (asset_id)
WHERE price_steps.currency = before_currency AND greatest(price / before, before / price) >= 5
UNION ALL
SELECT 'warning', format('The FX rate {} to {} went from {} on {} to {} on {}: turned round, or a typing error?',
    from_currency, to_currency, before::DOUBLE, before_as_of, rate::DOUBLE, as_of)
FROM rate_steps WHERE greatest(rate / before, before / rate) >= 2
UNION ALL
SELECT 'note', format('The price of {} is from {}, more than {} days ago.', symbol, as_of, $days)
FROM held JOIN latest USING (asset_id) WHERE symbol <> 'CASH' AND as_of < $today - $days::INTEGER
UNION ALL
SELECT 'note', format('The FX rate between {} and {} is from {}, more than {} days ago.',
    currency, (FROM base), max(as_of), $days)
FROM needed JOIN rates USING (currency) GROUP BY currency HAVING max(as_of) < $today - $days::INTEGER
UNION ALL
SELECT 'note', format('{} has no asset class, so it counts as Unclassified.', symbol) FROM held
WHERE asset_class IS NULL AND asset_id NOT IN (SELECT asset_id FROM asset_class_weights)
UNION ALL
SELECT 'note', format('{:g} % of {} are in no class, so they count as Unclassified.', (100 - sum(weight_percent))::DOUBLE, symbol)
FROM held JOIN asset_class_weights USING (asset_id) GROUP BY asset_id, symbol HAVING sum(weight_percent) < 100
UNION ALL
SELECT 'note', format('{} is in part in {}, which nothing is wholly in and no target names. Give it a target, or load a classes.csv.',
    symbol, w.asset_class)
FROM held JOIN asset_class_weights w USING (asset_id)
WHERE w.asset_class NOT IN (SELECT asset_class FROM assets WHERE asset_class IS NOT NULL)
    AND w.asset_class NOT IN (SELECT asset_class FROM asset_class_targets)
UNION ALL
SELECT 'note', format('{} is held at no date and has no target.', symbol)
FROM assets
WHERE asset_id NOT IN (SELECT asset_id FROM holdings WHERE quantity <> 0)
    AND asset_id NOT IN (SELECT asset_id FROM holding_targets)
UNION ALL
SELECT 'note', format('{} has no snapshot.', name) FROM accounts WHERE account_id NOT IN (SELECT account_id FROM snapshots)
UNION ALL
SELECT 'note', format('{} has no targets yet.', name) FROM rebalancing_strategies
WHERE account_id IS NULL AND active AND strategy_id NOT IN (SELECT strategy_id FROM asset_class_targets)
