// Table of contents of `@mainspring/devstack`.
export { devJsonFile, readDevJson } from "./dev-json.ts";
export type { DevJson } from "./dev-json.ts";
export { lineProgress } from "./progress.ts";
export type { Progress } from "./progress.ts";
export { SetupError } from "./setup-error.ts";
export { startStack } from "./stack.ts";
export type { Stack, StackOptions } from "./stack.ts";
export { createSupervisor } from "./supervisor.ts";
export type { Supervisor } from "./supervisor.ts";
