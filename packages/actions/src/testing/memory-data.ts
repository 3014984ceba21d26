import type { Json } from "@mainspring/core";
import type { DataPort } from "../ports.ts";

/** A data store in memory, without expiry, for one call's key after the other. */
export function memoryData(): { readonly bound: (key: string) => DataPort } {
  const values = new Map<
    string,
    { readonly value: Json; readonly version: number; readonly expiresAt: string | null }
  >();
  const answers = new Map<string, unknown>();
  const once = <T>(key: string, write: () => T): T => {
    if (!answers.has(key)) answers.set(key, write());
    return answers.get(key) as T;
  };
  const placeOf = ({ namespace, key }: { readonly namespace: string; readonly key: string }): string =>
    JSON.stringify([namespace, key]);
  return {
    bound: (callKey) => ({
      get: async (place) => values.get(placeOf(place)),
      put: async (write) => {
        const version = values.get(placeOf(write))?.version ?? 0;
        if (write.expectedVersion !== undefined && write.expectedVersion !== version)
          return { result: "conflict", version };
        return once(callKey, () => {
          const kept = { value: write.value, version: version + 1, expiresAt: write.expiresAt ?? null };
          values.set(placeOf(write), kept);
          return { result: "put" as const, version: kept.version, expiresAt: kept.expiresAt };
        });
      },
      delete: async (place) => {
        const version = values.get(placeOf(place))?.version ?? 0;
        if (place.expectedVersion !== undefined && place.expectedVersion !== version)
          return { result: "conflict", version };
        return once(callKey, () => ({
          result: values.delete(placeOf(place)) ? ("deleted" as const) : ("absent" as const),
        }));
      },
    }),
  };
}
