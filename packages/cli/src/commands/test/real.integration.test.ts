import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../../processes/repository.ts";
import { emptyFolder, runCli, type Ran } from "../../testing/run-cli.ts";
import type { ScenarioReport, TestReport } from "./run-tests.ts";

const places = ["MAINSPRING_TEST_DATABASE_URL", "MAINSPRING_TEST_TEMPORAL_ADDRESS"] as const;
const env = Object.fromEntries(places.map((name) => [name, process.env[name]]));

function ranReal(cwd: string, ...args: string[]): Promise<Ran> {
  return runCli(["test", "--real", ...args], { cwd, env });
}

function scenariosOf(ran: Ran): ScenarioReport[] {
  const { files } = JSON.parse(ran.stdout) as { readonly files: readonly TestReport[] };
  return files.flatMap(({ scenarios }) => scenarios);
}

/** What was left out, by why. */
const reasons = [
  /^a timer of \d+ (s|min|h|d) runs to its end$/,
  /^[a-z-]+ waits [\d.]+ (s|min|h|d) for an answer or a next try$/,
  /^the output tells how long it took$/,
  /^the cancel falls between two tries$/,
];

test("[SCN-01] the scenarios of the examples whose steps the shell performs go on Temporal as on the virtual clock", async () => {
  const ran = await ranReal(repository, "examples", "--json");
  const scenarios = scenariosOf(ran);
  expect(scenarios.filter(({ passed }) => !passed)).toEqual([]);
  expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: "" });
  const leftOut = scenarios.flatMap(({ leftOut: why }) => (why === undefined ? [] : [why]));
  expect(leftOut.filter((why) => !reasons.some((known) => known.test(why)))).toEqual([]);
  expect(scenarios.length - leftOut.length).toBeGreaterThanOrEqual(31);
  const { files } = JSON.parse(ran.stdout) as { readonly files: readonly TestReport[] };
  const order = files.find(({ workflow }) => workflow === "order-fulfilment");
  const told = order?.scenarios.flatMap(({ name, leftOut: why }) => (why === undefined ? [] : [{ name, why }]));
  expect(told).toEqual([
    { name: "without a payment within the hour nothing is charged", why: "a timer of 1 h runs to its end" },
  ]);
}, 120_000);

const flow = `workflow: greet
semantics: 2
payload: { type: object, required: [names], properties: { names: { type: array, maxItems: 5 } } }
steps:
  - { id: clock, type: action.call, action: time.now@1, input: {}, saveAs: clock }
  - { id: dice, type: action.call, action: random.uuid@1, input: {}, saveAs: dice }
  - { id: stamp, type: transform.assign, assign: { vars.at: { $expr: $nowIso() } } }
  - id: all
    type: control.forEach
    items: { $expr: payload.names }
    maxItems: 5
    concurrency: 3
    body:
      - { id: greet, type: action.call, action: crm.greet@1, input: { name: { $expr: item } }, retry: { maxAttempts: 3, backoffMs: 10 }, saveAs: greeted }
    collect: { value: { $expr: vars.greeted.text }, saveAs: texts }
  - { id: answer, type: event.wait, event: greeted.back, correlationKey: { $expr: $string($count(payload.names)) }, timeout: { durationMs: 86400000 }, saveAs: answer }
  - { id: done, type: control.return, output: { texts: { $expr: vars.texts }, answer: { $expr: vars.answer.word }, at: { $expr: vars.clock.now } } }
`;
const file = `actions: { crm.greet@1: { effect: once } }
defaults:
  payload: { names: [Ada, Bob, Cleo] }
  mocks:
    greet:
      iterations:
        1: [{ fail: TransientError HTTP_503 }, { output: { text: Ahoy Bob } }]
      otherwise: { output: { text: { $expr: '"Hello " & input.name' } }, after: 50 }
scenarios:
  - name: greets everybody
    events: [{ name: greeted.back, key: 3, payload: { word: hi }, at: { waits: answer, plus: 3h } }]
    expect:
      output: { texts: [Hello Ada, Ahoy Bob, Hello Cleo], answer: hi, at: '2030-01-07T09:00:00.000Z' }
      trace: [clock, dice, stamp, all, 'greet[0] SUCCEEDED #1', 'greet[1] SUCCEEDED #2', 'greet[2] SUCCEEDED #1', answer, done]
      took: 3h 50ms
  - name: waits for an answer
    events: [{ name: greeted.back, key: 4, payload: { word: hi }, at: { waits: answer, plus: 3h } }]
    cancelAt: { waits: answer, plus: 4h }
    expect: { status: canceled, effects: [clock, dice, 'greet[0]', 'greet[1]', 'greet[1]', 'greet[2]'] }
  - name: nobody answers
    expect: { error: { code: WAIT_TIMEOUT } }
`;
const wrong = `${file}  - name: expects too much
    events: [{ name: greeted.back, key: 3, payload: { word: hi }, at: { waits: answer } }]
    expect:
      output: { texts: [Hello Ada, Hello Bob, Hello Cleo], answer: hi, at: { $exists: true } }
      effects: [clock, dice, 'greet[0]', 'greet[1]', 'greet[2]']
`;

function folderWith(scenarios: string): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, "flows"));
  writeFileSync(join(cwd, "flows", "greet.flow.yaml"), flow);
  writeFileSync(join(cwd, "flows", "greet.test.yaml"), scenarios);
  return cwd;
}

test("mocks by turn and try, clocks and events answer on Temporal as they do virtually; what is left out is named", async () => {
  const { code, stdout, stderr } = await ranReal(folderWith(file), "flows");
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^ {2}✓ greets everybody {2}\d+ ms for 3 h 0 min$/m);
  expect(stdout).toMatch(/^ {2}✓ waits for an answer {2}\d+ ms for 4 h 0 min$/m);
  expect(stdout).toMatch(/^ {2}- nobody answers {2}left out: a timer of 1 d runs to its end$/m);
  expect(stdout).toMatch(/\n2 scenarios passed, 1 left out, in [\d.]+ s\n$/);
}, 60_000);

test("a wrong expectation fails on Temporal, with the exit code of a failure, and is told in the report", async () => {
  const cwd = folderWith(wrong);
  const ran = await ranReal(cwd, "flows", "--filter", "too much", "--json");
  expect(ran.code).toBe(1);
  expect(scenariosOf(ran)).toMatchObject([
    {
      name: "expects too much",
      passed: false,
      failures: [
        { path: "/expect/output/texts/1", expected: "Hello Bob", seen: "Ahoy Bob", line: expect.any(Number) as number },
        { path: "/expect/effects", message: "The calls are other than expected: 0 missing, 1 unexpected." },
      ],
    },
  ]);
}, 60_000);
