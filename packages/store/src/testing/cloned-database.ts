import { env } from "node:process";
import { cloneDatabase } from "../cloned-database.ts";
import type { ClonedDatabase } from "../cloned-database.ts";

export type { ClonedDatabase } from "../cloned-database.ts";

/** On the server of MAINSPRING_TEST_DATABASE_URL. */
export async function clonedDatabase(options: { readonly max?: number } = {}): Promise<ClonedDatabase> {
  const serverUrl = env["MAINSPRING_TEST_DATABASE_URL"];
  if (serverUrl === undefined)
    throw new Error(
      "MAINSPRING_TEST_DATABASE_URL is not set: run `node scripts/test-services.ts` and export what it prints.",
    );
  return cloneDatabase(serverUrl, options);
}
