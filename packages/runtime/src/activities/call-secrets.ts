import { ActionFailure, type SecretReader } from "@mainspring/actions";
import { pointerKeys, type Json } from "@mainspring/core";
import { readSecrets, type Store } from "@mainspring/store";
import { Scrubber } from "./scrub.ts";

/**
 * The secrets of one call: their values live here, between the ledger's key, which was made of the input without them, and the action's
 * schema. Whatever leaves the call goes through `scrubber` first.
 */
export class CallSecrets {
  readonly scrubber = new Scrubber();
  readonly #store: Store;
  readonly #tenantId: string;

  constructor(store: Store, tenantId: string) {
    this.#store = store;
    this.#tenantId = tenantId;
  }

  /** Secrets that the action itself has declared. */
  get reader(): SecretReader {
    return { read: async (name) => (await this.#read([name])).get(name) };
  }

  /**
   * The input with values where the author asked for secrets. What merely looks like one is data of a payload or an event, and stays.
   * @param pointers of the command: the places that the author wrote
   * @throws ActionFailure SECRET_NOT_FOUND
   */
  async resolve(input: Json, pointers: readonly string[] | undefined): Promise<Json> {
    if (pointers === undefined || pointers.length === 0) return input;
    const places = pointers.map((pointer) => ({ keys: keysOf(pointer), asked: askedAt(input, pointer) }));
    const values = await this.#read([...new Set(places.map(({ asked }) => asked.name))]);
    let resolved = input;
    for (const { keys, asked } of places) {
      const value = values.get(asked.name);
      if (value === undefined) {
        throw new ActionFailure({
          category: "ActionError",
          code: "SECRET_NOT_FOUND",
          message: `the tenant has no secret ${asked.name}`,
          details: { secret: asked.name },
        });
      }
      resolved = replacedAt(resolved, keys, asked.format === undefined ? value : asked.format.split("{}").join(value));
    }
    return resolved;
  }

  async #read(names: readonly string[]): Promise<Map<string, string>> {
    const values = await this.#store.tenant(this.#tenantId, (db) => readSecrets(db, names));
    for (const value of values.values()) this.scrubber.add(value);
    return values;
  }
}

interface AskedSecret {
  readonly name: string;
  readonly format?: string;
}

function askedAt(input: Json, pointer: string): AskedSecret {
  let at: unknown = input;
  for (const key of keysOf(pointer)) at = (at as { readonly [member: string]: unknown } | undefined)?.[key];
  const { $secret: name, format } = (at ?? {}) as { readonly $secret?: unknown; readonly format?: unknown };
  if (typeof name !== "string") throw new Error(`There is no secret at ${pointer} of the call's input`);
  return typeof format === "string" ? { name, format } : { name };
}

function replacedAt(value: Json, keys: readonly string[], by: string): Json {
  const [first, ...rest] = keys;
  if (first === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, i) => (String(i) === first ? replacedAt(item as Json, rest, by) : item));
  const object = value as { readonly [member: string]: Json };
  return { ...object, [first]: replacedAt(object[first] as Json, rest, by) };
}

/** Of a pointer that compiling has made. */
function keysOf(pointer: string): readonly string[] {
  const keys = pointerKeys(pointer);
  if (keys === undefined) throw new Error(`${pointer} is no pointer into a call's input`);
  return keys;
}
