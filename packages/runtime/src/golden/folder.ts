import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import proto, { type temporal } from "@temporalio/proto";

const { History } = proto.temporal.api.history.v1;
type History = temporal.api.history.v1.IHistory;

/** A folder for each run: `<n>.bin.gz` for each execution of its chain, `blobs.json.gz` and `run.json`. */
export const goldenFolder = fileURLToPath(new URL("../../golden", import.meta.url));

export interface GoldenRun {
  readonly name: string;
  readonly runId: string;
  readonly stepType: string;
  /** Of the journal that replaying the chain writes. */
  readonly journalHash: string;
  /** Oldest execution first. */
  readonly chain: readonly History[];
  /** By hash, in base64: what the histories refer to. */
  readonly blobs: Readonly<Record<string, string>>;
}

export function writeGoldenRun({ name, runId, stepType, journalHash, chain, blobs }: GoldenRun): void {
  const folder = join(goldenFolder, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  chain.forEach((history, i) =>
    writeFileSync(join(folder, `${i + 1}.bin.gz`), gzipSync(History.encode(history).finish(), { level: 9 })),
  );
  writeFileSync(join(folder, "blobs.json.gz"), gzipSync(JSON.stringify(blobs), { level: 9 }));
  writeFileSync(join(folder, "run.json"), `${JSON.stringify({ runId, stepType, journalHash }, null, 2)}\n`);
}

export function goldenNames(): string[] {
  return existsSync(goldenFolder) ? readdirSync(goldenFolder).sort() : [];
}

export function removeGoldenRuns(): void {
  rmSync(goldenFolder, { recursive: true, force: true });
}

export function readGoldenRuns(): GoldenRun[] {
  return goldenNames().map((name) => {
    const folder = join(goldenFolder, name);
    const facts = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as Pick<
      GoldenRun,
      "runId" | "stepType" | "journalHash"
    >;
    const histories = readdirSync(folder)
      .filter((file) => file.endsWith(".bin.gz"))
      .sort((a, b) => Number.parseInt(a) - Number.parseInt(b));
    return {
      name,
      ...facts,
      chain: histories.map((file) => History.decode(gunzipSync(readFileSync(join(folder, file))))),
      blobs: JSON.parse(gunzipSync(readFileSync(join(folder, "blobs.json.gz"))).toString("utf8")) as Record<
        string,
        string
      >,
    };
  });
}
