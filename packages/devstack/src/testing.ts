// For integration tests of every package. A vitest run has one Postgres and one Temporal, started by
// `scripts/test-services.ts`, which leaves their addresses in the environment.
import { stderr } from "node:process";
import { lineProgress } from "./progress.ts";
import { startTestServices, testVariables, type TestServices } from "./throwaway-services.ts";

let own: Promise<TestServices> | undefined;

export { testVariables } from "./throwaway-services.ts";

/** `ownerUrl` is a superuser's; make a database of your own with it. `stop` leaves a shared server alone. */
export async function testPostgres(): Promise<{ ownerUrl: string; stop(): Promise<void> }> {
  const shared = process.env[testVariables.database];
  if (shared !== undefined) return { ownerUrl: shared, stop: async () => {} };
  const { ownerUrl, stop } = await ownServices();
  return { ownerUrl, stop };
}

/** `address` is host:port; make a namespace of your own there. `stop` leaves a shared server alone. */
export async function testTemporal(): Promise<{ address: string; stop(): Promise<void> }> {
  const shared = process.env[testVariables.temporal];
  if (shared !== undefined) return { address: shared, stop: async () => {} };
  const { temporalAddress, stop } = await ownServices();
  return { address: temporalAddress, stop };
}

function ownServices(): Promise<TestServices> {
  own ??= startTestServices(lineProgress((text) => void stderr.write(text)));
  return own;
}
