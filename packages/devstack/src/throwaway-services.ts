// One Postgres and one Temporal for a whole test run.
import { env } from "node:process";
import { mkdtempSync, chmodSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./ports.ts";
import { embeddedPostgres } from "./postgres/postgres.ts";
import type { Progress } from "./progress.ts";
import { createSupervisor } from "./supervisor.ts";
import { findTemporal } from "./temporal/program.ts";
import { localTemporal } from "./temporal/temporal.ts";

/** Where those that run already are named. */
export const testVariables = {
  database: "MAINSPRING_TEST_DATABASE_URL",
  temporal: "MAINSPRING_TEST_TEMPORAL_ADDRESS",
} as const;

export type TestServices = {
  /** Superuser, to a database in which nothing is. Tests make databases of their own. */
  ownerUrl: string;
  /** host:port. Tests make namespaces of their own. */
  temporalAddress: string;
  stop(): Promise<void>;
};

/** Those that the environment names, which `stop` leaves alone; else ones that are thrown away. */
export async function sharedTestServices(progress: Progress): Promise<TestServices> {
  const [ownerUrl, temporalAddress] = [env[testVariables.database], env[testVariables.temporal]];
  if (ownerUrl === undefined || temporalAddress === undefined) return startTestServices(progress);
  return { ownerUrl, temporalAddress, stop: async () => {} };
}

/** What starts is thrown away at the end, and ended by the guardian when this process is killed. */
export async function startTestServices(progress: Progress): Promise<TestServices> {
  const folder = mkdtempSync(join(tmpdir(), "mainspring-test-"));
  chmodSync(folder, 0o711); // Postgres runs as another user when we are root
  const supervisor = createSupervisor();
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const program = await findTemporal(process.env, progress);
    const postgres = await embeddedPostgres({ folder, port: await freePort(), durability: "throwAway" });
    await progress.step("Postgres for the tests", () => supervisor.start(postgres.service));
    const temporal = localTemporal({ program, folder, port: await freePort() });
    await progress.step("Temporal for the tests", () => supervisor.start(temporal.service));
    return { ownerUrl: postgres.ownerUrl, temporalAddress: temporal.address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
