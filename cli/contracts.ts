import { rows } from "../ingest/query.ts";
import type { Command } from "./command.ts";
import { counted, openProject } from "./project.ts";

interface Uncovered {
  clock: string;
  type: string;
  site: string;
  /** The commitment that is nearest to covering it, and what of its scope does not fit. */
  nearest: string;
  misses: string;
  tickets: number;
}

const COVERAGE = `
with scopes as (select row_number() over () as cut, * from intermediate.int_scopes where commitment_key is null),
misses as (
  select scopes.cut, commitments.commitment_id, list_filter([
    case when scope_types is not null and not list_contains(scope_types, type) then 'type' end,
    case when scope_priorities is not null and not list_contains(scope_priorities, priority) then 'priority' end,
    case when scope_services is not null and not list_contains(scope_services, service) then 'service' end,
    case when scope_groups is not null and not list_contains(scope_groups, assignment_group) then 'group' end,
    case when scope_providers is not null and not list_contains(scope_providers, provider) then 'provider' end,
    case when scope_populations is not null and not list_contains(scope_populations, population) then 'population' end,
    case when scope_sites is not null and not exists (
      from reference.site_ancestors as above where above.site_id = scopes.site_id and list_contains(scope_sites, above.ancestor_id)) then 'site' end,
    case when not exists (from reference.commitment_eras as eras where eras.commitment_key = commitments.commitment_key and eras.era = scopes.era)
      then 'validity' end
  ], lambda miss: miss is not null) as misses
  from scopes
  join reference.commitments as commitments on commitments.clock = scopes.clock
), nearest as (
  select * from misses qualify row_number() over (partition by cut order by len(misses), commitment_id) = 1
), lives as (
  select life_scopes.ticket_key, life_scopes.clock, scopes.cut
  from intermediate.int_life_scopes as life_scopes
  join intermediate.int_tickets as tickets using (ticket_key)
  join scopes on scopes.clock = life_scopes.clock and scopes.era = life_scopes.era and scopes.priority = life_scopes.priority
    and scopes.assignment_group = life_scopes.assignment_group and scopes.provider = life_scopes.provider and scopes.type = tickets.type
    and scopes.site_id = tickets.site_id and scopes.service = coalesce(tickets.service, '') and scopes.population = coalesce(tickets.population, '')
  where life_scopes.is_final
)
select lives.clock, tickets.type, tickets.site_id as site, nearest.commitment_id as nearest, array_to_string(nearest.misses, ', ') as misses,
  count(distinct lives.ticket_key) as tickets
from lives
join intermediate.int_tickets as tickets using (ticket_key)
join nearest using (cut)
group by all
order by 6 desc, 1, 2, 3, 4, 5`;

const TIES = `
select clock, string_agg(distinct commitment_id, ' and ' order by commitment_id) as ids, count(distinct ticket_key) as tickets
from (select clocks.clock, commitment_id, ticket_key from intermediate.int_clocks as clocks join reference.commitments using (commitment_key) where ties > 1)
group by clock order by clock`;

export const contracts: Command = {
  summary: "report which tickets no commitment covers and why, and where two would tie",
  help: "As of the last run, also of one that a tie has stopped. Only clocks that some commitment promises are looked at.",
  async run({ config }) {
    using warehouse = await openProject(config);
    const { connection } = warehouse;
    const covered = await rows<{ id: string; tickets: number; clocks: number }>(
      connection,
      `select commitment_id as id, count(distinct ticket_key) as tickets, count(*) as clocks
       from intermediate.int_clocks join reference.commitments using (commitment_key) where not is_detached group by 1 order by 1`,
    );
    const uncovered = await rows<Uncovered>(connection, COVERAGE);
    const ties = await rows<{ clock: string; ids: string; tickets: number }>(connection, TIES);
    const idle = config.commitments
      .map(({ id }) => id)
      .filter((id) => !covered.some((one) => one.id === id));
    return {
      lines: [
        ...covered.map(
          ({ id, tickets, clocks }) =>
            `${id}: ${counted(tickets, "ticket")}, ${counted(clocks, "clock")}`,
        ),
        ...new Set(idle.map((id) => `${id}: no ticket`)),
        ...uncovered.map(
          ({ clock, type, site, nearest, misses, tickets }) =>
            `no ${clock} commitment: ${counted(tickets, "ticket")}, ${type} at ${site || "no known site"}; ${nearest} does not fit by ${misses}`,
        ),
        ...ties.map(
          ({ clock, ids, tickets }) =>
            `tie on the ${clock} clock: ${ids}, ${counted(tickets, "ticket")}`,
        ),
      ],
      data: { covered, uncovered, ties, idle },
    };
  },
};
