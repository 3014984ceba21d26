import type { Json } from "../values/json.ts";
import { buildProgram, x } from "./build-program.ts";
import type { StepSource } from "./build-program.ts";
import { chance, generatedActions } from "./generate.ts";
import { promisedOf } from "./model-agreement.ts";
import type { ModelCase } from "./model-agreement.ts";
import { allSteps, listsOf, mapLists, mapSteps, renameVariable } from "./step-lists.ts";
import { run } from "./world.ts";
import type { Ran, WorldOptions } from "./world.ts";

/*
 * What must stay as it is when a definition or its world is changed in a way that means nothing. Each law makes two cases of one:
 * both are run by the interpreter, and what is promised of the runs is compared.
 */

export interface Law {
  readonly name: string;
  /** Undefined where the law says nothing of the case. The choice of place, time and kind is by `random`. */
  pair(from: ModelCase, random: () => number): Pair | undefined;
}

interface Pair {
  readonly given: ModelCase;
  readonly changed: ModelCase;
  /** The promises as they can be compared; left out: all of them, as they are. */
  readonly compared?: (promises: Promises) => unknown;
  /** What of the changed run's promises is owed to the change alone, taken back. */
  readonly back?: (promises: Promises) => Promises;
  /** Beside the promises also the journal and the state, to the letter. */
  readonly exactly?: true;
}

interface Promises {
  readonly trace: readonly string[];
  readonly outcome?: { readonly status: string; readonly error?: { readonly code: string } };
  readonly vars: { readonly [name: string]: Json };
  readonly effects: readonly Placed[];
  readonly children: readonly Placed[];
  readonly [other: string]: unknown;
}

interface Placed {
  readonly stepId: string;
}

/** The two sides of a law that a case breaks, as texts. */
export interface Broken {
  readonly given: string;
  readonly changed: string;
  readonly changedCase: ModelCase;
}

/** @returns undefined where the law holds, or says nothing of the case */
export function lawBroken(law: Law, from: ModelCase, seed: number): Broken | undefined {
  const pair = law.pair(from, chance(seed));
  if (pair === undefined) return undefined;
  const { given, changed, compared = (promises) => promises, back = (promises) => promises } = pair;
  const [one, other] = [ranOf(given), ranOf(changed)];
  const texts = {
    given: text(compared(promisesOf(one))),
    changed: text(compared(back(promisesOf(other)))),
  };
  if (pair.exactly === true) {
    texts.given += text([one.journal, one.state]);
    texts.changed += text([other.journal, other.state]);
  }
  return texts.given === texts.changed ? undefined : { ...texts, changedCase: changed };
}

function ranOf({ steps, semantics, world }: ModelCase): Ran {
  return run(buildProgram(steps, { semantics, actions: generatedActions }), world);
}

function promisesOf(ran: Ran): Promises {
  return JSON.parse(JSON.stringify(promisedOf(ran))) as Promises;
}

/** JSON with the keys of objects in order. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

function withWorld(from: ModelCase, world: Partial<WorldOptions>): ModelCase {
  return { ...from, world: { ...from.world, ...world } };
}

/** The case with many waits, and many events for them: those of the case alone seldom meet. */
function withWaits(from: ModelCase, random: () => number): ModelCase {
  let waits = 0;
  const wait = (): StepSource => {
    waits += 1;
    const own = {
      id: `wait${waits}`,
      type: "event.wait",
      event: pick(random, ["e1", "e2"]),
      correlationKey: "key",
      timeoutMs: pick(random, [0, 20, 60]),
      saveAs: `vars.taken${waits}`,
    };
    return { id: `guardwait${waits}`, type: "control.tryCatch", try: [own], catch: [] };
  };
  const steps = mapLists(from.steps, "root.steps", (list) =>
    list.path === "root.steps" || random() < 0.3
      ? list.steps.toSpliced(Math.floor(random() * (list.steps.length + 1)), 0, wait(), wait())
      : list.steps,
  );
  const more = Array.from({ length: 6 }, () => ({
    atMs: Math.floor(random() * 60),
    event: { name: pick(random, ["e1", "e2"]), payload: { n: Math.floor(random() * 5) } },
  }));
  const { cancelAtMs, ...world } = from.world;
  const kept = cancelAtMs === undefined || random() < 0.7 ? {} : { cancelAtMs };
  return { ...from, steps, world: { ...world, ...kept, events: [...(world.events ?? []), ...more] } };
}

const duplicatedEvent: Law = {
  name: "an event that comes twice changes nothing",
  pair(plain, random) {
    const from = withWaits(plain, random);
    const events = uniqueEvents(from.world);
    const i = Math.floor(random() * events.length);
    const original = events[i] as WorldEvent;
    // An inbox event that no wait took is not remembered by the run: its repetition is the inbox's to refuse.
    const laterMs = original.event.inbox === true || random() < 0.4 ? 0 : Math.floor(random() * 60);
    const receivedAt = `2031-01-01T00:00:00.${`${original.atMs}`.padStart(3, "0")}Z`;
    const event = { ...original.event, receivedAt };
    const twice = { atMs: original.atMs + laterMs, event };
    const base = events.with(i, { atMs: original.atMs, event });
    return {
      given: withWorld(from, { events: base }),
      changed: withWorld(from, { events: base.toSpliced(i + 1, 0, twice) }),
    };
  },
};

type WorldEvent = NonNullable<WorldOptions["events"]>[number];

function uniqueEvents(world: WorldOptions): WorldEvent[] {
  return (world.events ?? []).map(({ atMs, event }, i) => ({ atMs, event: { ...event, id: `event-${i}` } }));
}

/** Two events of different names at one moment, in either order. */
function swappedEvents(
  from: ModelCase,
  random: () => number,
): { readonly given: readonly WorldEvent[]; readonly changed: readonly WorldEvent[] } {
  // Past the inbox: the run itself keeps what no wait takes at once, in whichever order it comes.
  const events = uniqueEvents(from.world).map(({ atMs, event }) => ({ atMs, event: { ...event, inbox: false } }));
  const atMs = Math.floor(random() * 60);
  const one = { atMs, event: { id: "one", name: "e1", payload: { n: 1 } } };
  const other = { atMs, event: { id: "other", name: "e2", payload: { n: 3 } } };
  return { given: [one, other, ...events], changed: [other, one, ...events] };
}

const swappedInLine: Law = {
  name: "two events of different names at one moment may come in either order, for a run that waits for one thing at a time",
  pair(plain, random) {
    const from = withWaits(plain, random);
    const steps = mapSteps(from.steps, (step) => {
      if (step.type === "control.forEach") return { ...step, concurrency: 1 };
      if (step.type !== "control.parallel") return step;
      const [first] = step["branches"] as readonly { readonly steps: readonly StepSource[] }[];
      return { id: step.id, type: "control.tryCatch", try: first?.steps ?? [], finally: [] };
    });
    const { given, changed } = swappedEvents(from, random);
    const alone = { ...from, steps };
    return { given: withWorld(alone, { events: given }), changed: withWorld(alone, { events: changed }) };
  },
};

const swappedInBranches: Law = {
  name: "two events of different names at one moment may come in either order, where branches of their own wait for them",
  pair(plain, random) {
    const from = withWaits(plain, random);
    const half = Math.ceil(from.steps.length / 2);
    const steps: StepSource[] = [
      {
        id: "both",
        type: "control.parallel",
        completion: "all",
        branches: [
          { id: "one", steps: ownBranch(from.steps.slice(0, half), "e1", "one") },
          { id: "other", steps: ownBranch(from.steps.slice(half), "e2", "other") },
        ],
      },
    ];
    const { given, changed } = swappedEvents(from, random);
    const tasks = allSteps(steps).filter(({ type }) => type === "human.task");
    const world: Partial<WorldOptions> = {
      // What both branches share of a world: its quota, and the task that is answered first.
      hold: () => false,
      answers:
        tasks.length === 0
          ? []
          : (from.world.answers ?? []).map((answer) => ({ ...answer, stepId: pick(random, tasks).id })),
    };
    const both = withWorld({ ...from, steps }, world);
    return {
      given: withWorld(both, { events: given }),
      changed: withWorld(both, { events: changed }),
      compared: byBranch,
    };
  },
};

/** Steps that share nothing with the other branch: names, business state, the payload, the end of the run. */
function ownBranch(steps: readonly StepSource[], event: string, branch: string): readonly StepSource[] {
  let own = mapSteps(steps, (step) => {
    switch (step.type) {
      case "event.wait":
        return { ...step, event };
      case "state.set":
        return { id: step.id, type: "transform.assign", assign: { c: step["state"] } };
      case "control.return":
        return { id: step.id, type: "transform.assign", assign: { c: step["output"] ?? null } };
      default:
        return step;
    }
  });
  const taken = allSteps(own).flatMap(({ id }) => (id.startsWith("wait") ? [`taken${id.slice("wait".length)}`] : []));
  for (const name of ["a", "b", "c", "o", "log", ...taken]) own = renameVariable(own, name, `${name}_${branch}`);
  own = JSON.parse(JSON.stringify(own).replaceAll("payload.n", `payload.${branch}`)) as StepSource[];
  return [{ id: `guard-${branch}`, type: "control.tryCatch", try: own, catch: [] }];
}

/** What each of the branches did, in its own order. */
function byBranch(promises: Promises): unknown {
  const byStep = (placed: readonly Placed[]): Placed[] =>
    placed.toSorted((a, b) => (a.stepId < b.stepId ? -1 : a.stepId > b.stepId ? 1 : 0));
  const byId = (line: string): string => line.split(/[ [(]/, 1)[0] as string;
  const { outcome, ...others } = promises;
  return {
    ...others,
    trace: promises.trace.toSorted((a, b) => (byId(a) < byId(b) ? -1 : byId(a) > byId(b) ? 1 : 0)),
    effects: byStep(promises.effects),
    children: byStep(promises.children),
    outcome: outcome?.status,
  };
}

const noOps: readonly ((id: string) => StepSource)[] = [
  (id) => ({ id, type: "transform.assign", assign: { unused: 1 } }),
  (id) => ({ id, type: "control.if", condition: x("payload.missing"), then: [] }),
  (id) => ({ id, type: "control.forEach", items: [], body: [] }),
  (id) => ({ id, type: "control.tryCatch", try: [], finally: [] }),
  (id) => ({ id, type: "action.call", action: "test.once@1", input: {}, disabled: true }),
  (id) => ({ id, type: "control.switch", cases: [{ when: false, steps: [] }] }),
  (id) => ({ id, type: "control.saga", body: [] }),
];

const insertedStep: Law = {
  name: "a step that does nothing changes nothing, wherever it stands",
  pair(from, random) {
    const place = pick(random, listsOf(from.steps));
    const at = Math.floor(random() * (place.steps.length + 1));
    const added = pick(random, noOps)("noop");
    const steps = mapLists(from.steps, "root.steps", (list) =>
      list.path === place.path ? list.steps.toSpliced(at, 0, added) : list.steps,
    );
    const moved = new RegExp(`${literally(place.path)}\\[(\\d+)\\]`, "g");
    return {
      given: from,
      changed: { ...from, steps },
      back: (promises) => {
        const back = replaced(promises, (all) =>
          all.replace(moved, (_, index: string) => `${place.path}[${+index > at ? +index - 1 : index}]`),
        );
        const { unused: _, ...vars } = back.vars;
        return { ...back, vars, trace: back.trace.filter((line) => !/^noop[ [(]/.test(line)) };
      },
    };
  },
};

const wrappings: readonly ((step: StepSource) => StepSource)[] = [
  (step) => ({ id: "wrap", type: "control.tryCatch", try: [step], finally: [] }),
  (step) => ({ id: "wrap", type: "control.tryCatch", try: [step], catchOn: ["NEVER_RAISED"], catch: [] }),
  (step) => ({ id: "wrap", type: "control.if", condition: true, then: [step] }),
  (step) => ({ id: "wrap", type: "control.saga", body: [step] }),
];

const wrappedStep: Law = {
  name: "a step in a block that catches nothing does what it does without",
  pair(from, random) {
    const place = pick(
      random,
      listsOf(from.steps).filter(({ steps }) => steps.length > 0),
    );
    if (place === undefined) return undefined;
    const at = Math.floor(random() * place.steps.length);
    const wrapped = place.steps[at] as StepSource;
    // A saga undoes what was done in it, and leaves undone what an outer one would have undone.
    const canUndo = allSteps([wrapped]).some(({ compensate }) => compensate !== undefined);
    const wrap = pick(random, canUndo ? wrappings.slice(0, -1) : wrappings);
    const steps = mapLists(from.steps, "root.steps", (list) =>
      list.path === place.path ? list.steps.with(at, wrap(list.steps[at] as StepSource)) : list.steps,
    );
    const own = `${place.path}[${at}]`;
    const deeper = new RegExp(`${literally(own)}\\.(try|then|body)\\.steps\\[0\\]`, "g");
    return {
      given: from,
      changed: { ...from, steps },
      back: (promises) => {
        const back = replaced(promises, (all) => all.replace(deeper, own));
        return { ...back, trace: back.trace.filter((line) => !/^wrap[ [(]/.test(line)) };
      },
    };
  },
};

const raisedAgain: Law = {
  name: "a step whose errors are caught and raised again fails as it does without",
  pair(from, random) {
    if (from.steps.length === 0) return undefined;
    // At the outermost, where nothing asks for the category of an error, which a raise changes.
    const at = Math.floor(random() * from.steps.length);
    const again = { id: "again", type: "control.raise", code: x("error.code"), message: "again" };
    const step = from.steps[at] as StepSource;
    const steps = from.steps.with(at, { id: "wrap", type: "control.tryCatch", try: [step], catch: [again] });
    const own = `root.steps[${at}]`;
    return {
      given: from,
      changed: { ...from, steps },
      compared: ({ outcome, ...others }) => ({ ...others, outcome: [outcome?.status, outcome?.error?.code] }),
      back: (promises) => {
        const back = replaced(promises, (all) => all.replaceAll(`${own}.try.steps[0]`, own));
        return { ...back, trace: back.trace.filter((line) => !/^(wrap|again)[ [(]/.test(line)) };
      },
    };
  },
};

const renamedVariable: Law = {
  name: "a variable under another name changes nothing but the name",
  pair(from, random) {
    const name = pick(random, ["a", "b", "c", "o", "log", "it"]);
    const to = `${name}Renamed`;
    return {
      given: from,
      changed: { ...from, steps: renameVariable(from.steps, name, to) },
      back: (promises) => {
        // Errors of what is collected stand beside it, under its name.
        const names: Record<string, string> = { [to]: name, [`${to}Errors`]: `${name}Errors` };
        const vars = Object.entries(promises.vars).map(([key, value]) => [names[key] ?? key, value]);
        return { ...promises, vars: Object.fromEntries(vars) as Promises["vars"] };
      },
    };
  },
};

const serialisedState: Law = {
  name: "a state that is put away as JSON between any two events goes on as if it had not been",
  pair: (from) => ({
    given: from,
    changed: withWorld(from, { checkpoint: (state) => JSON.parse(JSON.stringify(state)) as typeof state }),
    exactly: true,
  }),
};

export const laws: readonly Law[] = [
  duplicatedEvent,
  swappedInLine,
  swappedInBranches,
  insertedStep,
  wrappedStep,
  raisedAgain,
  renamedVariable,
  serialisedState,
];

function replaced(promises: Promises, change: (all: string) => string): Promises {
  return JSON.parse(change(JSON.stringify(promises))) as Promises;
}

function literally(path: string): string {
  return path.replace(/[.[\]]/g, String.raw`\$&`);
}
