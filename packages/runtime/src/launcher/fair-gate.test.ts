import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { FairGate } from "./fair-gate.ts";

/** Work that ends when it is told to. */
function held(): { readonly work: () => Promise<void>; readonly end: () => void; readonly begun: () => boolean } {
  let end = (): void => undefined;
  let begun = false;
  const over = new Promise<void>((resolve) => (end = resolve));
  return { work: () => ((begun = true), over), end: () => end(), begun: () => begun };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("[FAI-01] a tenant with a long line does not stand in front of another's first request", async () => {
  const gate = new FairGate({ perTenant: 2, total: 3, placeMs: () => 60_000 });
  const flood = Array.from({ length: 100 }, held);
  const flooding = flood.map(({ work }) => gate.run("a", work));
  const other = held();
  const answered = gate.run("b", other.work);
  await settled();
  expect([flood.filter(({ begun }) => begun()).length, other.begun()]).toEqual([2, true]);
  other.end();
  await answered;
  for (const { end } of flood) end();
  await Promise.all(flooding);
  expect(flood.every(({ begun }) => begun())).toBe(true);
});

test("[FAI-01] tenants that wait take turns, each in the order of its requests", async () => {
  const gate = new FairGate({ perTenant: 1, total: 1, placeMs: () => 60_000 });
  const order: string[] = [];
  const first = held();
  const all = [gate.run("a", first.work)];
  for (const [tenant, name] of [
    ["a", "a1"],
    ["a", "a2"],
    ["a", "a3"],
    ["b", "b1"],
    ["b", "b2"],
    ["c", "c1"],
  ] as const)
    all.push(gate.run(tenant, async () => void order.push(name)));
  first.end();
  await Promise.all(all);
  expect(order).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
});

test("[FAI-01] on a busy machine a tenant's line goes one at a time as long as another has asked lately, and else as ever", async () => {
  for (const [others, expected] of [
    [["b"], 1],
    [[], 2],
  ] as const) {
    const gate = new FairGate({ perTenant: 2, total: 8, placeMs: () => 60_000, besideOthersMs: 60_000 });
    for (const tenant of [...others, "a"]) await gate.run(tenant, async () => undefined);
    let [ended, underWay, most] = [0, 0, 0];
    // So long only a busy machine takes, after what came before. The first two begin before that is known.
    const work = async (): Promise<void> => {
      underWay++;
      if (ended >= 2) most = Math.max(most, underWay);
      await pause(30);
      underWay--;
      ended++;
    };
    await Promise.all(Array.from({ length: 6 }, () => gate.run("a", work)));
    expect([ended, most]).toEqual([6, expected]);
  }
});

test("[FAI-01] requests that are refused at once do not make a machine look busy", async () => {
  const gate = new FairGate({ perTenant: 2, total: 8, placeMs: () => 60_000, besideOthersMs: 60_000 });
  await gate.run("b", () => pause(500));
  await expect(gate.run("a", () => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
  await gate.run("a", () => pause(20));
  const both = [held(), held()];
  const running = both.map(({ work }) => gate.run("a", work));
  await settled();
  expect(both.map(({ begun }) => begun())).toEqual([true, true]);
  for (const { end } of both) end();
  await Promise.all(running);
});

test("work that fails gives back its place, and work that takes long gives it to the next one", async () => {
  const gate = new FairGate({ perTenant: 1, total: 1, placeMs: () => 20 });
  await expect(gate.run("a", () => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
  const slow = held();
  const running = gate.run("a", slow.work);
  expect(await gate.run("a", async () => "next")).toBe("next");
  slow.end();
  await running;
  expect(await gate.run("b", async () => "after")).toBe("after");
});
