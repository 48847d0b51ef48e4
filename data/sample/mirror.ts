import { ExportFile } from "./export-file.ts";
import type { Plant, Ticket } from "./ticket.ts";

/** Montréal's issues that head office copied into its ServiceNow: declared mirrors, which count once. */
export class Mirrors {
  readonly pairs: { from: string; to: string }[] = [];
  #last: Ticket | null = null;

  /** Remembers an issue that the next mirror may copy. */
  see(ticket: Ticket): void {
    if (ticket.type !== "problem") this.#last = ticket;
  }

  /** Makes a planted ticket the copy of the last issue seen. */
  lend(plant: Plant): void {
    if (!this.#last) return;
    plant.title = this.#last.title;
    plant.service = this.#last.service;
    plant.type = this.#last.type;
    plant.category = this.#last.category;
  }

  /** True when a ticket mirrors another: it is in its export, and in no count. */
  note(plant: Plant | null, ticket: Ticket): boolean {
    if (plant?.truth !== "mirror" || !this.#last) return false;
    this.pairs.push({ from: ticket.key, to: this.#last.key });
    return true;
  }

  write(folder: string): ExportFile {
    const header = "task,u_external_system,u_external_key,u_relation";
    const file = new ExportFile(folder, "servicenow/u_mirrors.csv.gz", header);
    for (const { from, to } of this.pairs) file.write(`${from},Jira Montréal,${to},Mirror`);
    return file;
  }
}
