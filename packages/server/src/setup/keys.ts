import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { roleNames } from "@mainspring/store";

/** Where the processes of one installation find each other. */
export interface Places {
  /** Of Postgres: `host:port/database`. */
  readonly postgres: string;
  /** Of Redis: `host:port`. */
  readonly redis: string;
}

/** Who reads a folder of keys: the product alone, or the one service that it is named after, as whatever user that runs. */
type Readers = "product" | "postgres" | "temporal" | "redis";

/**
 * Keys and passwords of an installation, each in a file under `<folder>/<who reads it>`. What is there stays; what is missing is made, at
 * random, whole or not at all.
 * @returns the files that were made
 */
export function makeKeys(folder: string, places: Places): string[] {
  const made: string[] = [];
  const keep = (readers: Readers, name: string, content: () => string): string => {
    const path = join(folder, readers, name);
    if (existsSync(path)) return path;
    mkdirSync(join(folder, readers), { recursive: true });
    writeAtOnce(path, content(), readers === "product" ? 0o400 : 0o444);
    made.push(`${readers}/${name}`);
    return path;
  };
  // A password stands both where its service reads it and in the addresses of its users: made together, or not at all.
  const superuser = secret();
  if (!existsSync(join(folder, "product", "owner-database-url")) || !existsSync(join(folder, "postgres", "password"))) {
    if (existsSync(join(folder, "postgres", "password")))
      throw new Error(
        `${join(folder, "postgres", "password")} is there without product/owner-database-url: restore the keys together.`,
      );
    keep("product", "owner-database-url", () => `postgres://postgres:${superuser}@${places.postgres}`);
    keep("postgres", "password", () => superuser);
  }
  for (const role of ["app", "dispatcher", "reconciler"] as const)
    keep("product", `${role}-database-url`, () => `postgres://${roleNames[role]}:${secret()}@${places.postgres}`);
  keep("product", "platform-key", () => `msp_${secret()}`);
  keep("product", "master-keys", () => randomBytes(32).toString("hex"));
  const temporalPassword = secret();
  if (!existsSync(join(folder, "temporal", "postgres-password"))) {
    keep("temporal", "postgres-password", () => temporalPassword);
    keep("postgres", "temporal-password", () => temporalPassword);
  }
  const redisPassword = secret();
  if (!existsSync(join(folder, "redis", "redis.conf"))) {
    keep("product", "redis-url", () => `redis://:${redisPassword}@${places.redis}`);
    keep("redis", "redis.conf", () => `requirepass ${redisPassword}\nappendonly yes\n`);
  }
  return made;
}

/** Letters and digits only: it stands in addresses and settings as it is. */
function secret(): string {
  return randomBytes(24).toString("hex");
}

function writeAtOnce(path: string, content: string, mode: number): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${content.trimEnd()}\n`, { mode });
  chmodSync(draft, mode); // whatever the umask is
  renameSync(draft, path);
}
