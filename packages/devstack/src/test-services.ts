// One Postgres and one Temporal for a whole test run.
import { mkdtempSync, chmodSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./ports.ts";
import { embeddedPostgres } from "./postgres/postgres.ts";
import type { Progress } from "./progress.ts";
import { createSupervisor } from "./supervisor.ts";
import { findTemporal } from "./temporal/program.ts";
import { localTemporal } from "./temporal/temporal.ts";

export type TestServices = {
  /** Superuser, to a database in which nothing is. Tests make databases of their own. */
  ownerUrl: string;
  /** host:port. Tests make namespaces of their own. */
  temporalAddress: string;
  stop(): Promise<void>;
};

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
