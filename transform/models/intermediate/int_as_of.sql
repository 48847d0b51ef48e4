-- grain: one row per data set: the instant that windows of days are counted back from, the latest any source reaches
with sources as (from intermediate.int_sources)
select coalesce(max(through_second), 0) as as_of_second
from sources
