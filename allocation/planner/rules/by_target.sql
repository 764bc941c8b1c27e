-- Split the money by target, whatever is held. Taking money out, a line that holds less than its part gives all it
-- has, and the others share the rest by target: with the lines in order of value/target, those up to the level.
, levelled AS (
    SELECT group_id, line, target, flow, value, greatest(value, 0) AS has,
        exact_ratio(has, target) AS ratio
    FROM lines
), reached AS (
    SELECT *, (sum(target) OVER (PARTITION BY group_id))::HUGEINT AS targets, (sum(has) OVER up_to)::HUGEINT AS v,
        (sum(target) OVER up_to)::HUGEINT AS t
    FROM levelled
    WINDOW up_to AS (PARTITION BY group_id ORDER BY ratio)
), settled AS (
    SELECT *, flow < 0 AND has * (targets - t) + target * v <= abs(flow) * target AS gives_all
    FROM reached
), rest AS (
    SELECT *, coalesce(max(v) FILTER (gives_all) OVER whole, 0) AS given,
        coalesce(max(t) FILTER (gives_all) OVER whole, 0) AS emptied_targets
    FROM settled
    WINDOW whole AS (PARTITION BY group_id)
), claims AS (
    SELECT group_id, line, value, target, flow,
        CASE WHEN gives_all THEN has ELSE target * (abs(flow) - given) END AS claim,
        CASE WHEN gives_all THEN 1 ELSE targets - emptied_targets END AS unit
    FROM rest
)
