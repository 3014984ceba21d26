/** A node of the tree that JSONata's parser gives, as far as it is read here. */
export interface Syntax {
  readonly type: string;
  readonly value?: unknown;
  readonly position?: number;
  /** `[]` behind it. */
  readonly keepArray?: boolean;
  readonly predicate?: readonly Stage[];
  readonly group?: SyntaxGroup;
  /** Of a step: the predicates behind it. */
  readonly stages?: readonly Stage[];
  /** Of a step: what `@` and `#` bind. */
  readonly focus?: unknown;
  readonly index?: unknown;
  /** Of a path. */
  readonly steps?: readonly Syntax[];
  readonly keepSingletonArray?: boolean;
  /** Of an array constructor at the ends of a path, and of a block that ends with one. */
  readonly consarray?: boolean;
  /** Of an operation with two sides; of an object its pairs. */
  readonly lhs?: unknown;
  readonly rhs?: Syntax;
  /** Of a sign. */
  readonly expression?: Syntax;
  /** Of an array or a block. */
  readonly expressions?: readonly Syntax[];
  /** Of a sort step. */
  readonly terms?: readonly { readonly descending: boolean; readonly expression: Syntax }[];
  /** Of a call; of a function its parameters. */
  readonly arguments?: readonly Syntax[];
  readonly procedure?: Syntax;
  /** Of a function. */
  readonly body?: Syntax;
  readonly signature?: unknown;
  /** Of a function that stands for a call in tail position. */
  readonly thunk?: boolean;
  /** Of a condition. */
  readonly condition?: Syntax;
  readonly then?: Syntax;
  readonly else?: Syntax;
}

export interface Stage {
  readonly type: string;
  readonly expr: Syntax;
  readonly position?: number;
}

export interface SyntaxGroup {
  readonly lhs: readonly (readonly [Syntax, Syntax])[];
  readonly position?: number;
}
