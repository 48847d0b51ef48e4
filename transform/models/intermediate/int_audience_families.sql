-- grain: one row per audience x family that has a page of its own: recurrent, or decided on
with families as (from intermediate.int_family_list),
occurrences as (from intermediate.int_audience_occurrences)
select occurrences.audience_id, occurrences.family_key, families.family_id
from occurrences
join families on families.family_key = occurrences.family_key
group by all
having count(*) filter (occurrences.days_ago < 180) >= 2 or max(families.decision) <> ''
