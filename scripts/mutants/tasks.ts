import type { Mutant } from "./mutant.ts";

const tests = ["workflow/tasks.integration.test.ts"] as const;
const races = ["workflow/task-races.integration.test.ts"] as const;
const shell = { package: "runtime", file: "workflow/tasks.ts", tests } as const;
const answering = { package: "runtime", file: "tasks/answer-task.ts", tests: races } as const;
const rows = { package: "store", tests: ["tasks.integration.test.ts"] } as const;

export const taskMutants: readonly Mutant[] = [
  {
    ...shell,
    tests: races,
    what: "an answer that came second is told that it was accepted",
    before: 'told.data?.reason === "answer-invalid" ? "invalid" : "closed"',
    after: '"accepted"',
  },
  {
    ...shell,
    what: "an answer reaches the run whatever its form says",
    before: 'if (issues.length > 0) throw this.#refusal("ANSWER_INVALID", issues);',
    after: "",
  },
  {
    ...shell,
    what: "a signal may override",
    before: "shell.arrive(taskAnswered(given, `signal-${this.#answers}`, false));",
    after: "shell.arrive(taskAnswered(given, `signal-${this.#answers}`, true));",
  },
  {
    ...shell,
    what: "a named form is not looked up",
    before: '...("ref" in form && form.schema === undefined ? { formName: form.ref } : {}),',
    after: "",
  },
  {
    ...answering,
    what: "another person's answer is taken for one's own",
    before: "row.answeredBy === by && ",
    after: "",
  },
  {
    ...answering,
    what: "another answer of the same person is taken for the accepted one",
    before: " && canonicalHash(row.answer as Json) === canonicalHash(answer)",
    after: "",
  },
  {
    ...answering,
    what: "a claim binds nobody",
    before: "request.override !== true && row.claimedBy !== null",
    after: "request.override !== true && row.claimedBy === undefined",
  },
  {
    package: "runtime",
    file: "activities/open-tasks.ts",
    what: "the system's form comes before the tenant's",
    before: "(await getForm(db, name))?.schema ?? systemForm(name)?.schema",
    after: "systemForm(name)?.schema ?? (await getForm(db, name))?.schema",
    tests,
  },
  {
    ...rows,
    file: "projection/tasks.ts",
    what: "an answer that was refused completes the task",
    before: ' || data?.invalid === true) return "CANCELED";',
    after: ') return "CANCELED";',
  },
  {
    ...rows,
    file: "tasks.ts",
    what: "who has claimed a task goes with the run's next write",
    before: "last_reminder_at = excluded.last_reminder_at",
    after: "last_reminder_at = excluded.last_reminder_at, claimed_by = null, claimed_at = null",
  },
  {
    ...rows,
    file: "tasks.ts",
    what: "a task that somebody has may be taken from them",
    before: "and state = 'OPEN' and coalesce(claimed_by, ${claim.by}) = ${claim.by} returning id",
    after: "and state = 'OPEN' returning id",
  },
  {
    package: "store",
    file: "project.ts",
    what: "the task of a try that failed stays",
    before: "{ replaced: touched.waitsReplaced ? [...touched.waits] : told }",
    after: "{ replaced: [] }",
    tests: ["fence.integration.test.ts"],
  },
];
