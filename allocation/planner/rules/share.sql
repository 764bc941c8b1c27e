-- Shares a flow of money among the lines of each group, to the minor unit, for any number of groups at once.
--
-- line_table(group_id, line, value, target) and flow_table(group_id, flow, total_after): whole minor units; targets
-- are whole numbers in any common unit. A rule, put in at the mark below, states for each line the exact amount as
-- claim / unit. The amounts are rounded down, and the minor units left over go to the largest remainders.
WITH lines AS (
    SELECT l.group_id, l.line, l.value::HUGEINT AS value, l.target::HUGEINT AS target,
        f.flow::HUGEINT AS flow, f.total_after::HUGEINT AS total_after
    FROM line_table l JOIN flow_table f USING (group_id)
    WHERE f.flow <> 0
), sized AS (
    SELECT *, sum(value) OVER whole AS held, sum(target) OVER whole AS targets
    FROM lines WHERE target > 0
    WINDOW whole AS (PARTITION BY group_id)
), shortfalls AS (
    -- In units of 1/targets. Sized on no less than the lines themselves come to, so the shortfalls take all the money.
    SELECT *, greatest(0, target * greatest(total_after, held + flow) - value * targets) AS shortfall
    FROM sized
)
/* rule */
, floors AS (
    SELECT *, claim // unit AS whole, claim % unit AS remainder FROM claims
), ranked AS (
    SELECT *,
        abs(flow) - sum(whole) OVER (PARTITION BY group_id) AS left_over,
        row_number() OVER (PARTITION BY group_id ORDER BY remainder DESC, target DESC, value, line) AS place
    FROM floors
)
SELECT group_id, line, (sign(flow) * (whole + CASE WHEN place <= left_over THEN 1 ELSE 0 END))::BIGINT AS amount
FROM ranked
