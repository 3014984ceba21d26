/**
 * Something that a check of a definition, an expression or a schema found.
 * `pointer` is an RFC 6901 JSON pointer into the checked document ("" is the whole document);
 * `line` is 1-based and known for YAML only.
 */
export interface Issue {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly pointer: string;
  readonly message: string;
  readonly remedy: string;
  readonly stepId?: string;
  readonly line?: number;
}
