-- Share the money in proportion to each line's shortfall: target × total after − value, where that is positive.
, claims AS (
    SELECT group_id, line, value, target, flow, abs(flow) * shortfall AS claim,
        (sum(shortfall) OVER (PARTITION BY group_id))::HUGEINT AS unit
    FROM shortfalls
)
