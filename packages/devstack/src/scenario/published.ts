// What the tenant of a scenario has: its workflow, those that it calls, and its calendars and forms.
import type { BusinessCalendar, CalendarDefinition, Json, Program } from "@mainspring/core";
import { compileDefinition, parseDefinition } from "@mainspring/core/compile";
import type { ActionEntry } from "@mainspring/core/compile";
import { createTenant, insertVersion, insertWorkflow, putCalendar, putForm } from "@mainspring/store";
import type { Store, TenantDb } from "@mainspring/store";
import type { RealCase } from "./real-scenarios.ts";

/** Asked by the stand-in of a called workflow of which the scenario says what it gives. */
export const childAnswer: ActionEntry = {
  id: "scenario.child@1",
  effect: "none",
  execution: "remote",
  batch: false,
  timeoutMs: 86_400_000,
  inputSchema: {},
  outputSchema: {},
};
/** The step of a stand-in that asks. */
export const standInStepId = "stand-in";

/** A tenant of the scenario's own, so that no event of another one is found. */
export async function publishedFor(store: Store, { program, scenario }: RealCase): Promise<string> {
  const { id } = await store.platform((db) => createTenant(db, { name: scenario.name }));
  await store.tenant(id, async (db) => {
    await publish(db, program);
    for (const [key, called] of Object.entries(scenario.workflows)) {
      if (key !== program.workflow)
        await publish(db, called.program === undefined || called.mock !== undefined ? standInOf(key) : called.program);
    }
    for (const [name, calendar] of Object.entries(scenario.calendars ?? {}))
      await putCalendar(db, { name, document: definitionOf(calendar) });
    for (const [name, schema] of Object.entries(scenario.forms ?? {}))
      await putForm(db, { name, title: name, schema, by: "scenario" });
  });
  return id;
}

async function publish(db: TenantDb, program: Program): Promise<void> {
  const document = program as unknown as Json;
  const { workflow, definitionHash, programHash, semantics, payloadSchema } = program;
  await insertWorkflow(db, { key: workflow, name: workflow, document });
  const version = { workflowKey: workflow, document, program: document, definitionHash, programHash, semantics };
  await insertVersion(db, { ...version, payloadSchema });
}

/** A workflow that gives what the scenario says. */
function standInOf(key: string): Program {
  const steps = [
    { id: standInStepId, type: "action.call", action: childAnswer.id, input: {}, saveAs: "given" },
    { id: "done", type: "control.return", output: { $expr: "vars.given" } },
  ];
  const parsed = parseDefinition({ workflow: key, steps });
  const compiled =
    "definition" in parsed ? compileDefinition(parsed.definition, { actions: [childAnswer] }).program : undefined;
  if (compiled === undefined) throw new Error(`no stand-in of ${key} can be made`);
  return compiled;
}

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** As people write it. */
function definitionOf({ zone, week, dates }: BusinessCalendar): CalendarDefinition {
  const hours = (open: readonly (readonly [number, number])[]): string[] =>
    open.map(([from, to]) => `${clock(from)}-${clock(to)}`);
  return {
    zone,
    week: Object.fromEntries(week.flatMap((open, day) => (open.length === 0 ? [] : [[days[day], hours(open)]]))),
    exceptions: Object.fromEntries(Object.entries(dates).map(([date, open]) => [date, hours(open)])),
  };
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
