import { ApiProblem } from "@mainspring/api";
import { resume, start } from "@mainspring/core";
import type { Json, JsonObject, Program, StartContext } from "@mainspring/core";
import {
  getProgram,
  getWorkflow,
  insertRun,
  listRuns,
  newId,
  startSucceeded,
  writeProvisional,
} from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

const at = (seconds: number): string => new Date(Date.UTC(2031, 0, 1) + seconds * 1_000).toISOString();
const secrets = ["4929-1122-SECRET", "5500-9988-HIDDEN"];
const definition: JsonObject = {
  workflow: "charge",
  payload: {
    type: "object",
    properties: { card: { type: "string", sensitive: true }, limit: { type: "integer" } },
  },
  steps: [
    { id: "keep", type: "transform.assign", assign: { "vars.copy": { $expr: "payload.card" }, "vars.n": 1 } },
    {
      id: "decide",
      type: "control.if",
      condition: { $expr: "payload.limit > 10" },
      then: [{ id: "large", type: "transform.assign", assign: { "vars.large": true } }],
      else: [{ id: "small", type: "transform.assign", assign: { "vars.large": false } }],
    },
    { id: "wait", type: "event.wait", event: "paid", correlationKey: { $expr: "payload.card" }, timeoutMs: 600000 },
  ],
};

let on: TestServer;
let one: string;
let other: string;
beforeAll(async () => {
  on = await testServer();
  await on.one.client.workflows.create({ body: { definition } });
  await on.one.client.workflows.publish({ params: { key: "charge" } });
  one = await waitingRun({ card: secrets[0] as string, limit: 5 });
  other = await waitingRun({ card: secrets[1] as string, limit: 50 });
});
afterAll(() => on?.close());

/** A run as the shell would have written it: by the interpreter itself. */
async function waitingRun(payload: Json): Promise<string> {
  const { definitionHash, programHash } = await on.one.client.workflows.getVersion({
    params: { key: "charge", version: 1 },
  });
  const runId = newId();
  await on.database.store.tenant(on.one.id, async (db) => {
    const program = (await getProgram(db, programHash)) as unknown as Program;
    await insertRun(db, {
      id: runId,
      workflowKey: "charge",
      version: 1,
      definitionHash,
      programHash,
      semantics: 2,
      input: payload,
    });
    await startSucceeded(db, runId, { temporalRunId: newId(), at: at(0) });
    const context: StartContext = {
      runId,
      workflow: "charge",
      version: 1,
      definitionHash,
      tenantId: on.one.id,
      startedAt: at(0),
      now: at(0),
      turn: 1,
    };
    const begun = start(program, payload, context);
    const wait = begun.commands.find(({ kind }) => kind === "openWait");
    const opened = resume(program, begun.state, {
      kind: "waitOpened",
      id: wait?.id ?? "",
      candidates: [],
      now: at(1),
      turn: 2,
    });
    const entries = [...begun.journal, ...opened.journal];
    await writeProvisional(db, {
      runId,
      fence: { epoch: 1, ordinal: 1, historyLength: 9 },
      nextSeq: entries.length + 1,
      entries,
    });
  });
  return runId;
}

const expectNoSecret = (reply: unknown): void => {
  for (const secret of secrets) expect(JSON.stringify(reply)).not.toContain(secret);
};

test("[WHY-01] [TEN-03] why answers over HTTP, without the values that its readers may not see", async () => {
  const { runs } = on.one.client;
  const why = await runs.why({ params: { id: one } });
  expect(why).toMatchObject({ cause: "waiting-event", also: [] });
  expect(why.sentence).toMatch(/^It waits for paid with key ".+" until Wed 1 Jan 2031 00:10 UTC \(10 min\)\.$/);
  expect(why.evidence[0]).toMatchObject({ kind: "expected", data: { event: "paid", waitId: expect.any(String) } });
  expectNoSecret(why);

  const many = await runs.whyMany({ body: { ids: [other, "01a21672-4b9c-7741-9758-a6155c90a633", one] } });
  expect(many.items.map(({ id, why: { cause } }) => [id, cause])).toEqual([
    [other, "waiting-event"],
    [one, "waiting-event"],
  ]);
  expectNoSecret(many);
  expect(await on.other.client.runs.whyMany({ body: { ids: [one] } })).toMatchObject({ items: [] });
  await expect(runs.whyMany({ body: { ids: [] } })).rejects.toMatchObject({ status: 422 });
});

test("a row of the list says for what its run waits and until when", async () => {
  const { items, asOf } = await on.one.client.runs.list({ query: { runId: one } });
  expect(items[0]?.why).toMatchObject({ cause: "waiting-event", until: at(600) });
  expect(items[0]?.why?.sentence).toMatch(
    /^Step wait waits for event paid with key ".+" until Wed 1 Jan 2031 00:10 UTC\.$/,
  );
  expect(Math.abs(Date.parse(asOf) - Date.now())).toBeLessThan(60_000);
  expectNoSecret(items);
});

test("[TTR-01] [TEN-03] a past moment is shown over HTTP with scopes, frames, waits and changes, and without what is sensitive", async () => {
  const { runs } = on.one.client;
  const { journalSeq } = await runs.get({ params: { id: one } });
  for (let seq = 1; seq <= journalSeq; seq += 1) expectNoSecret(await runs.at({ params: { id: one, seq } }));
  const last = await runs.at({ params: { id: one, seq: journalSeq } });
  expect(last).toMatchObject({
    runId: one,
    seq: journalSeq,
    lastSeq: journalSeq,
    status: "WAITING",
    scopes: { payload: { limit: 5 }, vars: { large: false, n: 1 } },
    frames: [{ fiber: 0, frames: [{ kind: "sequence" }, { kind: "step", stepId: "wait" }] }],
  });
  expect(last.waits.map(({ waitType, event, until }) => [waitType, event, until])).toEqual([
    ["event", "paid", at(600)],
  ]);
  const journal = await runs.journal({ params: { id: one } });
  const kept = journal.items.find((entry) => entry["stepId"] === "keep" && entry["status"] === "SUCCEEDED");
  const moment = await runs.at({ params: { id: one, seq: kept?.seq ?? 0 } });
  expect(moment.changes).toMatchObject([
    { scope: "vars", pointer: "/copy", kind: "added" },
    { scope: "vars", pointer: "/n", kind: "added", after: 1 },
  ]);
  await expect(runs.at({ params: { id: one, seq: journalSeq + 1 } })).rejects.toMatchObject({
    status: 404,
    code: "ENTRY_NOT_FOUND",
  });
});

test("[DIF-01] [TEN-03] two runs are compared over HTTP, and what differs in a sensitive field is not shown", async () => {
  const { runs } = on.one.client;
  const diff = await runs.diff({ query: { a: one, b: other } });
  expect(diff).toMatchObject({
    a: { runId: one, workflow: "charge", version: 1, status: "WAITING" },
    b: { runId: other },
    sameDefinition: true,
    same: false,
    path: { kind: "other-step", a: { stepId: "small" }, b: { stepId: "large" } },
    values: { of: "payload", pointer: "/card" },
  });
  expect(diff.differences.map(({ of, pointer }) => [of, pointer])).toEqual([
    ["payload", "/card"],
    ["written", "/vars/copy"],
  ]);
  expectNoSecret(diff);
  const missing = await runs.diff({ query: { a: one, b: newId() } }).catch((error: unknown) => error);
  expect(missing).toBeInstanceOf(ApiProblem);
  expect(missing).toMatchObject({ status: 404, code: "RUN_NOT_FOUND" });
  await expect(on.other.client.runs.diff({ query: { a: one, b: other } })).rejects.toMatchObject({ status: 404 });
});

test("[WIF-01] [TEN-03] a draft is tried on recorded runs, changes nothing, and shows nothing sensitive", async () => {
  const { workflows } = on.one.client;
  const params = { key: "charge" };
  const rows = (): Promise<unknown> =>
    on.database.store.tenant(on.one.id, async (db) => [await getWorkflow(db, "charge"), await listRuns(db, {}, {})]);
  const before = await rows();
  const same = await workflows.whatIf({ params, body: { runIds: [one, other] } });
  expect(same.counts).toEqual({ samePath: 2, diverged: 0, notRecorded: 0, payloadRefused: 0 });

  const [keep, decide, wait] = definition["steps"] as JsonObject[];
  const raised = { ...decide, condition: { $expr: "payload.limit > 100" } };
  const changed = await workflows.whatIf({
    params,
    body: { definition: { ...definition, steps: [keep, raised, wait] as Json }, limit: 10 },
  });
  expect(changed.counts).toMatchObject({ samePath: 1, diverged: 1 });
  expect(changed.items.find(({ runId }) => runId === other)).toMatchObject({
    version: 1,
    verdict: "diverged",
    sentence: "The run went to large, and the draft to small.",
  });
  expectNoSecret(changed);
  const strict = { ...definition, payload: { type: "object", required: ["more"], properties: { more: {} } } };
  expect((await workflows.whatIf({ params, body: { definition: strict } })).counts.payloadRefused).toBe(2);
  expect(await rows()).toEqual(before);

  await expect(workflows.whatIf({ params, body: { definition: { workflow: "charge" } } })).rejects.toMatchObject({
    status: 422,
  });
  await expect(workflows.whatIf({ params, body: { runIds: [newId()] } })).rejects.toMatchObject({ status: 404 });
  await expect(on.other.client.workflows.whatIf({ params, body: {} })).rejects.toMatchObject({ status: 404 });
});

test("versions and the draft of a workflow are compared by their steps and by their places", async () => {
  const { workflows } = on.one.client;
  const steps = (amount: number, more: JsonObject[]): JsonObject => ({
    workflow: "compared",
    steps: [{ id: "a", type: "transform.assign", assign: { "vars.n": amount } }, ...more],
  });
  const set = (id: string): JsonObject => ({ id, type: "state.set", state: "S" });
  const params = { key: "compared" };
  await workflows.create({ body: { definition: steps(1, [set("b")]) } });
  await workflows.publish({ params });
  await workflows.save({ params, body: { definition: steps(2, [set("c")]) } });
  const diff = await workflows.diff({ params, query: { from: 1, to: "draft" } });
  expect(diff).toMatchObject({
    from: { version: 1 },
    to: { version: "draft", definitionHash: null },
    same: false,
    steps: { added: ["c"], removed: ["b"], changed: ["a"] },
  });
  expect(diff.changes).toEqual([
    { pointer: "/steps/0/assign/vars.n", kind: "changed", before: 1, after: 2, stepId: "a" },
    expect.objectContaining({ kind: "removed", stepId: "b" }),
    expect.objectContaining({ kind: "added", stepId: "c" }),
  ]);
  expect(await workflows.diff({ params, query: { from: 1, to: 1 } })).toMatchObject({ same: true, changes: [] });
  await expect(workflows.diff({ params, query: { from: 1, to: 9 } })).rejects.toMatchObject({
    status: 404,
    code: "VERSION_NOT_FOUND",
  });
});
