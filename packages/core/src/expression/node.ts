import type { Json } from "../values/json.ts";

/**
 * The compiled form of an expression: plain JSON, a part of the program. It is written by `compile/expression` and read
 * by `evaluate`. `at` is the position in the source that an error reports.
 */
export type Node = Operation & Refinements;

/** What may follow any operation, applied in this order: predicates, grouping, `[]`. */
export interface Refinements {
  /** Predicates `[...]`. */
  readonly filters?: readonly Node[];
  /** Grouping `{key: value}`. */
  readonly group?: Group;
  /** `[]`: a sequence of one stays an array. */
  readonly keep?: true;
}

export type Operation =
  | { readonly op: "literal"; readonly value: Json }
  /** A name in the context, `a`; as the only step of a path also a local or a variable of the workflow. */
  | { readonly op: "name"; readonly name: string }
  /** Names only, `a.b.c`: the same as `steps` of names, on the direct way. */
  | { readonly op: "path"; readonly names: readonly string[] }
  /** `keepSingleton`: some step had `[]`. */
  | { readonly op: "steps"; readonly steps: readonly Step[]; readonly keepSingleton?: true }
  | { readonly op: "variable"; readonly name: string }
  /** `$`: the context. */
  | { readonly op: "context" }
  /** `$$`: the scope. */
  | { readonly op: "root" }
  | { readonly op: "wildcard" }
  | { readonly op: "descendants" }
  | {
      readonly op: "binary";
      readonly operator: BinaryOperator;
      readonly left: Node;
      readonly right: Node;
      readonly at: number;
    }
  /** `a + b - c`: operators of one left-associative chain, evaluated from left to right. */
  | { readonly op: "chain"; readonly first: Node; readonly rest: readonly ChainLink[] }
  | { readonly op: "negate"; readonly operand: Node; readonly at: number }
  | { readonly op: "range"; readonly from: Node; readonly to: Node; readonly at: number }
  /** `c1 ? v1 : c2 ? v2 : otherwise`. */
  | {
      readonly op: "condition";
      readonly cases: readonly (readonly [when: Node, then: Node])[];
      readonly otherwise?: Node;
    }
  /** `a ?: b`: `a` when it is true. */
  | { readonly op: "elvis"; readonly operand: Node; readonly otherwise: Node }
  /** `a ?? b`: `a` when it is something. */
  | { readonly op: "coalesce"; readonly operand: Node; readonly otherwise: Node }
  /** `constructs`: the first or last step of a path, whose result is not flattened. */
  | { readonly op: "array"; readonly items: readonly Node[]; readonly constructs?: true }
  | { readonly op: "object"; readonly pairs: readonly Pair[]; readonly at: number }
  /** `constructs`: it ends with a path that begins with an array constructor, see `array`. */
  | { readonly op: "block"; readonly body: readonly Node[]; readonly constructs?: true }
  | { readonly op: "bind"; readonly name: string; readonly value: Node }
  | Call
  | Lambda
  /** `value ~> function($x) {...}` */
  | { readonly op: "apply"; readonly operand: Node; readonly lambda: Node };

export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "&"
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "and"
  | "or"
  | "in";

export interface ChainLink {
  readonly operator: BinaryOperator;
  readonly right: Node;
  readonly at: number;
}

export type Pair = readonly [key: Node, value: Node];

export interface Group {
  readonly pairs: readonly Pair[];
  readonly at: number;
}

export interface Call {
  readonly op: "call";
  readonly name: string;
  readonly args: readonly Node[];
  readonly at: number;
  /** Where the call takes its missing first argument from: a call behind `~>` has no context. */
  readonly context?: "none";
  /** The last call of a function's body: its result is taken as it comes, see `interpret.ts`. */
  readonly tail?: true;
}

export interface Lambda {
  readonly op: "lambda";
  readonly params: readonly string[];
  readonly body: Node;
}

/** A step of a path: a node with predicates of its own, or an order-by. */
export type Step = (Node & Stages) | (Sort & Stages);

interface Stages {
  readonly stages?: readonly Node[];
}

export interface Sort {
  readonly op: "sort";
  readonly terms: readonly SortTerm[];
  readonly at: number;
}

export interface SortTerm {
  readonly by: Node;
  readonly descending?: true;
}
