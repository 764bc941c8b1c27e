-- Fill the largest shortfall, then the next; equal shortfalls share what is left for them equally.
, queue AS (
    SELECT *, abs(flow) * targets AS money,
        count(*) OVER (PARTITION BY group_id, shortfall) AS peers,
        (coalesce(sum(shortfall) OVER up_to, 0) - shortfall * peers)::HUGEINT AS ahead
    FROM shortfalls
    WINDOW up_to AS (PARTITION BY group_id ORDER BY shortfall DESC)
), served AS (
    SELECT *, max(CASE WHEN ahead < money AND money < ahead + shortfall * peers THEN peers ELSE 1 END)
            OVER (PARTITION BY group_id) AS sharing
    FROM queue
), claims AS (
    SELECT group_id, line, value, target, flow,
        CASE WHEN ahead >= money THEN 0
             WHEN money >= ahead + shortfall * peers THEN shortfall * sharing
             ELSE money - ahead END AS claim,
        targets * sharing AS unit
    FROM served
)
