import { setTimeout as pause } from "node:timers/promises";
import { prepareNamespace, temporalFromEnvironment } from "@mainspring/runtime/client";
import { migrate, openStore, parseMasterKeys, rolePasswordsOf } from "@mainspring/store";

const withinMs = 120_000;
const everyMs = 500;
const defaultRetentionDays = 30;
/** Of Postgres and of its connections, while it starts. */
const starting = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ECONNRESET", "57P03"]);

/**
 * Makes an installation ready for its processes: tables, roles with their passwords, Temporal's namespace, and the check of the master keys.
 * Safe to repeat, and while processes of the release before run.
 * @param say told each thing that was done
 * @throws Error that names the variable or the place that is at fault
 */
export async function prepare(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  const [ownerUrl, appUrl] = [required(env, "OWNER_DATABASE_URL"), required(env, "DATABASE_URL")];
  const masterKeys = parseMasterKeys(env["MAINSPRING_MASTER_KEYS"]);
  const temporal = temporalFromEnvironment(env);
  const retentionDays = retention(env["MAINSPRING_RETENTION_DAYS"]);

  const { applied } = await whenPostgresAnswers(() => migrate({ ownerUrl, passwords: rolePasswordsOf(env) }));
  say(applied.length === 0 ? "tables: nothing to do" : `tables: ${applied.join(", ")}`);

  const store = openStore({ url: appUrl, max: 1, masterKeys });
  try {
    await store.ready();
  } finally {
    await store.close();
  }
  say("master keys: those of this installation");

  const namespace = await prepareNamespace({ ...temporal, retentionDays, withinMs });
  say(`namespace ${temporal.namespace}: ${namespace}`);
}

async function whenPostgresAnswers<T>(work: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!starting.has((error as { readonly code?: string }).code ?? "") || performance.now() > deadlineMs)
        throw error;
      await pause(everyMs);
    }
  }
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === "")
    throw new Error(`${name} is not set: docs/configuration.md says what it is.`);
  return value;
}

function retention(text: string | undefined): number {
  const days = Number(text ?? defaultRetentionDays);
  if (Number.isInteger(days) && days >= 1) return days;
  throw new Error(`MAINSPRING_RETENTION_DAYS is ${text}: set it to a whole number of days, 1 or more.`);
}
