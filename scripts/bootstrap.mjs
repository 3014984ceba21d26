// The way into every script of this repository and into `npx mainspring`. Without dependencies and in plain JavaScript,
// because it runs before anything is installed, on any Node from 20 on. It installs what the lockfile asks for, finds a
// Node that runs TypeScript, and hands over to the wanted program.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** What `npm run <name>` runs: a program and its first arguments. `cli` is `npx mainspring`, run in the caller's folder. */
const programs = {
  start: ["packages/devstack/src/start/main.ts"],
  reset: ["packages/devstack/src/reset/main.ts"],
  test: ["scripts/test.ts"],
  types: ["scripts/check.ts", "types"],
  lint: ["scripts/check.ts", "lint"],
  unused: ["scripts/check.ts", "unused"],
  boundaries: ["scripts/check.ts", "boundaries"],
  format: ["scripts/format.ts"],
  build: ["scripts/build.ts"],
  "compose-smoke": ["scripts/compose-smoke.ts"],
  bench: ["scripts/bench.ts"],
  "big-runs": ["scripts/big-runs.ts"],
  fuzz: ["scripts/fuzz.ts"],
  mutants: ["scripts/mutants.ts"],
  chaos: ["scripts/chaos.ts"],
  flood: ["scripts/flood.ts"],
  outage: ["scripts/outage.ts"],
  fairness: ["scripts/fairness.ts"],
  golden: ["scripts/golden.ts"],
  cli: ["packages/cli/src/main.ts"],
};

/** Installs, picks a Node, runs the program and ends as it ended. */
export async function bootstrap(name, args) {
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (program === undefined) fail(`Nothing is called "${name}": use one of ${Object.keys(programs).join(", ")}.`);
  if (!isAtLeast(process.versions.node, 20, 0)) {
    fail(`This is Node ${process.versions.node}, which is too old to begin with: use Node 20 or newer.`);
  }
  await install(repository);
  const node = findNode(repository, process.versions.node);
  if (node === undefined) {
    fail(
      `There is no Node package for ${process.platform}-${process.arch}, and this Node ${process.versions.node} cannot run TypeScript: use Node 22.19 or newer.`,
    );
  }
  const [file, ...firstArgs] = program;
  run(node, [join(repository, file), ...firstArgs, ...args], name === "cli" ? process.cwd() : repository);
}

/** The Node that the lockfile pins, else the person's own if it can run TypeScript, else undefined. */
export function findNode(root, ownVersion) {
  const folder = join(root, "node_modules", `node-${process.platform}-${process.arch}`.replace("win32", "win"), "bin");
  const pinned = join(folder, process.platform === "win32" ? "node.exe" : "node");
  // Asked for its version because a binary of another C library does not run at all.
  if (existsSync(pinned) && spawnSync(pinned, ["--version"]).status === 0) return pinned;
  return isAtLeast(ownVersion, 22, 19) ? process.execPath : undefined;
}

/** True when node_modules holds what package-lock.json asks for on this platform. */
export function isInstalled(root) {
  const stamp = join(root, "node_modules", ".mainspring-stamp");
  const lockText = readFileSync(join(root, "package-lock.json"), "utf8");
  const hash = createHash("sha256").update(lockText).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return true;
  // npm keeps its own record; where somebody ran npm by hand, it says whether that was enough.
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(lockText).packages;
  const present = JSON.parse(readFileSync(record, "utf8")).packages;
  const complete = Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes("node_modules/")) return true; // the workspaces themselves
    const found = present[path];
    if (found === undefined) return entry.optional === true || entry.peer === true;
    return entry.link === true || found.version === entry.version;
  });
  if (complete) writeFileSync(stamp, hash);
  return complete;
}

async function install(root) {
  if (isInstalled(root)) return;
  const release = await takeLock(join(root, ".mainspring", "install.lock"));
  try {
    if (isInstalled(root)) return; // by another process, while we waited
    const startMs = performance.now();
    const seconds = () => `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
    say("  … Installing packages from the lockfile");
    const reminder = setInterval(() => say(`  … Installing packages from the lockfile: ${seconds()}`), 15_000);
    const code = await npmCi(root).finally(() => clearInterval(reminder));
    if (code !== 0) {
      fail(`\`npm ci\` ended with ${code}, so the packages are not complete: see its message above, then try again.`);
    }
    if (!isInstalled(root)) {
      fail("`npm ci` left packages out: remove node_modules and any `omit` setting of npm, then try again.");
    }
    say(`  ✓ Installing packages from the lockfile (${seconds()})`);
  } finally {
    release();
  }
}

/** The npm that called us, else the one on PATH. Development packages are wanted whatever NODE_ENV says. */
function npmCi(root) {
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--include=dev", "--include=optional"];
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  const child = spawn(command, [...first, ...args], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32" && command === "npm",
  });
  return new Promise((resolve) => {
    child.once("error", () => fail("npm is not on PATH: install Node with npm."));
    child.once("exit", (code, signal) => resolve(code ?? signal));
  });
}

/** One installation at a time. A folder is the lock, because making it either succeeds or fails. */
async function takeLock(folder) {
  const owner = join(folder, "pid");
  mkdirSync(dirname(folder), { recursive: true });
  for (let told = false; ;) {
    try {
      mkdirSync(folder);
      writeFileSync(owner, String(process.pid));
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (!told) say("  … Waiting for another process that is installing");
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (existsSync(owner) && !isAlive(Number(readFileSync(owner, "utf8")))) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Runs the program with its Node first on PATH, passes signals on, and ends with its exit code or signal. */
function run(node, args, cwd) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
  const child = spawn(node, args, { cwd, env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  if (process.env.npm_lifecycle_event !== undefined) endWithParent(child);
  child.once("error", (error) => fail(`${node} does not start: ${error.message}`));
  child.once("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** When npm above us is killed, nobody can reach us any more: the program is asked to end. */
function endWithParent(child) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) child.kill("SIGTERM");
  }, 1_000);
  watch.unref();
}

function isAtLeast(version, major, minor) {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(sentence) {
  say(sentence);
  process.exit(1);
}

const called = process.argv[1];
if (called !== undefined && realpathSync(called) === fileURLToPath(import.meta.url)) {
  await bootstrap(process.argv[2] ?? "", process.argv.slice(3));
}
