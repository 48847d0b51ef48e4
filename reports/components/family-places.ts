import { html } from "htl";

import { definitions } from "./definitions.js";
import type { FamilyChoice } from "./family-picker.js";
import { entityName } from "./filters.js";
import type { MartRow } from "./marts.js";
import type { RecurringData } from "./recurrence-view.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

export interface PlaceData extends RecurringData {
  assets: MartRow<"mart_family_assets">[];
}

interface Place {
  site_id: string;
  occurrences: number;
  occurrences_90_days: number;
  tickets: number;
}

/** The sites and the assets that a family touches. */
export function placeTables(site: Site, data: PlaceData, { family }: FamilyChoice): HTMLElement {
  if (!family) return html`<span></span>`;
  const most = (a: Place, b: Place): number =>
    b.occurrences - a.occurrences || b.tickets - a.tickets;
  const ofFamily = ({ family_id }: { family_id: string }): boolean =>
    family_id === family.family_id;
  const sites = data.sites.filter(ofFamily).toSorted(most);
  const assets = data.assets.filter(ofFamily).toSorted(most);
  const counts = (places: Place[]): Column<Place>[] => [
    {
      label: site.word("recurring_column.days_90"),
      value: (row: Place) => row.occurrences_90_days,
      isNumber: true,
    },
    {
      label: site.word("family.all_time"),
      value: (row: Place) => row.occurrences,
      bar: (row: Place) =>
        row.occurrences / Math.max(1, ...places.map(({ occurrences }) => occurrences)),
      isNumber: true,
    },
    {
      label: site.word("column.tickets"),
      value: (row: Place) => row.tickets,
      isNumber: true,
    },
  ];
  const siteColumn = {
    label: site.word("column.site"),
    value: (row: Place) => entityName(site, row.site_id),
  };
  return html`<div>
    <div class="side-by-side">
      ${
        sites.length > 0
          ? dataTable(site, {
              title: site.word("family.sites_table"),
              rows: sites,
              columns: [siteColumn, ...counts(sites)],
            })
          : null
      }
      ${
        assets.length > 0
          ? dataTable(site, {
              title:
                family.assets > assets.length
                  ? site.word("family.assets_ten", { n: family.assets })
                  : site.word("family.assets_table"),
              rows: assets,
              columns: [
                { label: site.word("recurring_column.asset"), value: ({ asset_id }) => asset_id },
                siteColumn,
                ...counts(assets),
              ],
            })
          : null
      }
    </div>
    ${definitions(site, data.fitness, ["occurrences"])}
  </div>`;
}
