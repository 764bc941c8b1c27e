-- Shares a flow of money among the lines of each group, to the minor unit, for any number of groups at once.
--
-- line_table(group_id, line, value, target) and flow_table(group_id, flow, total_after): whole minor units; targets
-- are whole numbers in any common unit; a negative flow takes money out. A rule, put in at the mark below, states for
-- each line with a target the exact size of its part as claim / unit. The sizes are rounded down, and the minor units
-- left over go to the largest remainders. A line that gets nothing is left out.
--
-- What stands between /* out */ and /* end */ matters only where money goes out; without, it is left away.
WITH given AS (
    SELECT l.group_id, l.line, l.value::HUGEINT AS value, l.target::HUGEINT AS target,
        f.flow::HUGEINT AS flow, f.total_after::HUGEINT AS total_after
    FROM line_table l JOIN flow_table f USING (group_id)
    WHERE f.flow <> 0
)
/* out */
, emptied AS (
    -- Of money that is taken out, what has a target of 0 goes first, by value.
    SELECT group_id, line, value, target, (sum(value) OVER (PARTITION BY group_id))::HUGEINT AS unit,
        least(abs(flow), unit) AS taken
    FROM given WHERE flow < 0 AND target = 0 AND value > 0
)
/* end */
, lines AS (
    SELECT g.group_id, line, value, target, total_after, flow /* out */ + coalesce(taken, 0) /* end */ AS flow
    FROM given g
        /* out */ LEFT JOIN (SELECT DISTINCT group_id, taken FROM emptied) USING (group_id) /* end */
    WHERE target > 0 /* out */ AND flow + coalesce(taken, 0) <> 0 /* end */
), sized AS (
    SELECT *, (sum(value) OVER whole)::HUGEINT AS held, (sum(target) OVER whole)::HUGEINT AS targets
    FROM lines
    WINDOW whole AS (PARTITION BY group_id)
), shortfalls AS (
    -- In units of 1/targets; of money that is taken out, the surplus. Sized on no less (no more, taking out) than the
    -- lines themselves come to, so that the shortfalls take all the money.
    SELECT *, greatest(0, CASE WHEN flow > 0
        THEN target * greatest(total_after, held + flow) - value * targets
        ELSE value * targets - target * greatest(0, least(total_after, held + flow)) END) AS shortfall
    FROM sized
)
/* rule */
, floors AS (
    SELECT group_id, line, value, target, flow, claim // unit AS whole, claim % unit AS remainder
    FROM claims
    WHERE claim > 0
    /* out */
    UNION ALL
    SELECT group_id, line, value, target, -taken, value * taken // unit, value * taken % unit FROM emptied
    /* end */
), ranked AS (
    SELECT *,
        abs(flow) - sum(whole) OVER largest_first AS left_over, row_number() OVER largest_first AS place
    FROM floors
    WINDOW largest_first AS (
        PARTITION BY group_id /* out */ , target = 0 /* end */ ORDER BY remainder DESC, target DESC, value, line
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
SELECT group_id, line, (sign(flow) * (whole + CASE WHEN place <= left_over THEN 1 ELSE 0 END))::BIGINT AS amount
FROM ranked
