import { expect, test } from "vitest";
import {
  boundsFromEnvironment,
  hostFromEnvironment,
  ingestionWorkersFromEnvironment,
  portFromEnvironment,
  waitsFromEnvironment,
} from "./environment.ts";

test("[OPS-02] WORKFLOW_WORKER_COUNT is 2 when it is left out or empty, and a value that cannot be is named", () => {
  expect(ingestionWorkersFromEnvironment({})).toBe(2);
  expect(ingestionWorkersFromEnvironment({ WORKFLOW_WORKER_COUNT: "" })).toBe(2);
  expect(ingestionWorkersFromEnvironment({ WORKFLOW_WORKER_COUNT: "5" })).toBe(5);
  for (const text of ["0", "-1", "65", "1.5", "many", " 2", "1e1", "0x2"])
    expect(() => ingestionWorkersFromEnvironment({ WORKFLOW_WORKER_COUNT: text })).toThrow(
      `WORKFLOW_WORKER_COUNT is ${text}`,
    );
});

test("[OPS-04] what a worker cannot read in its environment is named, and empty is left out", () => {
  expect(portFromEnvironment({})).toBeUndefined();
  expect(portFromEnvironment({ MAINSPRING_WORKER_PORT: "" })).toBeUndefined();
  expect(portFromEnvironment({ MAINSPRING_WORKER_PORT: "8081" })).toBe(8_081);
  expect(() => portFromEnvironment({ MAINSPRING_WORKER_PORT: "http" })).toThrow("MAINSPRING_WORKER_PORT is http");
  expect(() => portFromEnvironment({ MAINSPRING_WORKER_PORT: "65536" })).toThrow("MAINSPRING_WORKER_PORT is 65536");
  for (const text of ["{", "[]", "null", '{"unknown":1}', '{"inboxPollMs":0}', '{"inboxPollMs":"1"}'])
    expect(() => waitsFromEnvironment({ MAINSPRING_WAITS: text })).toThrow("MAINSPRING_WAITS");
  expect(waitsFromEnvironment({ MAINSPRING_WAITS: '{"inboxPollMs":5}' })).toEqual({ inboxPollMs: 5 });
  expect(() => boundsFromEnvironment({ MAINSPRING_BOUNDS: '{"x":1}' })).toThrow("MAINSPRING_BOUNDS");
  expect(() => hostFromEnvironment({ MAINSPRING_DEV: "1", MAINSPRING_HOST: "0.0.0.0" })).toThrow("MAINSPRING_HOST");
});
