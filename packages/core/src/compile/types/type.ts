import type { ReadonlyJson } from "../../values/json.ts";

/** What is known of a value at publish: every kind that it can be of. An empty list: it is always nothing. */
export type Type = readonly Alternative[];

export type Kind = "text" | "number" | "boolean" | "null" | "list" | "object" | "any";

export interface Alternative {
  readonly kind: Kind;
  /** Of an object what a member is; left out: anything. */
  readonly member?: (name: string) => Type;
  /** Of an object whose other members are ruled out, the names of those that it can have. */
  readonly names?: () => readonly string[];
  /** Of a list what an element is; left out: anything. */
  readonly element?: () => Type;
  /** Nobody checks this: an event's payload, or an answer that an administrator may override. */
  readonly unchecked?: true;
  /** It is one of several only because a path over a list may find one value or many. */
  readonly loose?: true;
}

export const anything: Type = [{ kind: "any" }];
export const nothing: Type = [];
export const text: Type = [{ kind: "text" }];
export const number: Type = [{ kind: "number" }];
export const boolean: Type = [{ kind: "boolean" }];
export const nullType: Type = [{ kind: "null" }];

/** More than this is as good as anything. */
const alternativesMax = 16;

/** An object with exactly these members, where they are something. */
export function objectOf(members: { readonly [name: string]: Type }): Type {
  return [
    {
      kind: "object",
      names: () => Object.keys(members),
      member: (name) => (Object.hasOwn(members, name) ? (members[name] as Type) : nothing),
    },
  ];
}

/** An object of which only these members are known. */
export function openObject(members: { readonly [name: string]: Type }): Type {
  return [{ kind: "object", member: (name) => (Object.hasOwn(members, name) ? (members[name] as Type) : anything) }];
}

export function listOf(element: () => Type): Type {
  return [{ kind: "list", element }];
}

/** What a path over a list finds: nothing, one value, or a list of them; a list among them may be taken apart. */
export function sequenceOf(element: Type): Type {
  const one = union(...element.map((type) => (type.kind === "list" ? elementOf([type]) : [type])));
  if (element.length === 0) return nothing;
  if (isAnything(one)) return anything;
  const parts = union(one, element);
  return [
    ...one.map((type) => ({ ...type, loose: true as const })),
    { kind: "list", element: () => parts, loose: true },
  ];
}

/** Computed when it is asked for, and once. */
export function once(compute: () => Type): () => Type {
  let type: Type | undefined;
  return () => (type ??= compute());
}

export function union(...types: readonly Type[]): Type {
  const all = types.flat();
  if (all.some(({ kind }) => kind === "any") || all.length > alternativesMax) return anything;
  // Of what has no parts one is enough.
  return all.filter(
    (one, i) =>
      one.kind === "object" ||
      one.kind === "list" ||
      !all.slice(0, i).some((other) => other.kind === one.kind && other.unchecked === one.unchecked),
  );
}

export function isAnything(type: Type): boolean {
  return type.some(({ kind }) => kind === "any");
}

/** What reading a member gives; of a list those of its elements. */
export function memberOf(type: Type, name: string): Type {
  return union(
    ...type.map((one): Type => {
      switch (one.kind) {
        case "any":
          return anything;
        case "object":
          return inherited(one, one.member?.(name) ?? anything);
        case "list": {
          const element = elementOf([one]);
          // Of a list that is always empty nothing can be told.
          return element.length === 0 ? anything : inherited(one, sequenceOf(memberOf(element, name)));
        }
        default:
          return nothing;
      }
    }),
  );
}

/** What one step of a path looks at: the elements of lists, and everything else itself. */
export function itemOf(type: Type): Type {
  return union(...type.map((one) => (one.kind === "list" ? elementOf([one]) : [one])));
}

export function mayBeList(type: Type): boolean {
  return type.some(({ kind }) => kind === "list" || kind === "any");
}

function elementOf(type: Type): Type {
  return union(...type.map((one) => inherited(one, one.element?.() ?? anything)));
}

function inherited(from: Alternative, part: Type): Type {
  return from.unchecked === true ? unchecked(part) : part;
}

/** The same, where nobody checks that it is so. */
export function unchecked(type: Type): Type {
  return type.map((one) => (one.kind === "any" || one.unchecked === true ? one : { ...one, unchecked: true }));
}

export type Verdict = "fine" | "sometimes wrong" | "always wrong";

/**
 * Whether a value of that type is of one of these kinds. Nothing is fine everywhere. That null is not, where other kinds are, is
 * for the author to know; so is whether a path over a list finds one value.
 */
export function verdictOn(type: Type, allowed: readonly Kind[]): Verdict {
  if (type.length === 0 || isAnything(type)) return "fine";
  const wrong = type.filter(({ kind }) => !allowed.includes(kind));
  if (wrong.length === 0) return "fine";
  if (wrong.length === type.length) return "always wrong";
  return type.some(({ loose }) => loose === true) || wrong.every(({ kind }) => kind === "null")
    ? "fine"
    : "sometimes wrong";
}

/** Whether the type is more than a hope. */
export function isChecked(type: Type): boolean {
  return type.every((one) => one.unchecked !== true);
}

const kindNames: { readonly [kind in Kind]: string } = {
  text: "text",
  number: "a number",
  boolean: "true or false",
  null: "null",
  list: "a list",
  object: "an object",
  any: "anything",
};

/** The kinds of a type in words: `text or a number`. */
export function kindsOf(type: Type): string {
  const firm = type.filter(({ loose, kind }) => loose !== true || (kind !== "list" && kind !== "null"));
  const kinds = [...new Set((firm.length > 0 ? firm : type).map(({ kind }) => kindNames[kind]))];
  const last = kinds.pop() ?? "nothing";
  return kinds.length === 0 ? last : `${kinds.join(", ")} or ${last}`;
}

export function typeOfJson(value: ReadonlyJson): Type {
  switch (typeof value) {
    case "string":
      return text;
    case "number":
      return number;
    case "boolean":
      return boolean;
    default:
      break;
  }
  if (value === null) return nullType;
  if (Array.isArray(value)) return listOf(() => union(...(value as ReadonlyJson[]).map(typeOfJson)));
  const members = value as { readonly [name: string]: ReadonlyJson };
  return [
    {
      kind: "object",
      names: () => Object.keys(members),
      member: (name) => (Object.hasOwn(members, name) ? typeOfJson(members[name] as ReadonlyJson) : nothing),
    },
  ];
}
