import { engineMutants } from "./engine.ts";
import { evaluatorMutants } from "./evaluator.ts";
import { eventMutants } from "./events.ts";
import { interpreterMutants } from "./interpreter.ts";
import type { Mutant } from "./mutant.ts";
import { publishingMutants } from "./publishing.ts";
import { scheduleMutants } from "./schedules.ts";
import { secretMutants } from "./secrets.ts";
import { taskMutants } from "./tasks.ts";
import { tenantMutants } from "./tenants.ts";
import { waitMutants } from "./waits.ts";
import { webhookMutants } from "./webhooks.ts";

/** All deliberate faults, by what they are in. */
export const mutantsOf = {
  interpreter: interpreterMutants,
  evaluator: evaluatorMutants,
  waits: waitMutants,
  publishing: publishingMutants,
  secrets: secretMutants,
  tasks: taskMutants,
  engine: engineMutants,
  events: eventMutants,
  tenants: tenantMutants,
  schedules: scheduleMutants,
  webhooks: webhookMutants,
} as const satisfies Record<string, readonly Mutant[]>;

export type Area = keyof typeof mutantsOf;
export const areas = Object.keys(mutantsOf) as Area[];
