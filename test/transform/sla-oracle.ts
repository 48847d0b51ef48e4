/**
 * An oracle of the clocks, by stepping through time a minute at most, and a second where anything may be reached. It
 * shares nothing with the engine: openness of a minute comes from the calendar as written and from local time as
 * DuckDB converts it; every rule is read again from the definitions.
 */

export interface OracleEvent {
  second: number;
  sequence: number;
  field: "status" | "priority" | "assignment_group" | "provider" | "assignee" | "comment";
  from: string;
  to: string;
  holdReason: string;
  actor: "agent" | "automatic" | "requester";
}

export interface OracleTicket {
  id: string;
  site: string;
  type: string;
  opened: number;
  restored: number | null;
  priority: string;
  group: string;
  provider: string;
  events: OracleEvent[];
}

export interface OracleCommitment {
  id: string;
  /** Hours within which a reopening belongs to its cycle; null where the source decides. */
  reopenHours: number | null;
  clock: "resolution" | "response" | "restoration" | "ola" | "provider";
  site: string;
  group: string | null;
  targets: Record<string, { seconds: number; calendar: string }>;
  calendar: string;
  pause: { statuses: string[]; reasons: string[] | null };
  policy: string;
  reading: string;
  tolerance: number;
  triageDelay: number;
}

/** Whether a second (UTC) is open in a calendar of a site. */
export type IsOpen = (calendar: string, site: string, second: number) => boolean;

interface State {
  from: number;
  to: number;
  status: string;
  reason: string;
  priority: string;
  group: string;
  provider: string;
}

interface Spell {
  from: number;
  to: number | null;
  status: string;
  windowEnds: number;
}

interface Life {
  cycle: number;
  stint: number;
  spans: { from: number; to: number }[];
  start: number;
  stop: number | null;
  firstStop: number | null;
  isCancelled: boolean;
  windowEnds: number;
  holder: string;
  reopenings: number;
}

export interface OracleVerdict {
  key: string;
  elapsed: number;
  due: number | null;
  breach: number | null;
  verdict: string;
  in_force: number | null;
  final: number | null;
  original: number | null;
  proportional: number | null;
  restart: number | null;
  cumulative: boolean;
  first: boolean;
  continuous: boolean;
}

const ENDED = ["resolved", "closed", "cancelled"];

function replay(ticket: OracleTicket, through: number): State[] {
  const told = ticket.events
    .map((event) => ({ ...event, second: Math.max(event.second, ticket.opened) }))
    .toSorted((a, b) => a.second - b.second || a.sequence - b.sequence);
  const events = told.filter(({ second }) => second <= through);
  // What an event was changed from is known even where it lies beyond the data.
  const first = (field: string, fallback: string) =>
    told.find((event) => event.field === field)?.from ?? fallback;
  let state: State = {
    from: ticket.opened,
    to: through,
    status: "new",
    reason: "",
    priority: first("priority", ticket.priority),
    group: first("assignment_group", ticket.group),
    provider: first("provider", ticket.provider),
  };
  const states: State[] = [];
  for (const event of events) {
    states.push({ ...state, to: event.second });
    state = { ...state, from: event.second };
    if (event.field === "status") {
      state.status = event.to;
      state.reason = event.to === "on_hold" ? event.holdReason : "";
    } else if (event.field === "priority") state.priority = event.to;
    else if (event.field === "assignment_group") state.group = event.to;
    else if (event.field === "provider") state.provider = event.to;
  }
  states.push({ ...state, to: through });
  return states;
}

function spellsOf(states: State[], windowEnd: (second: number) => number): Spell[] {
  const spells: Spell[] = [];
  let open: number | null = states[0]!.from;
  for (const { from, status } of states) {
    const isEnded = ENDED.includes(status);
    if (open !== null && isEnded) {
      spells.push({
        from: open,
        to: from,
        status,
        windowEnds: status === "cancelled" ? 0 : windowEnd(from),
      });
      open = null;
    } else if (open === null && !isEnded) open = from;
  }
  if (open !== null) spells.push({ from: open, to: null, status: "", windowEnds: 0 });
  return spells;
}

function cyclesOf(spells: Spell[]): Spell[][] {
  const cycles: Spell[][] = [];
  for (const spell of spells) {
    const before = cycles.at(-1)?.at(-1);
    if (before && (before.status === "cancelled" || spell.from < before.windowEnds))
      cycles.at(-1)!.push(spell);
    else cycles.push([spell]);
  }
  return cycles;
}

/** First acts of a person other than the requester, and when the ticket was taken over. */
function acts(ticket: OracleTicket, through: number) {
  let status = "new";
  let assignee = "";
  let response: number | null = null;
  let takenOver: number | null = null;
  const events = ticket.events
    .map((event) => ({ ...event, second: Math.max(event.second, ticket.opened) }))
    .filter(({ second }) => second <= through)
    .toSorted((a, b) => a.second - b.second || a.sequence - b.sequence);
  for (const { second, field, to, actor } of events) {
    const leaves = field === "status" && status === "new" && to !== "new";
    const owns = field === "assignee" && assignee === "" && to !== "";
    if (field === "status") status = to;
    if (field === "assignee") assignee = to;
    if (actor !== "agent") continue;
    if (leaves || owns) takenOver ??= second;
    if (leaves || owns || field === "comment") response ??= second;
  }
  return { response, takenOver, knowsActor: events.length > 0 };
}

const least = (...values: (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
};

function livesOf(
  clock: OracleCommitment["clock"],
  ticket: OracleTicket,
  states: State[],
  cycles: Spell[][],
  through: number,
): Life[] {
  const first = cycles[0]![0]!;
  if (clock === "response") {
    const { response } = acts(ticket, through);
    const stop = least(response, first.to);
    return [
      {
        cycle: 1,
        stint: 1,
        spans: [{ from: ticket.opened, to: stop ?? through }],
        start: ticket.opened,
        stop,
        firstStop: stop,
        isCancelled: first.status === "cancelled" && first.to === stop,
        windowEnds: 0,
        holder: "",
        reopenings: 0,
      },
    ];
  }
  return cycles.flatMap((spells, index): Life[] => {
    const last = spells.at(-1)!;
    const whole: Life = {
      cycle: index + 1,
      stint: 1,
      spans: spells.map(({ from, to }) => ({ from, to: to ?? through })),
      start: spells[0]!.from,
      stop: last.to,
      firstStop: spells[0]!.to,
      isCancelled: last.status === "cancelled",
      windowEnds: last.windowEnds,
      holder: "",
      reopenings: spells.length - 1,
    };
    if (clock === "resolution") return [whole];
    if (clock === "restoration") {
      const isRestored =
        ticket.restored !== null &&
        ticket.restored >= last.from &&
        ticket.restored <= (last.to ?? through);
      const stop = isRestored ? ticket.restored : last.to;
      return [
        {
          ...whole,
          spans: whole.spans.map(({ from, to }) => ({ from, to: Math.min(to, stop ?? to) })),
          stop,
          firstStop: spells.length > 1 ? spells[0]!.to : stop,
          isCancelled: !isRestored && last.status === "cancelled",
          windowEnds: last.to === null ? Infinity : last.windowEnds,
        },
      ];
    }
    return stintsOf(clock, states, whole);
  });
}

function stintsOf(clock: string, states: State[], cycle: Life): Life[] {
  const pieces = states.flatMap((state) =>
    cycle.spans.flatMap((span) => {
      const from = Math.max(state.from, span.from);
      const to = Math.min(state.to, span.to);
      return to > from
        ? [{ from, to, holder: clock === "ola" ? state.group : state.provider }]
        : [];
    }),
  );
  const runs: (typeof pieces)[] = [];
  for (const piece of pieces) {
    if (runs.at(-1)?.[0]!.holder === piece.holder) runs.at(-1)!.push(piece);
    else runs.push([piece]);
  }
  let stint = 0;
  return runs.flatMap((run, index): Life[] => {
    const { holder } = run[0]!;
    if (holder === "") return [];
    stint += 1;
    const isLast = index === runs.length - 1;
    const spans: { from: number; to: number }[] = [];
    for (const { from, to } of run) {
      const before = spans.at(-1);
      if (before?.to === from) before.to = to;
      else spans.push({ from, to });
    }
    const stop = isLast ? cycle.stop : run.at(-1)!.to;
    return [
      {
        ...cycle,
        stint,
        spans,
        start: run[0]!.from,
        stop,
        firstStop: spans.length > 1 ? spans[0]!.to : stop,
        isCancelled: isLast && cycle.isCancelled,
        windowEnds: isLast ? cycle.windowEnds : 0,
        holder,
        reopenings: spans.length - 1,
      },
    ];
  });
}

interface Piece {
  from: number;
  to: number;
  isRunning: boolean;
  priority: string;
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

/** Steps through the pieces of one clock, under every policy at once. */
function step(commitment: OracleCommitment, site: string, pieces: Piece[], isOpen: IsOpen) {
  const { targets, tolerance, policy } = commitment;
  const limitOf = (priority: string): number | null =>
    targets[priority] ? targets[priority].seconds + tolerance : null;
  const calendarOf = (priority: string): string =>
    targets[priority]?.calendar ?? commitment.calendar;
  const priorities = [...new Set(pieces.map(({ priority }) => priority))];
  const calendars = [...new Set(priorities.map(calendarOf))];
  const counted = new Map(calendars.map((calendar) => [calendar, 0]));
  const exceeded = new Map<string, number>();
  const multipleOf = (bounds: number[]): bigint =>
    bounds.map(BigInt).reduce((a, b) => (a / gcd(a, b)) * b, 1n);
  const multiple = multipleOf(priorities.flatMap((priority) => limitOf(priority) ?? []));
  const targetMultiple = multipleOf(
    priorities.flatMap((priority) => targets[priority]?.seconds ?? []),
  );
  const first = pieces[0]!.priority;
  const last = pieces.at(-1)!.priority;
  const judging = policy === "original" ? first : last;
  const breaches: Record<string, number | null> = {
    in_force: null,
    proportional: null,
    restart: null,
  };
  let units = 0n;
  let targetUnits = 0n;
  let restarted = 0;
  let restartedDue: number | null = null;
  let unitsDue: number | null = null;
  let due: number | null = null;
  let previous = first;

  const advance = (priority: string, second: number, seconds: number) => {
    const own = isOpen(calendarOf(priority), site, second);
    const limit = limitOf(priority);
    for (const calendar of calendars)
      if (isOpen(calendar, site, second)) counted.set(calendar, counted.get(calendar)! + seconds);
    for (const each of priorities) {
      const bound = limitOf(each);
      if (bound !== null && !exceeded.has(each) && counted.get(calendarOf(each))! > bound)
        exceeded.set(each, second);
    }
    if (own && limit !== null) {
      if (counted.get(calendarOf(priority))! > limit) breaches["in_force"] ??= second;
      const before = targetUnits;
      targetUnits += (BigInt(seconds) * targetMultiple) / BigInt(limit - tolerance);
      units += (BigInt(seconds) * multiple) / BigInt(limit);
      if (units > multiple) breaches["proportional"] ??= second;
      if (before < targetMultiple && targetUnits >= targetMultiple) unitsDue ??= second + seconds;
    }
    if (own) restarted += seconds;
    if (own && limit !== null && restarted > limit) breaches["restart"] ??= second;
    if (own && limit !== null && restarted >= targets[priority]!.seconds)
      restartedDue ??= second + seconds;
    const aim = targets[judging];
    if (aim && counted.get(aim.calendar)! >= aim.seconds) due ??= second + seconds;
  };

  /** Whether anything may be reached within so many seconds: then they are taken one by one. */
  const isNear = (priority: string, seconds: number): boolean => {
    const near = (count: number, bound: number) => count <= bound && count + seconds >= bound;
    const limit = limitOf(priority);
    const share = limit === null ? 0n : (BigInt(seconds) * multiple) / BigInt(limit);
    const targetShare =
      limit === null ? 0n : (BigInt(seconds) * targetMultiple) / BigInt(limit - tolerance);
    return (
      priorities.some((each) => {
        const bound = limitOf(each);
        const target = targets[each];
        const count = counted.get(calendarOf(each))!;
        return bound !== null && (near(count, bound) || near(count, target!.seconds));
      }) ||
      (limit !== null && (near(restarted, limit) || near(restarted, limit - tolerance))) ||
      (units <= multiple && units + share >= multiple) ||
      (targetUnits <= targetMultiple && targetUnits + targetShare >= targetMultiple)
    );
  };

  const run = (priority: string, from: number, to: number, until: () => boolean) => {
    for (let second = from; second < to && !until();) {
      const seconds = Math.min(60 - (second % 60), to - second);
      if (seconds === 1 || !isNear(priority, seconds)) {
        advance(priority, second, seconds);
        second += seconds;
      } else {
        for (let one = 0; one < seconds; one += 1) advance(priority, second + one, 1);
        second += seconds;
      }
    }
  };

  for (const { from, to, isRunning, priority } of pieces) {
    if (priority !== previous) {
      restarted = 0;
      restartedDue = null;
      previous = priority;
    }
    if (!isRunning || to === from) continue;
    const limit = limitOf(priority);
    if (limit !== null && counted.get(calendarOf(priority))! > limit) breaches["in_force"] ??= from;
    run(priority, from, to, () => false);
  }
  const elapsed = counted.get(calendarOf(judging))!;
  const found = {
    ...breaches,
    final: exceeded.get(last) ?? null,
    original: exceeded.get(first) ?? null,
  } as Record<"in_force" | "final" | "original" | "proportional" | "restart", number | null>;
  const end = pieces.at(-1)!;
  const dueOf = () =>
    policy === "restart" ? restartedDue : policy === "proportional" ? unitsDue : due;
  const canProject =
    policy === "original" ? targets[first] : policy === "proportional" ? true : targets[last];
  if (dueOf() === null && end.isRunning && canProject && targets[last])
    run(last, end.to, end.to + 150 * 86_400, () => dueOf() !== null);
  if (dueOf() === null && end.isRunning && policy === "original" && canProject && !targets[last])
    run(last, end.to, end.to + 150 * 86_400, () => dueOf() !== null);
  return { ...found, elapsed, due: dueOf(), hasTarget: targets[judging] !== undefined };
}

/** Verdicts of every clock of a ticket, in the order of their keys. */
export function judge(
  ticket: OracleTicket,
  commitments: readonly OracleCommitment[],
  isOpen: IsOpen,
  through: number,
  windowEnd: (second: number) => number,
): OracleVerdict[] {
  const states = replay(ticket, through);
  const cyclesIn = (hours: number | null): Spell[][] =>
    cyclesOf(spellsOf(states, hours === null ? windowEnd : (second) => second + hours * 3600));
  const cycles = cyclesIn(null);
  const { takenOver } = acts(ticket, through);
  const settledAt = least(takenOver, cycles[0]![0]!.to) ?? Infinity;
  const groupAt = (state: State): string =>
    state.from < settledAt ? states.findLast(({ from }) => from <= settledAt)!.group : state.group;
  const clocks = [...new Set(commitments.map(({ clock }) => clock))];
  const windows = [...new Set(commitments.map(({ reopenHours }) => reopenHours))];
  return clocks
    .flatMap((clock) => windows.map((hours) => ({ clock, hours })))
    .flatMap(({ clock, hours }) =>
      livesOf(clock, ticket, states, cyclesIn(hours), through).flatMap((life) => {
        const isStint = clock === "ola" || clock === "provider";
        const until = life.stop ?? through;
        const inside = states.filter(({ from, to }) =>
          until > life.start
            ? from < until && to > life.start && to > from
            : from <= life.start && (to > life.start || to === through),
        );
        const chosen = inside.map((state) => {
          const group = isStint ? state.group : groupAt(state);
          const own = commitments.filter(
            (one) =>
              one.clock === clock &&
              one.site === ticket.site &&
              (one.group === null || one.group === group),
          );
          return {
            to: Math.min(state.to, until),
            commitment: own.find((one) => one.group !== null) ?? own[0],
          };
        });
        const ids = [...new Set(chosen.flatMap(({ commitment }) => commitment ?? []))];
        return ids.flatMap((commitment) => {
          if (commitment.reopenHours !== hours) return [];
          const isDetached = chosen.at(-1)!.commitment !== commitment;
          const left = Math.max(
            ...chosen.filter((one) => one.commitment === commitment).map(({ to }) => to),
          );
          if (isDetached && left <= life.start) return [];
          const own = isDetached
            ? {
                ...life,
                stop: left,
                firstStop: Math.min(left, life.firstStop ?? left),
                isCancelled: false,
                windowEnds: 0,
                reopenings: 0,
              }
            : life;
          return [
            judgeOne(ticket, commitment, own, isDetached, states, settledAt, isOpen, through),
          ];
        });
      }),
    )
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function judgeOne(
  ticket: OracleTicket,
  commitment: OracleCommitment,
  life: Life,
  isDetached: boolean,
  states: State[],
  settledAt: number,
  isOpen: IsOpen,
  through: number,
): OracleVerdict {
  const triageEnds = Math.max(
    settledAt === Infinity ? through : settledAt,
    ticket.opened + commitment.triageDelay,
  );
  const triaged = states.findLast(({ from }) => from <= triageEnds)!.priority;
  const pauses = ({ status, reason }: State): boolean =>
    commitment.pause.statuses.includes(status) &&
    (commitment.pause.reasons?.includes(reason) ?? true) &&
    !(commitment.clock === "provider" && reason === "awaiting_provider");
  const stopIn = (reading: string) => (reading === "first" ? life.firstStop : life.stop);
  const stepIn = (reading: string) => {
    const until = stopIn(reading) ?? through;
    const spans = reading === "continuous" ? [{ from: life.start, to: until }] : life.spans;
    const piece = (state: State, from: number, to: number): Piece => ({
      from,
      to,
      isRunning: !pauses(state),
      priority: state.from < triageEnds ? triaged : state.priority,
    });
    const pieces = states.flatMap((state) =>
      spans.flatMap((span) => {
        const from = Math.max(state.from, span.from);
        const to = Math.min(state.to, span.to, until);
        return to > from ? [piece(state, from, to)] : [];
      }),
    );
    const instant = states.findLast(({ from }) => from <= life.start)!;
    return step(
      commitment,
      ticket.site,
      pieces.length > 0 ? pieces : [piece(instant, life.start, life.start)],
      isOpen,
    );
  };
  const { policy, reading } = commitment;
  const own = stepIn(reading);
  const breach = own[policy as "in_force"];
  const isBreached = (other: string): boolean =>
    (life.reopenings === 0 ? breach : stepIn(other)[policy as "in_force"]) !== null;
  const stop = stopIn(reading);
  const verdict =
    breach !== null
      ? "breached"
      : life.isCancelled
        ? "cancelled"
        : isDetached
          ? "detached"
          : !own.hasTarget
            ? "not_computable"
            : stop === null
              ? "running"
              : reading !== "first" && life.windowEnds > through
                ? "provisional"
                : "met";
  return {
    key: `${ticket.id} ${commitment.id} ${life.cycle} ${life.stint}`,
    elapsed: own.elapsed,
    due: (life.isCancelled || isDetached) && breach === null ? null : own.due,
    breach,
    verdict,
    in_force: own.in_force,
    final: own.final,
    original: own.original,
    proportional: own.proportional,
    restart: own.restart,
    cumulative: isBreached("cumulative"),
    first: isBreached("first"),
    continuous: isBreached("continuous"),
  };
}
