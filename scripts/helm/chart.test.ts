import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileVariables } from "@mainspring/store";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../checks.ts";
import { readCompose } from "../smoke/compose-file.ts";
import { renderChart, type Manifest } from "./render-chart.ts";

interface Container {
  readonly image: string;
  readonly command?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: object;
  readonly readinessProbe?: { readonly httpGet: { readonly path: string } };
  readonly livenessProbe?: { readonly httpGet: { readonly path: string } };
  readonly ports?: readonly { readonly containerPort: number }[];
}
interface Pod {
  readonly securityContext: object;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly [Container];
  readonly imagePullSecrets?: readonly object[];
  readonly volumes: readonly {
    readonly secret?: { readonly secretName: string; readonly items: readonly { readonly key: string }[] };
  }[];
}

const folder = join(root, "deploy/helm/mainspring");
const defaults = parse(readFileSync(join(folder, "values.yaml"), "utf8")) as object;
const all = {
  ...defaults,
  redis: true,
  env: { WORKFLOW_WORKER_COUNT: 3 },
  image: { prefix: "registry.example/team/", tag: "1.2.3", pullPolicy: "Always", pullSecrets: [{ name: "registry" }] },
  ingress: {
    enabled: true,
    className: "nginx",
    host: "flows.example",
    tlsSecret: "tls",
    annotations: { "a.example/b": "c" },
  },
};
const made = (values: object): Map<string, Manifest> =>
  new Map(renderChart(folder, values, "ms").map((one) => [`${one.kind} ${one.metadata.name}`, one]));
function podOf(manifests: ReadonlyMap<string, Manifest>, name: string): Pod {
  const manifest = manifests.get(name);
  if (manifest === undefined) throw new Error(`the chart makes no ${name}`);
  return (manifest.spec as { template: { spec: Pod } }).template.spec;
}
const keysOf = (pod: Pod): string[] => pod.volumes.flatMap(({ secret }) => secret?.items.map(({ key }) => key) ?? []);
const envOf = (pod: Pod): Record<string, string> =>
  Object.fromEntries(pod.containers[0].env.map(({ name, value }) => [name, value]));
const pods = ["Job ms-prepare", "Deployment ms-server", "Deployment ms-worker"];

test("the chart makes what the compose file starts of the product, with the same variables and the same commands", () => {
  const chart = made(all);
  expect([...chart.keys()].sort()).toEqual([
    "Deployment ms-server",
    "Deployment ms-worker",
    "Ingress ms",
    "Job ms-prepare",
    "PodDisruptionBudget ms-server",
    "PodDisruptionBudget ms-worker",
    "Service ms-server",
  ]);
  const { services } = readCompose();
  for (const [name, of] of [
    ["Job ms-prepare", "migrate"],
    ["Deployment ms-server", "server"],
    ["Deployment ms-worker", "worker"],
  ] as const) {
    const pod = podOf(chart, name);
    const env = envOf(pod);
    // What a person may set stands in `env`; what the installation needs stands in both.
    for (const [variable, value] of Object.entries(services[of]?.environment ?? {}))
      if (variable.endsWith("_FILE")) expect([variable, env[variable]]).toEqual([variable, value]);
    expect(env).toMatchObject({
      MAINSPRING_HOST: "0.0.0.0",
      WORKFLOW_WORKER_COUNT: "3",
      TEMPORAL_NAMESPACE: "mainspring",
    });
    expect(pod.containers[0].command).toEqual(of === "migrate" ? services[of]?.command : undefined);
    expect(pod.containers[0].image).toBe(`registry.example/team/mainspring-${of === "worker" ? of : "server"}:1.2.3`);
    expect(pod.imagePullSecrets).toEqual([{ name: "registry" }]);
    // Each file that a variable names is mounted, and no other.
    const files = Object.entries(env).flatMap(([variable, value]) => (variable.endsWith("_FILE") ? [value] : []));
    expect(files.toSorted()).toEqual(
      keysOf(pod)
        .map((key) => `/keys/product/${key}`)
        .toSorted(),
    );
    for (const variable of Object.keys(env).filter((each) => each.endsWith("_FILE")))
      expect(fileVariables).toContain(variable.replace(/_FILE$/, ""));
  }
  expect(chart.get("Job ms-prepare")?.metadata.annotations?.["helm.sh/hook"]).toBe("pre-install,pre-upgrade");
});

test("each process is given the keys that it needs, and the owner's address is the preparation's alone", () => {
  const chart = made(defaults);
  const who = (key: string): string[] => pods.filter((name) => keysOf(podOf(chart, name)).includes(key));
  expect(who("owner-database-url")).toEqual(["Job ms-prepare"]);
  expect(who("platform-key")).toEqual(["Deployment ms-server"]);
  expect(who("master-keys")).toEqual(pods);
  expect(who("redis-url"), "without Redis nobody is told of one").toEqual([]);
  expect([...chart.keys()]).not.toContain("Ingress ms");
  const version = (parse(readFileSync(join(folder, "Chart.yaml"), "utf8")) as { appVersion: string }).appVersion;
  expect(readFileSync(join(root, "compose.yaml"), "utf8")).toContain(
    `mainspring-server:\${MAINSPRING_VERSION:-${version}}`,
  );
  expect(podOf(chart, "Deployment ms-worker").containers[0].image).toBe(`mainspring-worker:${version}`);
});

test("pods run without rights, on a file system that they cannot write, and are given the time to end what they hold", () => {
  const chart = made(defaults);
  for (const name of pods) {
    const pod = podOf(chart, name);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 10_001,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(pod.terminationGracePeriodSeconds).toBe(35);
  }
  for (const [name, port] of [
    ["server", 7070],
    ["worker", 7071],
  ] as const) {
    const [container] = podOf(chart, `Deployment ms-${name}`).containers;
    expect(container.ports?.map(({ containerPort }) => containerPort)).toEqual([port]);
    expect(container.readinessProbe?.httpGet.path).toBe("/readyz");
    // A process that waits for Temporal or Redis is not helped by being started again.
    expect(container.livenessProbe?.httpGet.path).toBe("/healthz");
  }
  const [, main = ""] = podOf(chart, "Job ms-prepare").containers[0].command ?? [];
  expect(existsSync(join(root, main.replace("/dist/", "/src/").replace(/\.js$/, ".ts")))).toBe(true);
});
