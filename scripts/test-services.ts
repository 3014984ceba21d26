// Postgres and Temporal for the integration and browser tests.
// As vitest's globalSetup: started once per run and stopped after it, unless the environment names running ones.
// In the foreground, `node scripts/test-services.ts`: prints two export lines and stays until Ctrl-C, so that many test
// runs share one pair.
import { fileURLToPath } from "node:url";
import { lineProgress } from "../packages/devstack/src/progress.ts";
import { startTestServices, testVariables, type TestServices } from "../packages/devstack/src/throwaway-services.ts";

const progress = lineProgress((text) => void process.stderr.write(text));

/** Each project of vitest loads this file for itself, so what is shared hangs on the process. */
type Shared = { users: number; services: Promise<TestServices> };
const key = Symbol.for("mainspring.test-services");
const holder = globalThis as { [key]?: Shared };

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  const given = process.env[testVariables.database] !== undefined && process.env[testVariables.temporal] !== undefined;
  if (given && holder[key] === undefined) return undefined;
  const shared = (holder[key] ??= { users: 0, services: startTestServices(progress) });
  shared.users += 1;
  const { ownerUrl, temporalAddress, stop } = await shared.services;
  process.env[testVariables.database] = ownerUrl;
  process.env[testVariables.temporal] = temporalAddress;
  return async () => {
    shared.users -= 1;
    if (shared.users === 0) await stop();
  };
}

async function foreground(): Promise<void> {
  const { ownerUrl, temporalAddress, stop } = await startTestServices(progress);
  process.stdout.write(`export ${testVariables.database}='${ownerUrl}'\n`);
  process.stdout.write(`export ${testVariables.temporal}='${temporalAddress}'\n`);
  const end = async (): Promise<void> => {
    await stop();
    process.exit(0);
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  setInterval(() => {}, 60_000); // nothing else holds this process
}

// import.meta.main is not there in Node 22, which serves where no newer one is packaged.
if (process.argv[1] === fileURLToPath(import.meta.url)) await foreground();
