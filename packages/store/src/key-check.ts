import { sql } from "kysely";
import { masterKeysVariable, type MasterKeys } from "./master-keys.ts";
import { seal, unseal } from "./sealing.ts";
import type { PlatformDb } from "./store.ts";

const context = ["mainspring/master-key-check"];

/**
 * Whether this process has the master keys of the others: it must open what the key that was introduced last has sealed. A newer key of its
 * own is introduced by it.
 * @throws Error that names the variable and the key that is missing by its id, or says that the two differ
 */
export async function checkMasterKeys(db: PlatformDb, keys: MasterKeys): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('mainspring:master-keys', 0))`.execute(db);
  const { rows } = await sql<{ id: string; checkValue: Buffer }>`
    select id, check_value as "checkValue" from master_keys order by introduced desc`.execute(db);
  const [last] = rows;
  if (last !== undefined) {
    const key = keys.find(last.id);
    if (key === undefined)
      throw new Error(
        `${masterKeysVariable} has not the key ${last.id}, which the other processes of this installation use: give every server and worker the same keys.`,
      );
    unseal(key.key, last.checkValue, context);
  }
  const { newest } = keys;
  if (rows.some(({ id }) => id === newest.id)) return;
  const checkValue = seal(newest.key, Buffer.from(newest.id, "utf8"), context);
  await sql`insert into master_keys (id, check_value) values (${newest.id}, ${checkValue})`.execute(db);
}
