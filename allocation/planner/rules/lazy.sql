-- Raise the lowest value/target ratios together until the money is used up; taking money out lowers the highest
-- ratios together, after whatever has a target of 0 (A. H. Mao, "Lazy rebalancing", optimalrebalancing.info).
--
-- With the lines in order of their ratio, a line takes part when the money reaches past its own ratio:
-- value × T − V × target <= flow × target, where V and T are the sums up to and including that line.
-- Targets are whole numbers up to 10^6, so a ratio scaled by 10^18 orders them exactly; equal ratios are peers.
, emptied AS (
    SELECT group_id, sum(value) FILTER (target = 0 AND flow < 0 AND value > 0) AS held_at_zero
    FROM lines GROUP BY group_id
), levelled AS (
    SELECT l.*, coalesce(e.held_at_zero, 0) AS held_at_zero,
        l.flow + CASE WHEN l.flow < 0 THEN least(abs(l.flow), coalesce(e.held_at_zero, 0)) ELSE 0 END AS rest,
        sign(l.flow) * (l.value * 1000000000000000000::HUGEINT // l.target) AS ratio
    FROM lines l JOIN emptied e USING (group_id)
    WHERE l.target > 0
), reached AS (
    SELECT *, sum(value) OVER up_to AS v, sum(target) OVER up_to AS t
    FROM levelled
    WINDOW up_to AS (PARTITION BY group_id ORDER BY ratio)
), level AS (
    SELECT group_id, max(t) AS t, max_by(v, t) AS v
    FROM reached
    WHERE sign(flow) * (value * t - v * target) <= abs(rest) * target
    GROUP BY group_id
), claims AS (
    SELECT r.group_id, r.line, r.value, r.target, r.flow,
        greatest(0, sign(r.flow) * (r.target * (r.rest + level.v) - r.value * level.t)) AS claim,
        level.t AS unit
    FROM reached r JOIN level USING (group_id)
    WHERE rest <> 0
    UNION ALL
    SELECT l.group_id, l.line, l.value, l.target, l.flow,
        l.value * least(abs(l.flow), e.held_at_zero) AS claim,
        e.held_at_zero AS unit
    FROM lines l JOIN emptied e USING (group_id)
    WHERE l.target = 0 AND l.value > 0 AND e.held_at_zero > 0
)
