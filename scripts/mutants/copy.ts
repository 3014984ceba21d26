import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../checks.ts";

/**
 * The sources of all packages at another place, with the installed packages of this repository and the copies themselves in the place of
 * those that are ours: a fault in one is seen by the tests of another.
 */
export function copyOf(place: string): string {
  const packages = readdirSync(join(root, "packages"));
  for (const name of packages)
    cpSync(join(root, "packages", name), join(place, "packages", name), {
      recursive: true,
      filter: (path) => !/[\\/](?:node_modules|dist)$/.test(path),
    });
  for (const name of ["scripts", "examples"]) cpSync(join(root, name), join(place, name), { recursive: true });
  for (const name of ["package.json", "tsconfig.base.json"]) cpSync(join(root, name), join(place, name));
  const installed = join(place, "node_modules");
  mkdirSync(join(installed, "@mainspring"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== "@mainspring") symlinkSync(join(root, "node_modules", name), join(installed, name), "junction");
  }
  for (const name of packages) {
    symlinkSync(join(place, "packages", name), join(installed, "@mainspring", name), "junction");
    // What a package has for itself alone.
    const own = join(root, "packages", name, "node_modules");
    if (hasEntries(own)) symlinkSync(own, join(place, "packages", name, "node_modules"), "junction");
  }
  const unit = { pool: "threads", isolate: false, testTimeout: 20_000, maxWorkers: 1 };
  const served = { pool: "forks", testTimeout: 120_000, hookTimeout: 180_000, maxWorkers: 1 };
  const include = (suffix: string): string[] => [`packages/*/src/**/*${suffix}`];
  const projects = [
    { test: { name: "unit", include: include(".test.ts"), exclude: include(".integration.test.ts"), ...unit } },
    { test: { name: "integration", include: include(".integration.test.ts"), ...served } },
  ];
  writeFileSync(join(place, "vitest.config.mjs"), `export default ${JSON.stringify({ test: { projects } })};\n`);
  return place;
}

function hasEntries(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}
