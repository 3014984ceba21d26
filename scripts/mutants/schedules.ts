import type { Mutant } from "./mutant.ts";

const clocks = ["schedule/daylight-saving.test.ts"] as const;
const compiling = { file: "schedule/compile-schedule.ts", tests: clocks } as const;
const rows = { package: "store", tests: ["packages/runtime/src/schedules/schedules.integration.test.ts"] } as const;

export const scheduleMutants: readonly Mutant[] = [
  {
    ...compiling,
    what: "a time that the clocks leave out is lost",
    before: "const gaps = anyHour ? [] : changes.filter((change) => losesAny(entry, change));",
    after: "const gaps = changes.filter((change) => change.atMs < 0);",
  },
  {
    file: "schedule/fires.ts",
    tests: clocks,
    what: "an hour that comes twice fires twice",
    before: "held.push(...(refusesRepetition ? instants.slice(0, 1) : instants));",
    after: "held.push(...instants);",
  },
  {
    file: "schedule/cron.ts",
    tests: ["schedule/cron.test.ts"],
    what: "two restricted day fields are taken for one or the other",
    before: 'if (parts[2] !== "*" && parts[4] !== "*")',
    after: "if (parts.length > 9)",
  },
  {
    package: "runtime",
    file: "schedules/tick.ts",
    tests: ["schedules/ticks.integration.test.ts"],
    what: "a nominal time that comes again starts a second run",
    before:
      "const recorded = await recordDecision(db, {\n    ...decision,\n    onceKey: onceFor.tick(row.id, nominalAt),",
    after:
      "const recorded = await recordDecision(db, {\n    ...decision,\n    onceKey: `${onceFor.tick(row.id, nominalAt)} ${Math.random()}`,",
  },
  {
    ...rows,
    file: "schedule-bindings.ts",
    what: "publishing leaves a schedule active whose payload does not fit",
    before: '} else if (state === "active") {',
    after: '} else if (state === "completed") {',
  },
];
