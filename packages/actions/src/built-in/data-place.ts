import { z } from "zod";
import { ActionFailure } from "../failure.ts";

/** Where a value is, as the three data actions take it. */
export const dataPlace = {
  namespace: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: "expected 1 to 100 letters, digits, '.', '_' and '-'" })
    .default("default")
    .describe("Keys of different namespaces have nothing to do with each other."),
  key: z.string().min(1).max(500),
};

export const expectedVersion = z
  .int()
  .min(0)
  .describe("Only while the key is at this version; 0: only while it is absent.")
  .optional();

/** The key is at another version than the step expected. Nothing was changed. */
export function versionConflict(
  place: { readonly namespace: string; readonly key: string },
  expected: number | undefined,
  version: number,
): ActionFailure {
  return new ActionFailure({
    category: "ActionError",
    code: "DATA_VERSION_CONFLICT",
    message: `${place.namespace}/${place.key} is ${version === 0 ? "absent" : `at version ${version}`}, not at ${expected ?? "any"}`,
    details: { namespace: place.namespace, key: place.key, expectedVersion: expected ?? null, version },
  });
}
