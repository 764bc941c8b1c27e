SELECT format('that {} belongs to {}', symbol, string_agg(format('{} by {:g} %', w.asset_class, weight_percent::DOUBLE), ' and '
    ORDER BY weight_percent DESC, w.asset_class))
FROM asset_class_weights w JOIN assets USING (asset_id) GROUP BY asset_id, symbol
UNION ALL
SELECT format('the band of {}', name || coalesce(', ' || asset_class, ''))
FROM bands JOIN rebalancing_strategies USING (strategy_id)
UNION ALL
SELECT format('when a rebalance of {} is due', name)
FROM rebalancing_triggers JOIN rebalancing_strategies USING (strategy_id)
ORDER BY 1
