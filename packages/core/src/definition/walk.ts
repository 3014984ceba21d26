import { isJsonObject } from "../values/json.ts";
import type { StepDefinition } from "./any-step.ts";
import { stepKind } from "./any-step.ts";

/** One list of steps inside a step. */
export interface BlockOf<Step> {
  /** Appended to the step path of the step: `.then`, `.cases[0]`. */
  readonly path: string;
  /** Appended to the JSON pointer of the step: `/then`, `/cases/0/steps`. */
  readonly pointer: string;
  /** The field of the step that holds it. */
  readonly key: string;
  readonly steps: readonly Step[];
}

/** The blocks of a step of the right shape, in the order of its fields. */
export function blocksOf(step: StepDefinition): BlockOf<StepDefinition>[] {
  return blocksOfUnknown(step) as BlockOf<StepDefinition>[];
}

/** The blocks of anything that may be a step; none where its type is unknown. */
export function blocksOfUnknown(step: unknown): BlockOf<unknown>[] {
  const blocks: BlockOf<unknown>[] = [];
  if (!isJsonObject(step) || typeof step["type"] !== "string") return blocks;
  const kind = stepKind(step["type"]);
  for (const place of kind?.blocks ?? []) {
    const held: unknown = step[place.key];
    if (!Array.isArray(held)) continue;
    if (place.each === undefined) {
      blocks.push({ path: "." + place.key, pointer: "/" + place.key, key: place.key, steps: held });
      continue;
    }
    for (let i = 0; i < held.length; i += 1) {
      const one: unknown = held[i];
      const steps: unknown = isJsonObject(one) ? one[place.each] : undefined;
      if (!Array.isArray(steps)) continue;
      blocks.push({ path: `.${place.key}[${i}]`, pointer: `/${place.key}/${i}/${place.each}`, key: place.key, steps });
    }
  }
  return blocks;
}
