import { isJsonObject } from "@mainspring/core";
import type { Json } from "@mainspring/core";

/** What a definition names that is kept elsewhere. */
export interface References {
  readonly actions: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly workflows: ReadonlySet<string>;
  readonly forms: ReadonlySet<string>;
  readonly calendars: ReadonlySet<string>;
  readonly eventTypes: ReadonlySet<string>;
}

/** By the shapes of the language alone, so that a draft with problems tells as much as a published version. */
export function referencesOf(definitions: readonly Json[]): References {
  const found = {
    actions: new Set<string>(),
    secrets: new Set<string>(),
    workflows: new Set<string>(),
    forms: new Set<string>(),
    calendars: new Set<string>(),
    eventTypes: new Set<string>(),
  };
  const add = (names: Set<string>, name: Json | undefined): void => {
    if (typeof name === "string") names.add(name);
  };
  // A list of what is left instead of a recursion: drafts may be nested as deeply as people like.
  const left: Json[] = [...definitions];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (Array.isArray(value)) {
      for (const one of value) left.push(one);
      continue;
    }
    if (!isJsonObject(value)) continue;
    add(found.secrets, value["$secret"]);
    const { business, form, triggers } = value;
    if (isJsonObject(business)) add(found.calendars, business["calendar"] ?? "default");
    const { type } = value;
    if (type === "action.call") add(found.actions, value["action"]);
    if (type === "control.callWorkflow") add(found.workflows, value["workflow"]);
    if (type === "event.wait") add(found.eventTypes, value["event"]);
    if (type === "human.task" && isJsonObject(form)) add(found.forms, form["ref"]);
    if (Array.isArray(triggers))
      for (const trigger of triggers) if (isJsonObject(trigger)) add(found.eventTypes, trigger["event"]);
    for (const member of Object.values(value)) left.push(member);
  }
  return found;
}
