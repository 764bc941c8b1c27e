-- Raise the lowest value/target ratios together until the money is used up; taking money out lowers the highest
-- ratios together (A. H. Mao, "Lazy rebalancing", optimalrebalancing.info).
--
-- With the lines in order of their ratio, a line takes part when the money reaches past its own ratio:
-- value × T − V × target <= flow × target, where V and T are the sums up to and including that line.
-- Among equal ratios it is the same whichever comes first, as each adds nothing to the left side for the others.
-- Targets are whole numbers up to 10^6, so a ratio scaled by 10^18 orders them exactly.
, levelled AS (
    SELECT *, sign(flow) * exact_ratio(value, target) AS ratio
    FROM lines
), reached AS (
    SELECT *, (sum(value) OVER up_to)::HUGEINT AS v, (sum(target) OVER up_to)::HUGEINT AS t
    FROM levelled
    WINDOW up_to AS (PARTITION BY group_id ORDER BY ratio ROWS UNBOUNDED PRECEDING)
), level AS (
    SELECT group_id, line, value, target, flow, (sum(target) OVER whole)::HUGEINT AS t, (sum(value) OVER whole)::HUGEINT AS v
    FROM reached
    WHERE sign(flow) * (value * t - v * target) <= abs(flow) * target
    WINDOW whole AS (PARTITION BY group_id)
), claims AS (
    SELECT group_id, line, value, target, flow, sign(flow) * (target * (flow + v) - value * t) AS claim, t AS unit
    FROM level
)
