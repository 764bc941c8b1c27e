-- Raise the lowest value/target ratios together until the money is used up; taking money out lowers the highest
-- ratios together (A. H. Mao, "Lazy rebalancing", optimalrebalancing.info).
--
-- With the lines in order of their ratio, a line takes part when the money reaches past its own ratio:
-- value × T − V × target <= flow × target, where V and T are the sums up to and including that line.
-- Targets are whole numbers up to 10^6, so a ratio scaled by 10^18 orders them exactly; equal ratios are peers.
, levelled AS (
    SELECT *, sign(flow) * exact_ratio(value, target) AS ratio
    FROM lines
), reached AS (
    SELECT *, (sum(value) OVER up_to)::HUGEINT AS v, (sum(target) OVER up_to)::HUGEINT AS t
    FROM levelled
    WINDOW up_to AS (PARTITION BY group_id ORDER BY ratio)
), level AS (
    SELECT group_id, max(t) AS t, max_by(v, t) AS v
    FROM reached
    WHERE sign(flow) * (value * t - v * target) <= abs(flow) * target
    GROUP BY group_id
), claims AS (
    SELECT r.group_id, r.line, r.value, r.target, r.flow,
        greatest(0, sign(r.flow) * (r.target * (r.flow + level.v) - r.value * level.t)) AS claim,
        level.t AS unit
    FROM reached r JOIN level USING (group_id)
)
