-- Split the money by target, whatever is held.
, claims AS (
    SELECT group_id, line, value, target, flow,
        abs(flow) * target AS claim, sum(target) OVER (PARTITION BY group_id) AS unit
    FROM lines
    WHERE target > 0
)
