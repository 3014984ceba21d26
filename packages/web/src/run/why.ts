import type { RunWhyReply } from "@mainspring/api";
import { isJsonObject, type ReadonlyJson } from "@mainspring/core";

type Asked = Pick<RunWhyReply, "evidence">;

/** The run that this one waits for, where it waits for one. */
export function childRunOf(why: Asked): string | undefined {
  return memberOf(why, "child", "runId");
}

/** The event that it waits for, where it waits for one. */
export function expectedEventOf(why: Asked): { readonly name: string; readonly key: string } | undefined {
  const [name, key] = [memberOf(why, "expected", "event"), memberOf(why, "expected", "key")];
  return name === undefined || key === undefined ? undefined : { name, key };
}

/** A text that evidence holds, such as the id of an event. */
export function textIn(data: ReadonlyJson | undefined, member: string): string | undefined {
  const held = data !== undefined && isJsonObject(data) ? data[member] : undefined;
  return typeof held === "string" ? held : undefined;
}

function memberOf(why: Asked, kind: string, member: string): string | undefined {
  for (const one of why.evidence) {
    const held = one.kind === kind ? textIn(one.data, member) : undefined;
    if (held !== undefined) return held;
  }
  return undefined;
}
