import { canonicalHash } from "../canonical/canonical-hash.ts";
import { jsonBytes } from "../canonical/json-bytes.ts";
import { semantics } from "../interpreter/semantics.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** What a worker does with outputs that are too large for the run's state: it keeps them, and gives the run a reference. */
export class LargeOutputs {
  readonly #kept = new Map<string, Json>();

  /** The output as the run sees it. Of an HTTP answer its body alone is kept. */
  within(output: Json): Json {
    if (jsonBytes(output) <= semantics[2].valueBytesMax) return output;
    if (isJsonObject(output) && "body" in output && "status" in output)
      return { ...output, body: this.#keep(output["body"] as Json) };
    return this.#keep(output);
  }

  /** An input as its action receives it: with values where references stand. */
  received(input: Json): Json {
    if (this.#kept.size === 0 || typeof input !== "object" || input === null) return input;
    if (Array.isArray(input)) return input.map((item) => this.received(item));
    const kept = typeof input["$blob"] === "string" ? this.#kept.get(input["$blob"]) : undefined;
    if (kept !== undefined) return kept;
    const members: JsonObject = {};
    for (const key of Object.keys(input)) members[key] = this.received(input[key] as Json);
    return members;
  }

  #keep(value: Json): Json {
    const hash = canonicalHash(value);
    this.#kept.set(hash, value);
    const contentType = typeof value === "string" ? "text/plain" : "application/json";
    return { $blob: hash, bytes: jsonBytes(value), contentType };
  }
}
