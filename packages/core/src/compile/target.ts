import type { Target } from "../program/program.ts";
import { keyIsRefused } from "../values/keys.ts";
import { pointerKeys } from "../values/pointer.ts";

const namePattern = /^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u;
/** A target longer than this could never be filled: values nest at most 64 deep. */
const targetKeysMax = 65;

/** Stands where a target could not be read. Such a program is never handed out: an issue was reported. */
export const noTarget: Target = ["vars", "-"];

/**
 * Where `saveAs`, `captureErrorAs` and the keys of `assign` and `output` write: `vars.a.b`, `payload.a`, a JSON pointer
 * such as `/vars/a/b`, or a bare name, which means `vars.<name>`. Undefined for anything else.
 */
export function parseTarget(text: string): Target | undefined {
  const keys = text.startsWith("/") ? pointerKeys(text) : dottedKeys(text);
  if (keys === undefined || keys.length < 2 || keys.length > targetKeysMax) return undefined;
  const [scope, ...path] = keys;
  if (scope !== "vars" && scope !== "payload") return undefined;
  if (path.some((key) => key === "" || keyIsRefused(key))) return undefined;
  return [scope, ...path];
}

function dottedKeys(text: string): string[] | undefined {
  const keys = text.split(".");
  if (keys.some((key) => !namePattern.test(key))) return undefined;
  if (keys.length > 1) return keys;
  // `vars` and `payload` alone name a whole scope, which nobody means to replace by a result.
  return text === "vars" || text === "payload" ? undefined : ["vars", text];
}
