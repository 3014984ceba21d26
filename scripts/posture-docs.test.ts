import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listRoutes } from "../packages/api/src/index.ts";
import { errors, packQueueOf, runWorkflowType, taskQueue } from "../packages/core/src/index.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

test("[OWN-13] docs/ownership.md names each queue, who polls it, and what no variable changes", () => {
  const page = read("docs/ownership.md");
  const rows = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, queue]) => queue);
  expect(rows).toEqual([taskQueue, packQueueOf("<pack>")]);
  for (const word of [runWorkflowType, "WORKFLOW_RUNTIME_V2_TEMPORAL_TASK_QUEUE", "@mainspring/runtime/packs"])
    expect(page).toContain(word);
  for (const [path] of page.matchAll(/packages\/[\w./-]+\.ts/g)) expect(() => read(path)).not.toThrow();
  const exported = read("packages/runtime/package.json");
  for (const [, entry] of page.matchAll(/@mainspring\/runtime\/(\w+)/g)) expect(exported).toContain(`"./${entry}"`);
});

test("[RUN-15] docs/support-posture.md states authority, the controls that exist, correlation, and how to read the projection", () => {
  const page = read("docs/support-posture.md");
  expect([...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual([
    "Authority",
    "Controls",
    "Correlation",
    "Reading the projection",
  ]);
  const told = [...page.matchAll(/^\| `(?:POST|GET) (\/runs\/:id\/[\w-]+)`/gm)].map(([, path]) => path);
  const controls = listRoutes()
    .filter(({ route }) => route.method === "POST" && route.path.startsWith("/runs/:id/"))
    .map(({ route }) => route.path)
    .filter((path) => path !== "/runs/:id/rebuild");
  expect(told).toEqual(expect.arrayContaining(controls));
  for (const [, code] of page.matchAll(/`([A-Z][A-Z_]{5,})`/g))
    if (
      !["QUEUED", "RUNNING", "WAITING", "PAUSED", "SUCCEEDED", "FAILED", "CANCELED", "RETRYING", "RESOLVED"].includes(
        code ?? "",
      ) &&
      !code?.startsWith("WORKFLOW_RUNTIME")
    )
      expect(Object.keys(errors), code).toContain(code);
});
