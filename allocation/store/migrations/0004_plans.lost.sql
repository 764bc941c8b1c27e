SELECT format('the saved plan {}{}', plan_id, CASE WHEN title = '' THEN '' ELSE ', ' || title END)
FROM plans ORDER BY plan_id
