import type { RunDiffReply } from "@mainspring/api";

type Divergence = NonNullable<RunDiffReply["path"]> | NonNullable<RunDiffReply["values"]>;

/** What comes first of the two: that they went another way, or that a value is another; undefined where neither is. */
export function firstDivergence({
  path,
  values,
}: Pick<RunDiffReply, "path" | "values">):
  | { readonly of: "path" | "values"; readonly divergence: Divergence }
  | undefined {
  if (path === null) return values === null ? undefined : { of: "values", divergence: values };
  if (values === null) return { of: "path", divergence: path };
  // What the runs began with is before every step.
  if (values.a === undefined && values.b === undefined) return { of: "values", divergence: values };
  const isPathFirst =
    path.a !== undefined && values.a !== undefined
      ? path.a.seq < values.a.seq
      : path.b !== undefined && values.b !== undefined
        ? path.b.seq < values.b.seq
        : true;
  return isPathFirst ? { of: "path", divergence: path } : { of: "values", divergence: values };
}
