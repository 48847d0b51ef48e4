import type { Change } from "./change.ts";
import { commaCell, ExportFile } from "./export-file.ts";
import { groupOf } from "./group.ts";
import type { Reject } from "./truth.ts";
import {
  clockText,
  dateText,
  dayOf,
  frenchDate,
  offsetAt,
  offsetText,
  wall,
} from "./wall-clock.ts";

const HEADER =
  "number,type,state,risk,short_description,category,business_service,location,cmdb_ci,assignment_group,requested_by,opened_at,approved_at," +
  "rejected_at,start_date,end_date,work_start,work_end,closed_at,close_code,unauthorized,release";

/** Writes the changes as ServiceNow and Jira export them; one of ServiceNow's says it was asked for in 2062. */
export function writeChanges(
  folder: string,
  changes: readonly Change[],
): { files: ExportFile[]; rejects: Reject[] } {
  const servicenow = new ExportFile(folder, "servicenow/change_request.csv.gz", HEADER);
  const jira = new ExportFile(folder, "jira/changes.csv.gz", HEADER);
  const rejects: Reject[] = [];
  const line = (change: Change, time: (at: number | null) => string) =>
    [
      change.number,
      change.type,
      change.state,
      change.risk,
      change.title,
      change.service.categories[0]!,
      change.service.labels[change.site.source === "jira" ? "jira" : "servicenow"],
      change.site.label,
      change.asset,
      groupOf(change.site, change.service, 2).name,
      change.requester,
      time(change.openedAt),
      time(change.approvedAt),
      time(change.rejectedAt),
      time(change.plannedFrom),
      time(change.plannedTo),
      time(change.startedAt),
      time(change.endedAt),
      time(change.closedAt),
      change.closeCode,
      String(change.isUnauthorised),
      change.bundle,
    ]
      .map(commaCell)
      .join(",");
  const french = (at: number | null) =>
    at === null ? "" : `${frenchDate(dayOf(at))} ${clockText(at)}`;
  for (const [index, change] of changes.entries()) {
    if (change.site.source === "jira") {
      jira.write(
        line(change, (at) =>
          at === null
            ? ""
            : `${dateText(dayOf(at))}T${clockText(at)}.000${offsetText(offsetAt(change.site.zone, at))}`,
        ),
      );
      continue;
    }
    servicenow.write(line(change, french));
    if (
      index !== Math.floor(changes.length / 2) &&
      !(rejects.length === 0 && index > changes.length / 2)
    )
      continue;
    const value = "14/03/2062 09:00:00";
    servicenow.write(
      line(
        { ...change, number: `${change.number}B`, openedAt: wall("2062-03-14 09:00:00") },
        french,
      ),
    );
    rejects.push({
      file: servicenow.name,
      line: servicenow.line,
      column: "opened_at",
      value,
      reason: "after_receipt",
    });
  }
  return { files: [servicenow, jira], rejects };
}
