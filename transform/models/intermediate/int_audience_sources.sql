-- grain: one row per audience x source that has tickets it may see; an audience of the whole group sees every source
with tickets as (from intermediate.int_tickets),
sources as (from intermediate.int_sources),
audience_sites as (from reference.audience_sites)
select distinct audience_id, source_id from tickets join audience_sites using (site_id)
union
select audience_id, source_id from audience_sites cross join sources where audience_sites.site_id = ''
