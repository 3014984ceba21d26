import { start } from "@mainspring/core";
import type { JournalEntry, Json, JsonObject, Program } from "@mainspring/core";
import {
  deleteRun,
  getProgram,
  insertRun,
  insertVersion,
  insertWorkflow,
  newId,
  putSecret,
  runInput,
  writeProvisional,
} from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRedaction } from "./present/redaction.ts";
import { testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
let runId: string;
const secret = "4929-1122-SECRET";
const input: Json = { card: secret, note: `card ${secret}`, customer: "O'Neill & Söhne" };
const at = "2031-01-01T00:00:00.000Z";

beforeAll(async () => {
  on = await testServer();
  const definition: JsonObject = {
    workflow: "charge",
    payload: { type: "object", properties: { card: { type: "string", sensitive: true } } },
    steps: [
      { id: "keep", type: "transform.assign", assign: { "vars.copy": { $expr: "payload.card" } } },
      { id: "wait", type: "event.wait", event: "paid", correlationKey: { $expr: "payload.card" }, timeoutMs: 1000 },
      { id: "done", type: "control.return", output: { $expr: "vars.copy" } },
    ],
  };
  await on.one.client.workflows.create({ body: { definition } });
  const { definitionHash } = await on.one.client.workflows.publish({ params: { key: "charge" } });
  const version = await on.one.client.workflows.getVersion({ params: { key: "charge", version: 1 } });
  runId = newId();
  await on.database.store.tenant(on.one.id, async (db) => {
    await insertRun(db, {
      id: runId,
      workflowKey: "charge",
      version: 1,
      definitionHash,
      programHash: version.programHash,
      semantics: 2,
      input,
    });
    await writeProvisional(db, {
      runId,
      fence: { epoch: 1, ordinal: 1, historyLength: 9 },
      nextSeq: 8,
      entries: entries(),
    });
  });
});
afterAll(() => on?.close());

function entries(): JournalEntry[] {
  const place = { stepId: "wait", stepPath: "root.steps[1]", iteration: [], execution: 3 };
  const context = {
    runId,
    workflow: "charge",
    version: 1,
    definitionHash: "",
    tenantId: "",
    startedAt: at,
    now: at,
    turn: 1,
  };
  return [
    { seq: 1, at, kind: "input", data: { kind: "start", context, payload: input } },
    { seq: 2, at, kind: "state", data: { of: secret } },
    { seq: 3, at, kind: "step", status: "RUNNING", ...place, data: { type: "event.wait" } },
    {
      seq: 4,
      at,
      kind: "wait",
      waitId: "c1",
      waitType: "event",
      status: "WAITING",
      ...place,
      data: { event: "paid", key: secret },
    },
    { seq: 5, at, kind: "run", status: "WAITING" },
    {
      seq: 6,
      at,
      kind: "step",
      status: "FAILED",
      ...place,
      data: {
        output: { was: secret },
        error: {
          category: "BusinessError",
          code: "DECLINED",
          message: `No money on ${secret}`,
          at,
          details: { card: secret },
        },
      },
    },
    {
      seq: 7,
      at,
      kind: "run",
      status: "FAILED",
      data: { error: { category: "BusinessError", code: "DECLINED", message: `No money on ${secret}`, at } },
    },
  ];
}

async function textOf(path: string): Promise<string> {
  const reply = await fetch(`${on.url}/api/v1${path}`, { headers: { authorization: `Bearer ${on.one.keys.admin}` } });
  expect(reply.status).toBe(200);
  return reply.text();
}

test("[CAS-01] [TEN-03] [TTR-01] an ended run of a workflow that was deleted stays masked, and its past can be read", async () => {
  const { workflows, runs } = on.one.client;
  const definition: JsonObject = {
    workflow: "short-lived",
    payload: { type: "object", properties: { pin: { type: "string", sensitive: true } } },
    steps: [
      { id: "keep", type: "transform.assign", assign: { "vars.copy": { $expr: "payload.pin" }, "vars.n": 1 } },
      { id: "done", type: "control.return", output: { $expr: "vars.copy" } },
    ],
  };
  await workflows.create({ body: { definition } });
  const { definitionHash } = await workflows.publish({ params: { key: "short-lived" } });
  const { programHash } = await workflows.getVersion({ params: { key: "short-lived", version: 1 } });
  const payload = { pin: "PIN-4711-0815" };
  const ids = [newId(), newId()] as const;
  await on.database.store.tenant(on.one.id, async (db) => {
    const program = (await getProgram(db, programHash)) as unknown as Program;
    for (const id of ids) {
      const pinned = { workflowKey: "short-lived", version: 1, definitionHash, programHash, semantics: 2 as const };
      await insertRun(db, { id, ...pinned, input: payload });
      const { journal } = start(program, payload, {
        ...{ runId: id, workflow: "short-lived", version: 1, definitionHash, tenantId: on.one.id },
        ...{ startedAt: at, now: at, turn: 1 },
      });
      const fence = { epoch: 1, ordinal: 1, historyLength: 9 };
      await writeProvisional(db, { runId: id, fence, nextSeq: journal.length + 1, entries: journal });
    }
  });
  // Nobody has read the runs before: whoever reads them first knows their program from the database alone.
  await workflows.remove({ params: { key: "short-lived" } });
  for (const path of ["", "/steps", "/journal", "/timeline", "/export", "/why"])
    expect(await textOf(`/runs/${ids[0]}${path}`), path).not.toContain("4711");
  const { journalSeq, output } = await runs.get({ params: { id: ids[0] } });
  expect(output).toBe("[REDACTED]");
  for (let seq = 1; seq <= journalSeq; seq += 1)
    expect(JSON.stringify(await runs.at({ params: { id: ids[0], seq } }))).not.toContain("4711");
  expect((await runs.at({ params: { id: ids[0], seq: journalSeq } })).scopes).toMatchObject({ vars: { n: 1 } });
  expect(await runs.diff({ query: { a: ids[0], b: ids[1] } })).toMatchObject({ sameDefinition: true });
});

test("[CAS-01] [TEN-03] [TEN-05] what a deleted run knew to be sensitive is shown in no run around it, and other deletions close none", async () => {
  const { workflows, runs } = on.one.client;
  const publish = async (key: string, payload: Json) => {
    const steps = [{ id: "done", type: "control.return", output: { $expr: "payload" } }];
    await workflows.create({ body: { definition: { workflow: key, payload, steps } } });
    await workflows.publish({ params: { key } });
    return workflows.getVersion({ params: { key, version: 1 } });
  };
  const strict = await publish("hands-on", {
    type: "object",
    properties: { pin: { type: "string", sensitive: true } },
  });
  const plain = await publish("is-handed", {});
  const given = "PIN-2203-8841";
  const [parent, child, sister, again, harmless, last, other, between, after, below, twin] = Array.from(
    { length: 11 },
    () => newId(),
  ) as [string, ...string[]];
  await on.database.store.tenant(on.one.id, async (db) => {
    const insert = async (id: string | undefined, of: typeof strict, payload: Json, more: object): Promise<void> => {
      const { definitionHash, programHash } = of;
      const workflowKey = of === strict ? "hands-on" : "is-handed";
      const pinned = { workflowKey, version: 1, definitionHash, programHash, semantics: 2 as const };
      await insertRun(db, { id: id ?? "", ...pinned, input: payload, ...more });
    };
    await insert(parent, strict, { pin: given }, {});
    await insert(child, plain, { n: 1, copied: [given, { deep: given }] }, { parentRunId: parent, rootRunId: parent });
    await insert(sister, plain, { note: "of the sister" }, { parentRunId: parent, rootRunId: parent });
    await insert(again, plain, { copied: given }, { trigger: { type: "restart", restartedFromRunId: child } });
    await insert(harmless, plain, {}, {});
    await insert(last, plain, { note: "stays readable" }, { parentRunId: harmless, rootRunId: harmless });
    const restarted = (id: string | undefined) => ({ trigger: { type: "restart", restartedFromRunId: id } });
    await insert(other, strict, { pin: given }, {});
    await insert(between, plain, {}, { parentRunId: other, rootRunId: other });
    await insert(after, plain, { copied: given }, restarted(between));
    await insert(below, plain, { copied: given }, { parentRunId: after, rootRunId: after });
    await insert(twin, plain, { copied: given }, restarted(between));
  });
  const inputOf = async (id: string | undefined): Promise<unknown> =>
    (await runs.get({ params: { id: id ?? "" } })).input;
  expect(await inputOf(child)).toEqual({ n: 1, copied: ["[REDACTED]", { deep: "[REDACTED]" }] });
  const listed = () => textOf("/runs?limit=200");
  const states = "update workflow_runs set state = to_jsonb($2::text) where tenant_id = $1 and id = any($3::uuid[])";
  await asOwner(on.database, states, [on.one.id, `with ${given}`, [child, again]]);
  expect((await runs.get({ params: { id: again ?? "" } })).state).toBe("with [REDACTED]");
  // The run that was restarted from the child is no relative of the parent but by that.
  expect(await listed()).not.toContain("2203");
  const remove = (id: string | undefined) =>
    on.database.store.tenant(on.one.id, (db) => deleteRun(db, { id: id ?? "", authoredKeys: [] }));
  await remove(harmless);
  expect(await inputOf(last)).toEqual({ note: "stays readable" });
  await remove(parent);
  expect(await inputOf(child)).toEqual({ n: "[REDACTED]", copied: ["[REDACTED]", { deep: "[REDACTED]" }] });
  expect(await listed()).not.toContain("2203");
  // Runs that are related through a deleted one alone are none any more.
  await remove(after);
  expect(await inputOf(below)).toEqual({ copied: "[REDACTED]" });
  await remove(between);
  expect(await inputOf(twin)).toEqual({ copied: "[REDACTED]" });
  expect(await listed()).not.toContain("2203");
  await remove(other);
  // What the child knew of its parent goes on with what was restarted from the child.
  await remove(child);
  expect(await inputOf(again)).toEqual({ copied: "[REDACTED]" });
  await workflows.remove({ params: { key: "hands-on" } });
  const afresh = await on.database.store.tenant(on.one.id, (db) => createRedaction([]).ofRun(db, again ?? ""));
  expect(afresh.value({ copied: given })).toEqual({ copied: "[REDACTED]" });
  expect(await listed()).not.toContain("2203");
  expect((await runs.list({ query: { q: given } })).items).toEqual([]);
  expect((await runs.list({ query: { workflow: "is-handed" } })).items.map(({ id }) => id).toSorted()).toEqual(
    [sister, again, last, below, twin].toSorted(),
  );
});

test("[TEN-03] no read of a run shows a value that its payload declares sensitive, nor what was made of it", async () => {
  for (const path of [
    "",
    "/steps",
    "/journal",
    "/waits",
    "/invocations",
    "/timeline",
    "/snapshots",
    "/export",
    "/stream",
  ]) {
    const text = await textOf(`/runs/${runId}${path}`);
    expect(text, path).not.toContain(secret);
    if (!["/invocations", "/snapshots"].includes(path)) expect(text, path).toContain("[REDACTED]");
  }
  const list = await textOf("/runs");
  expect(list).not.toContain(secret);
  expect(list).toContain("No money on [REDACTED]");
  const run = await on.one.client.runs.get({ params: { id: runId } });
  expect(run.input).toEqual({ card: "[REDACTED]", note: "card [REDACTED]", customer: "O'Neill & Söhne" });
  expect(run.error).toMatchObject({ category: "BusinessError", code: "DECLINED" });
});

test("[TEN-03] what is stored stays as it is", async () => {
  expect(await on.database.store.tenant(on.one.id, (db) => runInput(db, runId))).toEqual(input);
});

test("[TEN-03] a search confirms no masked value, and still finds the rest", async () => {
  const found = async (q: string): Promise<number> => (await on.one.client.runs.list({ query: { q } })).items.length;
  expect(await found(secret)).toBe(0);
  expect(await found(secret.slice(3, 12))).toBe(0);
  expect(await found("O'Neill & Söh")).toBe(1);
  expect(await found("no money on")).toBe(1);
  expect(await found("DECLINED")).toBe(1);
  expect(await found(runId)).toBe(1);
});

test("[TEN-03] a secret that somebody typed into a payload is masked too, until that is no longer the secret", async () => {
  const { store, masterKeys } = on.database;
  expect(masterKeys).toBeTruthy();
  const typed = "hunter2-hunter2";
  await store.tenant(on.other.id, (db) => putSecret(db, { name: "token", value: typed }));
  const id = newId();
  await store.tenant(on.other.id, (db) =>
    insertRun(db, {
      id,
      workflowKey: "gone",
      version: 1,
      definitionHash: "0".repeat(64),
      programHash: "0".repeat(64),
      semantics: 2,
      input: { token: typed, other: `Bearer ${typed}` },
    }),
  );
  const shown = await on.other.client.runs.get({ params: { id } });
  expect(shown.input).toEqual({ token: "[REDACTED]", other: "Bearer [REDACTED]" });
  await store.tenant(on.other.id, (db) => putSecret(db, { name: "token", value: "another-value" }));
  expect((await on.other.client.runs.get({ params: { id } })).input).toEqual({
    token: typed,
    other: `Bearer ${typed}`,
  });
});

test("[RUN-12] an export has the definition and the version that the run follows", async () => {
  const exported = await on.one.client.runs.export({ params: { id: runId } });
  expect(exported).toMatchObject({
    format: "mainspring.run/1",
    definition: { workflow: "charge" },
    version: { version: 1 },
  });
  expect(exported.journal).toHaveLength(7);
});

test("[TEN-03] what an action's schema declares sensitive is masked in the run that called it, and in the runs around it", async () => {
  const ssn = "078-05-1120";
  const output: Json = { ssn, active: true, name: "Ada" };
  const place = { stepId: "look", stepPath: "root.steps[0]", iteration: [], execution: 2 };
  const program: Json = {
    format: 1,
    workflow: "lookup",
    semantics: 2,
    definitionHash: "1".repeat(64),
    programHash: "2".repeat(64),
    steps: [
      {
        id: "look",
        path: "root.steps[0]",
        type: "action.call",
        action: "crm.look@1",
        input: { kind: "literal", value: {} },
      },
    ],
  };
  const schema: JsonObject = { type: "object", properties: { ssn: { sensitive: true }, active: { sensitive: true } } };
  const redaction = createRedaction([
    {
      id: "crm.look@1",
      title: "Look up",
      description: "A customer",
      effect: "idempotent",
      execution: "remote",
      timeoutMs: 1_000,
      batch: false,
      inputSchema: {},
      outputSchema: schema,
    },
  ]);
  const [parent, child] = [newId(), newId()];
  await on.database.store.tenant(on.one.id, async (db) => {
    await insertWorkflow(db, { key: "lookup", name: "Lookup", document: {} });
    await insertVersion(db, {
      workflowKey: "lookup",
      document: {},
      definitionHash: "1".repeat(64),
      program,
      programHash: "2".repeat(64),
      semantics: 2,
    });
    const run = {
      workflowKey: "lookup",
      version: 1,
      definitionHash: "1".repeat(64),
      semantics: 2 as const,
      input: { saw: ssn },
    };
    await insertRun(db, { ...run, id: parent, programHash: "0".repeat(64) });
    await insertRun(db, { ...run, id: child, programHash: "2".repeat(64), parentRunId: parent, rootRunId: parent });
    const entries: JournalEntry[] = [
      { seq: 1, at, kind: "run", status: "RUNNING" },
      { seq: 2, at, kind: "step", status: "RUNNING", ...place, data: { type: "action.call", commandId: "c1" } },
      { seq: 3, at, kind: "step", status: "SUCCEEDED", ...place, data: { output } },
    ];
    await writeProvisional(db, {
      runId: child,
      fence: { epoch: 1, ordinal: 1, historyLength: 3 },
      nextSeq: 4,
      entries,
    });
    const answered: JournalEntry = {
      seq: 4,
      at,
      kind: "input",
      data: { kind: "resume", event: { kind: "actionSucceeded", id: "c1", now: at, turn: 1, attempt: 1, output } },
    };
    const masked = { ssn: "[REDACTED]", active: "[REDACTED]", name: "Ada" };
    const ofChild = await redaction.ofRun(db, child);
    expect(ofChild.output(place.stepPath, output)).toEqual(masked);
    expect(ofChild.entry(answered)).toMatchObject({ data: { event: { output: masked } } });
    expect(ofChild.entry(entries[2] as JournalEntry)).toMatchObject({ data: { output: masked } });
    const ofParent = await redaction.ofRun(db, parent);
    expect(ofParent.value({ child: { ssn }, note: `of ${ssn}` })).toEqual({
      child: { ssn: "[REDACTED]" },
      note: "of [REDACTED]",
    });
    const ofRow = await redaction.ofRuns(db, [parent]);
    expect(ofRow(parent).text(ssn)).toBe("[REDACTED]");
  });
});
