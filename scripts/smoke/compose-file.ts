// compose.yaml as data, and the environments that it gives to the processes of the product.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../checks.ts";

export type ComposeService = {
  readonly image?: string;
  readonly build?: { readonly target?: string };
  readonly command?: string[];
  readonly entrypoint?: string[];
  readonly environment?: Record<string, string>;
  readonly ports?: string[];
  readonly volumes?: string[];
  readonly depends_on?: Record<string, { readonly condition: string }>;
  readonly healthcheck?: { readonly test?: string[]; readonly disable?: boolean };
  readonly restart?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: string[];
  readonly security_opt?: string[];
  readonly network_mode?: string;
  readonly stop_grace_period?: string;
};

export type ComposeFile = {
  readonly services: Record<string, ComposeService>;
  readonly volumes: Record<string, unknown>;
};

export const composePath = join(root, "compose.yaml");

/** With its variables filled in, as `docker compose config` would. `env` goes before the defaults in the file. */
export function readCompose(env: Readonly<Record<string, string>> = {}): ComposeFile {
  return interpolate(parse(readFileSync(composePath, "utf8"), { merge: true }), env) as ComposeFile;
}

/** `${NAME:-default}` and `$$`: all that the file uses. */
function interpolate(value: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string")
    return value.replaceAll(/\$(?:\$|\{([A-Z0-9_]+)(?::-([^}]*))?\})/g, (whole, name?: string, fallback?: string) =>
      name === undefined ? "$" : env[name] || (fallback ?? missing(whole)),
    );
  if (Array.isArray(value)) return value.map((one) => interpolate(one, env));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, interpolate(one, env)]));
}

function missing(variable: string): never {
  throw new Error(`compose.yaml needs ${variable}, which has no default`);
}
