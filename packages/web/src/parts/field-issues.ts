import { ApiProblem } from "@mainspring/api";

/** What a refusal says of the fields of a form, by the fields' places in the request. */
export interface FieldIssues {
  /** What is wrong at `pointer` or inside of it, as one text; undefined: nothing. */
  at(pointer: string): string | undefined;
  /** The refusal itself where it names a place that no field has, or none at all: shown beside the form. */
  readonly rest: unknown;
}

/**
 * Sorts a refusal's issues by the fields of a form.
 * @param fields the places that the form shows issues at, such as `/spec/cron`
 */
export function issuesByField(error: unknown, fields: readonly string[]): FieldIssues {
  const issues = error instanceof ApiProblem ? error.issues : [];
  const fieldOf = (pointer: string): string | undefined =>
    fields.filter((field) => isWithin(pointer, field)).sort((a, b) => b.length - a.length)[0];
  const isPlaced = issues.length > 0 && issues.every(({ pointer }) => fieldOf(pointer) !== undefined);
  return {
    at(field) {
      const texts = issues
        .filter(({ pointer }) => fieldOf(pointer) === field)
        .map(({ pointer, message }) => (pointer === field ? message : `${pointer.slice(field.length)}: ${message}`));
      return texts.length === 0 ? undefined : [...new Set(texts)].join(" ");
    },
    rest: isPlaced ? null : error,
  };
}

function isWithin(pointer: string, field: string): boolean {
  return pointer === field || pointer.startsWith(`${field}/`);
}
