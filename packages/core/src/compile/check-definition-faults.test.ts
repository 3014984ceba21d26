import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { testCatalogue } from "../testing/catalogue.ts";
import { areIndependent, faultsOf, withFaults } from "../testing/definition-faults.ts";
import type { Fault } from "../testing/definition-faults.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { pointerKeys } from "../values/pointer.ts";
import { checkDefinition } from "./check-definition.ts";
import { compileDefinition } from "./compile-definition.ts";
import { parseDefinition } from "./parse-definition.ts";

const example = new URL("../../../../examples/order-fulfilment/order-fulfilment.flow.yaml", import.meta.url);
const source = readFileSync(example, "utf8");
const sound = checkDefinition(source, testCatalogue).document as JsonObject;
const faults = faultsOf(sound);

const found = (definition: unknown): string[] =>
  checkDefinition(definition, testCatalogue)
    .issues.map(({ code, pointer }) => `${code} ${pointer}`)
    .toSorted();

test("[LNX-03] the example has no issues, and a program", () => {
  const { issues, program, definition, bounds, positions } = checkDefinition(source, testCatalogue);
  expect(issues).toEqual([]);
  expect(program?.workflow).toBe("order-fulfilment");
  expect(definition?.steps.length).toBeGreaterThan(5);
  expect(bounds?.unbounded).toEqual([]);
  expect(positions?.lineOf("/workflow")).toBe(3);
});

test("[LNX-03] each fault alone is found, and nothing else", () => {
  expect(faults.length).toBeGreaterThan(300);
  for (const fault of faults) expect(found(withFaults(sound, [fault])), JSON.stringify(fault)).toEqual([fault.makes]);
});

const several = fc
  .uniqueArray(fc.constantFrom(...faults), {
    minLength: 2,
    maxLength: 4,
    comparator: (a, b) => !areIndependent(a, b),
  })
  .map((chosen): readonly Fault[] => chosen);

test("[LNX-03] of several faults at different places all are found, each with its line, and nothing else", () => {
  fc.assert(
    fc.property(several, (chosen) => {
      const broken = withFaults(sound, chosen);
      const text = JSON.stringify(broken, undefined, 1);
      const lines = text.split("\n");
      expect(found(text)).toEqual(chosen.map(({ makes }) => makes).toSorted());
      expect(found(broken)).toEqual(found(text));
      const { issues, program, document } = checkDefinition(text, testCatalogue);
      expect(document).toEqual(broken);
      expect(program === undefined).toBe(issues.some(({ severity }) => severity === "error"));
      for (const { pointer, line, remedy } of issues) {
        expect(remedy).not.toBe("");
        const key = pointerKeys(pointer)?.at(-1) ?? "";
        if (isThere(broken, pointer))
          expect(lines[(line ?? 0) - 1]).toMatch(Number.isNaN(Number(key)) ? `"${key}"` : "{");
      }
    }),
    { numRuns: Number(process.env["FAULT_RUNS"] ?? 200) },
  );
});

const junk: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 1.5, "", "x", "vars", [], {}, [null], { $expr: 1 }, { $exp: "a" }, [[]]),
  fc.constantFrom<Json>({ id: "x", type: "control.return" }, { type: "no.such" }, [{ id: "a", steps: 5 }], {
    steps: [],
  }),
);

test("[LNX-03] whatever is put anywhere, no issue of the shape is lost, none is said twice, and nothing throws", () => {
  const places = [...pointersOf(sound, "")];
  const damage = fc.uniqueArray(fc.tuple(fc.constantFrom(...places), junk), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damage, (replaced) => {
      const broken = structuredClone(sound);
      for (const [pointer, value] of replaced) put(broken, pointer, value);
      const { issues, program } = checkDefinition(broken, testCatalogue);
      const parsed = parseDefinition(broken);
      const before = "issues" in parsed ? parsed.issues : compileDefinition(parsed.definition, testCatalogue).issues;
      if (!("issues" in parsed)) expect(issues).toHaveLength(before.length);
      expect(issues).toEqual(expect.arrayContaining(before));
      expect(program === undefined).toBe(issues.some(({ severity }) => severity === "error"));
      const said = issues.map(({ code, pointer, message }) => `${code} ${pointer} ${message}`);
      expect(new Set(said).size).toBe(said.length);
    }),
    { numRuns: Number(process.env["FAULT_RUNS"] ?? 200) },
  );
});

function* pointersOf(part: Json, pointer: string): Generator<string> {
  if (pointer !== "") yield pointer;
  if (typeof part !== "object" || part === null) return;
  for (const [key, member] of Object.entries(part)) yield* pointersOf(member, `${pointer}/${key}`);
}

function put(document: Json, pointer: string, value: Json): void {
  const keys = pointerKeys(pointer) ?? [];
  let holder: Json | undefined = document;
  for (const key of keys.slice(0, -1)) holder = (holder as JsonObject | undefined)?.[key];
  if (typeof holder === "object" && holder !== null) (holder as JsonObject)[keys.at(-1) ?? ""] = structuredClone(value);
}

function isThere(document: Json, pointer: string): boolean {
  let part: Json | undefined = document;
  for (const key of pointerKeys(pointer) ?? []) part = (part as JsonObject | undefined)?.[key];
  return part !== undefined;
}
