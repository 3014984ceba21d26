// The running stack of a clone, as it describes itself in `.mainspring/dev.json`.
import { dirname, join } from "node:path";
import { readJsonFile, textOf } from "./json-file.ts";

/** What commands take from the file; a stack that writes less is read as far as it goes. */
export interface DevStack {
  readonly file: string;
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly platformKey: string | undefined;
  readonly tenantId: string | undefined;
  readonly redisUrl: string | undefined;
  readonly masterKeys: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly temporalNamespace: string | undefined;
  /** One address per role. */
  readonly databaseUrls: { readonly app?: string; readonly dispatcher?: string; readonly reconciler?: string };
}

/** The stack of `MAINSPRING_FOLDER`, else of the nearest `.mainspring/dev.json` in the folder or above it. */
export function findDevStack(cwd: string, env: NodeJS.ProcessEnv): DevStack | undefined {
  const named = env["MAINSPRING_FOLDER"];
  if (named) return readDevStack(join(named, "dev.json"));
  for (let folder = cwd; ; folder = dirname(folder)) {
    const found = readDevStack(join(folder, ".mainspring", "dev.json"));
    if (found !== undefined || dirname(folder) === folder) return found;
  }
}

function readDevStack(file: string): DevStack | undefined {
  const content = readJsonFile(file);
  const url = textOf(content, "url");
  if (content === undefined || url === undefined) return undefined;
  const { app, dispatcher, reconciler } = (content["databaseUrls"] ?? {}) as Record<string, unknown>;
  const databaseUrls = { app, dispatcher, reconciler };
  return {
    file,
    url,
    apiKey: textOf(content, "apiKey"),
    platformKey: textOf(content, "platformKey"),
    tenantId: textOf(content, "tenantId"),
    redisUrl: textOf(content, "redisUrl"),
    masterKeys: textOf(content, "masterKeys"),
    temporalAddress: textOf(content, "temporalAddress"),
    temporalNamespace: textOf(content, "temporalNamespace"),
    databaseUrls: {
      app: textOf(databaseUrls, "app"),
      dispatcher: textOf(databaseUrls, "dispatcher"),
      reconciler: textOf(databaseUrls, "reconciler"),
    },
  };
}
