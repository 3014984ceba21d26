import type { Route } from "./route.ts";
import { actions } from "./routes/actions.ts";
import { apiKeys } from "./routes/api-keys.ts";
import { audit } from "./routes/audit.ts";
import { bundles } from "./routes/bundles.ts";
import { calendars } from "./routes/calendars.ts";
import { codec } from "./routes/codec.ts";
import { dataStore } from "./routes/data-store.ts";
import { deadLetters, redelivery } from "./routes/dead-letters.ts";
import { decisions } from "./routes/decisions.ts";
import { events } from "./routes/events.ts";
import { eventTypes } from "./routes/event-types.ts";
import { forms } from "./routes/forms.ts";
import { health } from "./routes/health.ts";
import { platform } from "./routes/platform.ts";
import { recovery } from "./routes/recovery.ts";
import { runs } from "./routes/runs.ts";
import { savedViews } from "./routes/saved-views.ts";
import { schedules } from "./routes/schedules.ts";
import { secrets } from "./routes/secrets.ts";
import { tasks } from "./routes/tasks.ts";
import { usage } from "./routes/usage.ts";
import { webhooks } from "./routes/webhooks.ts";
import { workflowInsight } from "./routes/workflow-insight.ts";
import { workflows } from "./routes/workflows.ts";

/** Every route, by noun and name. Server, OpenAPI document and client derive from it. */
export const contract = {
  workflows: { ...workflows, ...workflowInsight, ...bundles },
  runs: { ...runs, ...recovery },
  events: { ...events, ...redelivery },
  eventTypes,
  decisions,
  deadLetters,
  tasks,
  forms,
  actions,
  calendars,
  dataStore,
  schedules,
  secrets,
  webhooks,
  codec,
  apiKeys,
  audit,
  savedViews,
  usage,
  platform,
  health,
} satisfies {
  readonly [noun: string]: { readonly [name: string]: Route };
};
export type Contract = typeof contract;

export interface NamedRoute {
  /** Such as `runs.start`. */
  readonly id: string;
  readonly noun: string;
  readonly name: string;
  readonly route: Route;
}

/** The routes as a list, in the order of the contract. */
export function listRoutes(): NamedRoute[] {
  return Object.entries(contract).flatMap(([noun, routes]) =>
    Object.entries(routes).map(([name, route]) => ({ id: `${noun}.${name}`, noun, name, route: route as Route })),
  );
}
