import { canonicalHash, type Json, type Program } from "@mainspring/core";
import { getProgram, type TenantDb } from "@mainspring/store";

/** Programs kept by a worker process. */
const keptPrograms = 500;

/** Programs by tenant and hash, each read and checked once while it is kept. */
export class Programs {
  readonly #kept = new Map<string, Program>();

  /** @returns undefined when there is none, or its content does not have its hash */
  async load(db: TenantDb, programHash: string): Promise<Program | undefined> {
    const key = `${db.tenantId}:${programHash}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const stored = (await getProgram(db, programHash)) as Program | undefined;
    if (stored === undefined || hashOf(stored) !== programHash) return undefined;
    this.#kept.set(key, stored);
    if (this.#kept.size > keptPrograms) this.#kept.delete(this.#kept.keys().next().value as string);
    return stored;
  }
}

function hashOf(program: Program): string {
  const { programHash: _, ...rest } = program;
  return canonicalHash(rest as unknown as Json);
}
