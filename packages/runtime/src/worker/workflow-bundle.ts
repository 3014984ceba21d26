import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, type BundleOptions, type WorkflowBundle } from "@temporalio/worker";
import { ownFile } from "../own-file.ts";
import { payloadConverterPath } from "../temporal/data-converter.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const require = createRequire(import.meta.url);

/** Made once by `npm run build`; the sources have none. */
export const builtBundle = here("../workflow-code.bundle");

const languageLevel = "es2022";

/** How workflow code of ours is bundled; benchmarks bundle theirs in the same way. */
export const bundleOptions = {
  // Evaluated once per thread and shared by all runs: they hold no state of a run.
  preloadModules: [
    ownFile(import.meta.url, "../wire/shared-programs"),
    ownFile(import.meta.url, "../workflow/preloaded"),
  ],
  webpackConfigHook: withLanguageLevel,
  logger: { trace: quiet, debug: quiet, info: quiet, warn: loud, error: loud, log: quiet },
};

/**
 * The workflow code as one bundle. Built once for given sources, about a second, and kept beside the installed packages: a worker that
 * is started again after a crash should not spend that second.
 */
export async function workflowBundle(): Promise<WorkflowBundle> {
  if (existsSync(builtBundle)) return { code: readFileSync(builtBundle, "utf8") };
  const folder = join(
    dirname(dirname(dirname(require.resolve("@temporalio/worker/package.json")))),
    ".cache",
    "mainspring",
  );
  const codePath = join(folder, `workflow-bundle-${sourcesHash()}.js`);
  if (existsSync(codePath)) return { code: readFileSync(codePath, "utf8") };
  const { code } = await makeWorkflowBundle();
  try {
    mkdirSync(folder, { recursive: true });
    const partial = `${codePath}.${process.pid}`;
    writeFileSync(partial, code);
    renameSync(partial, codePath); // whole or not at all
  } catch {
    // A read-only installation builds it each time.
  }
  return { code };
}

/** Bundles anew, about a second. */
export function makeWorkflowBundle(): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    ...bundleOptions,
    workflowsPath: ownFile(import.meta.url, "../workflow/run-workflow"),
    workflowInterceptorModules: [ownFile(import.meta.url, "../workflow/trace-interceptors")],
    payloadConverterPath,
  });
}

type WebpackConfig = Parameters<NonNullable<BundleOptions["webpackConfigHook"]>>[0];

/** Left to itself the SDK lowers to ES2017, where each private member and each spread is a call of a helper: the interpreter is made of them. */
function withLanguageLevel(config: WebpackConfig): WebpackConfig {
  let compilers = 0;
  for (const rule of config.module?.rules ?? []) {
    const options = (rule as { use?: { options?: { jsc?: { target?: string } } } }).use?.options;
    if (options?.jsc === undefined) continue;
    options.jsc.target = languageLevel;
    compilers++;
  }
  if (compilers !== 1) throw new Error("The SDK's bundler compiles TypeScript in another way than the one known here");
  return config;
}

/** Of everything that the bundle is made of. */
function sourcesHash(): string {
  const hash = createHash("sha256");
  for (const folder of [
    here("../workflow"),
    here("../wire"),
    here("../activities"),
    dirname(require.resolve("@mainspring/core")),
  ]) {
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
      if (/\.[jt]s$/.test(name) && !/\.test\.[jt]s$/.test(name))
        hash.update(name).update(readFileSync(join(folder, name)));
    }
  }
  const sdk = JSON.parse(readFileSync(require.resolve("@temporalio/workflow/package.json"), "utf8")) as {
    readonly version: string;
  };
  return hash.update(sdk.version).update(languageLevel).digest("hex").slice(0, 16);
}

function quiet(): void {}
function loud(message: string): void {
  process.stderr.write(`workflow bundle: ${message}\n`);
}
