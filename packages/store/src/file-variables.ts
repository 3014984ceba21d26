import { readFileSync } from "node:fs";

/** What holds a secret, and may therefore come from a file that only its process can read. */
export const fileVariables = [
  "DATABASE_URL",
  "DISPATCHER_DATABASE_URL",
  "RECONCILER_DATABASE_URL",
  "OWNER_DATABASE_URL",
  "MAINSPRING_PLATFORM_KEY",
  "MAINSPRING_MASTER_KEYS",
  "MAINSPRING_SMTP_URL",
  "REDIS_URL",
] as const;

/**
 * Sets each of {@link fileVariables} from the file that `<name>_FILE` names, where that is set; a line's end is no part of the value.
 * @throws Error that names the variable, for a file that cannot be read and for a variable that is set both ways
 */
export function loadFileVariables(env: NodeJS.ProcessEnv): void {
  for (const name of fileVariables) {
    const path = env[`${name}_FILE`];
    if (path === undefined || path === "") continue;
    if (env[name]) throw new Error(`${name} and ${name}_FILE are both set: unset one of them.`);
    env[name] = contentOf(name, path);
    delete env[`${name}_FILE`]; // a process that inherits this environment finds the value
  }
}

function contentOf(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Error(`${name}_FILE names ${path}, which cannot be read (${code}): correct it, or set ${name} itself.`, {
      cause: error,
    });
  }
}
