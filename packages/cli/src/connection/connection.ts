import { homedir } from "node:os";
import { join } from "node:path";
import { CliError, usageError } from "../cli-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { findDevStack } from "./dev-json.ts";
import { readJsonFile, textOf } from "./json-file.ts";

export interface ConnectionFlags {
  readonly url?: string;
  readonly apiKey?: string;
  readonly platformKey?: string;
}

export interface Connection {
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly platformKey: string | undefined;
  /** Where the address was found, in words. */
  readonly from: string;
}

interface Source {
  readonly from: string;
  readonly url: string | undefined;
  readonly apiKey: string | undefined;
  readonly platformKey: string | undefined;
}

/**
 * The server to speak to: the first address among the options, the environment, `.mainspring/dev.json` and the
 * configuration file. A key that stands in a file goes to the address in that file and nowhere else; one that was given
 * by option or in the environment goes with whatever address is used.
 * @throws CliError NO_SERVER (exit code 3), USAGE (2)
 */
export function findConnection(flags: ConnectionFlags, env: NodeJS.ProcessEnv, cwd: string): Connection {
  const given: Source = { from: "--url", url: flags.url, apiKey: flags.apiKey, platformKey: flags.platformKey };
  const environment: Source = {
    from: "MAINSPRING_URL",
    url: env["MAINSPRING_URL"] || undefined,
    apiKey: env["MAINSPRING_API_KEY"] || undefined,
    platformKey: env["MAINSPRING_PLATFORM_KEY"] || undefined,
  };
  const stack = findDevStack(cwd, env);
  const files: Source[] = [
    ...(stack === undefined
      ? []
      : [{ from: stack.file, url: stack.url, apiKey: stack.apiKey, platformKey: stack.platformKey }]),
    ...configured(env),
  ];
  const chosen = [given, environment, ...files].find(({ url }) => url !== undefined);
  if (chosen?.url === undefined) {
    throw new CliError(
      "NO_SERVER",
      "No server is known: there is neither --url, nor MAINSPRING_URL, nor a running stack in this folder or above it, nor a configuration file.",
      "Start one with `npm start`, or name one with --url and --api-key.",
      exitCodes.unreachable,
    );
  }
  const url = checkedUrl(chosen.url, chosen.from);
  // Whoever names the address of a known stack by hand means that stack, with its key.
  const same = files.find((file) => file.url !== undefined && originOf(file.url) === originOf(url));
  return {
    url,
    from: chosen.from,
    apiKey: given.apiKey ?? environment.apiKey ?? same?.apiKey,
    platformKey: given.platformKey ?? environment.platformKey ?? same?.platformKey,
  };
}

export function configFile(env: NodeJS.ProcessEnv): string {
  return join(env["XDG_CONFIG_HOME"] || join(env["HOME"] || homedir(), ".config"), "mainspring", "config.json");
}

function configured(env: NodeJS.ProcessEnv): Source[] {
  const file = configFile(env);
  const content = readJsonFile(file);
  if (content === undefined) return [];
  return [
    {
      from: file,
      url: textOf(content, "url"),
      apiKey: textOf(content, "apiKey"),
      platformKey: textOf(content, "platformKey"),
    },
  ];
}

function checkedUrl(url: string, from: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !["http:", "https:"].includes(parsed.protocol)) {
    throw usageError(
      `${from} is ${url}, which is no address of a server.`,
      "Write it as http://host:port or https://host.",
    );
  }
  return url;
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
