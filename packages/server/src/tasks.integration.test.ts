import type { TaskReply } from "@mainspring/api";
import type { JsonObject } from "@mainspring/core";
import { insertRun, newId } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeOpenTask } from "./testing/journals.ts";
import { testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
let programHash = "";
let definitionHash = "";
const secret = "4929-1122-SECRET";

beforeAll(async () => {
  on = await testServer();
  const definition: JsonObject = {
    workflow: "ask",
    payload: { type: "object", properties: { card: { type: "string", sensitive: true } } },
    steps: [{ id: "done", type: "control.return", output: { $expr: "payload.card" } }],
  };
  await on.one.client.workflows.create({ body: { definition } });
  ({ definitionHash } = await on.one.client.workflows.publish({ params: { key: "ask" } }));
  ({ programHash } = await on.one.client.workflows.getVersion({ params: { key: "ask", version: 1 } }));
});
afterAll(() => on?.close());

async function asked(data: Partial<Parameters<typeof writeOpenTask>[2]>): Promise<{ id: string; runId: string }> {
  const runId = newId();
  await on.database.store.tenant(on.one.id, (db) =>
    insertRun(db, {
      id: runId,
      workflowKey: "ask",
      version: 1,
      definitionHash,
      programHash,
      semantics: 2,
      input: { card: secret },
    }),
  );
  const id = await writeOpenTask(
    on.database.store,
    { tenantId: on.one.id, runId },
    { title: "Fine?", asks: { assignTo: { users: ["ada"] } }, form: { schema: {} }, ...data },
  );
  return { id, runId };
}

const idsOf = ({ items }: { readonly items: readonly TaskReply[] }): string[] => items.map(({ id }) => id);

test("tasks are listed by due time, page after page, and by filters that hold together", async () => {
  const day = (n: number): string => `2031-01-0${n}T00:00:00.000Z`;
  const group = `g-${newId()}`;
  const asks = { assignTo: { groups: [group] } };
  const [third, first, never, second] = [
    await asked({ asks, dueAt: day(3) }),
    await asked({ asks, dueAt: day(1) }),
    await asked({ asks }),
    await asked({ asks, dueAt: day(2), title: "Second" }),
  ];
  const client = on.one.client;
  const inOrder = [first, second, third, never].map(({ id }) => id);
  expect(idsOf(await client.tasks.list({ query: { assignee: group } }))).toEqual(inOrder);
  const paged: string[] = [];
  for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages += 1) {
    const page = await client.tasks.list({
      query: { assignee: group, limit: 1, ...(cursor === undefined ? {} : { cursor }) },
    });
    paged.push(...idsOf(page));
    cursor = page.nextCursor ?? undefined;
  }
  expect(paged).toEqual(inOrder);
  expect(idsOf(await client.tasks.list({ query: { assignee: group, due: day(3) } }))).toEqual(inOrder.slice(0, 2));
  expect(idsOf(await client.tasks.list({ query: { runId: second.runId } }))).toEqual([second.id]);
  expect(idsOf(await client.tasks.list({ query: { assignee: group, workflow: "other" } }))).toEqual([]);
  expect(idsOf(await client.tasks.list({ query: { assignee: group, status: ["COMPLETED"] } }))).toEqual([]);
  expect(
    await client.tasks.list({ query: { assignee: "\u0000" } }).catch((error: { status?: number }) => error.status),
  ).toBe(422);
});

test("my tasks are those that name my key or that I have claimed; a released one is nobody's", async () => {
  const { id } = await asked({ asks: { assignTo: { groups: ["somebody else"] } } });
  const named = await asked({ asks: { assignTo: { users: ["One operator"] } } });
  const [ada, admin] = [on.client(on.one.keys.operator), on.client(on.one.keys.admin)];
  const mine = async (): Promise<string[]> => idsOf(await ada.tasks.list({ query: { mine: "true" } })).sort();
  expect(await mine()).toEqual([named.id]);
  const claimed = await ada.tasks.claim({ params: { id } });
  expect(claimed).toMatchObject({ status: "CLAIMED", version: 2 });
  expect((await ada.tasks.claim({ params: { id } })).version).toBe(2);
  expect(await mine()).toEqual([id, named.id].sort());
  await expect(admin.tasks.claim({ params: { id } })).rejects.toMatchObject({ code: "TASK_CLAIMED", status: 409 });
  expect(await admin.tasks.release({ params: { id } })).toMatchObject({ status: "OPEN", claimedBy: null, version: 3 });
  expect(await mine()).toEqual([named.id]);
});

test("[TEN-03] what is sensitive about a run is masked in its tasks, read alone or in a list", async () => {
  const { id } = await asked({
    title: `Charge ${secret}?`,
    asks: { assignTo: { users: ["ada"] }, description: `card ${secret}`, context: { card: secret, n: 1 } },
  });
  const task = await on.one.client.tasks.get({ params: { id } });
  expect(task.context).toMatchObject({ n: 1 });
  const listed = await on.one.client.tasks.list({ query: { limit: 200 } });
  for (const shown of [task, listed.items.find((item) => item.id === id)])
    expect(JSON.stringify(shown)).not.toContain(secret);
});

test("a tenant's form stands in for the system's of its name; its schema is checked, and revisions hold", async () => {
  const client = on.one.client;
  const names = async (): Promise<string[]> =>
    (await client.forms.list()).items.map(({ name, system }) => `${name}${system ? " system" : ""}`);
  expect(await names()).toEqual(["acknowledgement system", "approval system"]);
  expect(await client.forms.get({ params: { name: "approval" } })).toMatchObject({ system: true, revision: null });
  const put = (schema: JsonObject, ifMatch?: number) =>
    client.forms.put({ params: { name: "approval" }, body: { schema }, ...(ifMatch === undefined ? {} : { ifMatch }) });
  await expect(put({ type: "object", pattern: "x" })).rejects.toMatchObject({
    status: 422,
    code: "FORM_INVALID",
    issues: [expect.objectContaining({ pointer: "/schema/pattern" })],
  });
  expect(await put({ type: "integer" })).toMatchObject({
    name: "approval",
    title: "approval",
    system: false,
    revision: 1,
  });
  expect(await put({ type: "string" }, 1)).toMatchObject({ revision: 2 });
  await expect(put({ type: "number" }, 1)).rejects.toMatchObject({ status: 412, code: "REVISION_MISMATCH" });
  expect(await names()).toEqual(["acknowledgement system", "approval"]);
  expect((await client.forms.list({ query: { limit: 1 } })).nextCursor).not.toBeNull();
  expect(await on.other.client.forms.get({ params: { name: "approval" } })).toMatchObject({ system: true });
  await client.forms.remove({ params: { name: "approval" } });
  expect(await names()).toEqual(["acknowledgement system", "approval system"]);
  await expect(client.forms.remove({ params: { name: "approval" } })).rejects.toMatchObject({ code: "FORM_NOT_FOUND" });
});
