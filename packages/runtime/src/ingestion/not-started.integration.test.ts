// Each cause of "not started" that an event can meet, caused on purpose and found named: from the event and from the workflow.
import { explainDecision, type DecisionOutcome, type Json, type NotStarted } from "@mainspring/core";
import {
  deleteWorkflow,
  listDecisions,
  pauseWorkflow,
  putEventType,
  unpublishWorkflow,
  updateTenant,
  type DecisionFilter,
  type DecisionRow,
} from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newWorld, type World } from "../testing/world.ts";
import { eventTriesMax, routeOnce } from "./route-event.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world?.close());

const expr = (text: string) => ({ $expr: text });
const route = (): Promise<number> =>
  routeOnce({
    store: world.store,
    dispatcher: world.database.dispatcher,
    client: world.client,
    log: { info: () => undefined, warn: () => undefined },
    worker: "test",
    claimMs: 60_000,
  });
async function found(filter: DecisionFilter): Promise<NotStarted[]> {
  const { items } = await world.store.tenant(world.tenantId, (db) => listDecisions(db, filter, {}));
  return items.toReversed().map(told);
}

function told(row: DecisionRow): NotStarted {
  const { outcome, decidedAt, values, event, workflow, version, triggerId } = row;
  const about = { outcome, decidedAt, values, ...(event === null ? {} : { event }) };
  return explainDecision(
    {
      ...about,
      ...(workflow === null ? {} : { workflow }),
      ...(version === null ? {} : { version }),
      ...(triggerId === null ? {} : { triggerId }),
    },
    decidedAt,
  );
}

interface Case {
  readonly cause: DecisionOutcome;
  /** Left out: it is about no workflow. */
  readonly triggers?: readonly object[];
  readonly payloadSchema?: object;
  readonly event?: { readonly payload?: Json; readonly correlationKey?: string };
  /** Done when the workflow is published, and undone after it. */
  readonly meanwhile?: (key: string) => Promise<unknown>;
  readonly afterwards?: (key: string) => Promise<unknown>;
  readonly sends?: number;
  readonly says: RegExp;
}

const refuseStarts = `create function refuse_all() returns trigger language plpgsql as $$ begin raise exception 'the disk is full'; end $$`;
const cases: readonly Case[] = [
  {
    cause: "no-trigger",
    event: { correlationKey: "o-17" },
    says: /no published workflow listens to cause\.no-trigger, and no run waited for it with key "o-17" when it came\.$/,
  },
  {
    cause: "filtered",
    triggers: [{ id: "any", event: "cause.filtered", when: expr("event.payload.total > 100") }],
    event: { payload: { total: 7 }, correlationKey: "k" },
    says: /of filtered-flow v1 by trigger any: its condition was false, with event\.payload\.total = 7\.$/,
  },
  {
    cause: "payload-invalid",
    triggers: [{ id: "any", event: "cause.payload-invalid", payload: { orderId: expr("event.payload.id") } }],
    payloadSchema: { type: "object", required: ["orderId"], properties: { orderId: { type: "string" } } },
    event: { payload: { id: 7 }, correlationKey: "k" },
    says: /does not fit its schema at \/payload\/orderId: /,
  },
  {
    cause: "duplicate",
    event: { correlationKey: "k" },
    sends: 2,
    says: /the same id "cause\.duplicate" of source default was accepted at .* UTC\.$/,
  },
  {
    cause: "correlation-missing",
    event: {},
    meanwhile: () =>
      world.store.tenant(world.tenantId, (db) =>
        putEventType(db, { name: "cause.correlation-missing", correlationPaths: ["order.id"], samples: [], by: "ann" }),
      ),
    says: /nothing was found in the event's own key, payload\.workflowCorrelationKey, payload\.correlationKey and type cause\.correlation-missing: order\.id\.$/,
  },
  {
    cause: "workflow-paused",
    triggers: [{ id: "any", event: "cause.workflow-paused" }],
    event: { correlationKey: "k" },
    meanwhile: (key) =>
      world.store.tenant(world.tenantId, (db) => pauseWorkflow(db, key, { by: "ann", note: "stocktaking" })),
    says: /the workflow was paused by ann: stocktaking\.$/,
  },
  {
    cause: "unpublished",
    triggers: [{ id: "any", event: "cause.unpublished" }],
    event: { correlationKey: "k" },
    meanwhile: (key) => world.store.tenant(world.tenantId, (db) => unpublishWorkflow(db, key, "ann")),
    says: /no version of the workflow was published\.$/,
  },
  {
    cause: "tenant-suspended",
    triggers: [{ id: "any", event: "cause.tenant-suspended" }],
    event: { correlationKey: "k" },
    meanwhile: () => world.store.platform((db) => updateTenant(db, world.tenantId, { suspended: true })),
    afterwards: () => world.store.platform((db) => updateTenant(db, world.tenantId, { suspended: false })),
    says: /the tenant was suspended\.$/,
  },
  {
    cause: "dead-lettered",
    triggers: [{ id: "any", event: "cause.dead-lettered" }],
    event: { correlationKey: "k" },
    async meanwhile() {
      await asOwner(world.database, refuseStarts);
      await asOwner(
        world.database,
        "create trigger refuse_all before insert on workflow_runs for each row execute function refuse_all()",
      );
    },
    afterwards: () => asOwner(world.database, "drop trigger refuse_all on workflow_runs"),
    says: /was given up after 10 tries: trigger any of dead-lettered-flow: the disk is full\.$/,
  },
];

test.each(cases.map((one) => [one.cause, one] as const))(
  "[WHY-02] %s: caused on purpose, it is named from the event and from the workflow, with the values of the time",
  async (cause, { triggers, payloadSchema, event, meanwhile, afterwards, sends = 1, says }) => {
    const key = `${cause}-flow`;
    if (triggers !== undefined)
      await world.publish({
        workflow: key,
        triggers,
        ...(payloadSchema === undefined ? {} : { payload: payloadSchema }),
        steps: [{ id: "done", type: "control.return", output: 1 }],
      });
    await meanwhile?.(key);
    let eventId = "";
    try {
      for (let n = 0; n < sends; n += 1)
        eventId = await world.event({ name: `cause.${cause}`, id: `cause.${cause}`, payload: {}, ...event });
      for (let n = 0; n < (cause === "dead-lettered" ? eventTriesMax : 1); n += 1) {
        await asOwner(
          world.database,
          "update workflow_runtime_events set due_at = now() where id = $1 and due_at is not null",
          [eventId],
        );
        await route();
      }
    } finally {
      await afterwards?.(key);
    }
    const ofEvent = await found({ eventId });
    const [named] = ofEvent.filter((one) => one.cause === cause);
    expect(named?.sentence).toMatch(says);
    expect(named?.evidence).toContainEqual(expect.objectContaining({ kind: "event" }));
    expect(await found({ source: "default", id: `cause.${cause}` })).toEqual(ofEvent);
    const { rows: runs } = {
      rows: await asOwner(world.database, "select id from workflow_runs where trigger_event_id = $1", [eventId]),
    };
    expect(runs).toEqual([]);
    if (triggers === undefined) return;
    expect((await found({ workflow: key })).map((one) => one.sentence)).toEqual([named?.sentence]);
    // A decision outlives what it is about.
    await world.store.tenant(world.tenantId, (db) => deleteWorkflow(db, key));
    expect(await found({ eventId })).toEqual(ofEvent);
  },
);
