import { errors } from "../errors/errors.ts";
import type { ErrorCode } from "../errors/errors.ts";
import type { Issue } from "../values/issue.ts";
import { issuesMax } from "./intake.ts";
import type { Positions } from "./positions.ts";

/** Where an issue is: the pointer into the definition, and the step that it belongs to. */
export interface IssuePlace {
  readonly pointer: string;
  readonly stepId?: string | undefined;
}

/** Issues of one definition, each with its line where positions are known. */
export class IssueList {
  readonly #issues: Issue[] = [];
  readonly #positions: Positions | undefined;
  #hasErrors = false;

  constructor(positions: Positions | undefined) {
    this.#positions = positions;
  }

  error(code: ErrorCode, place: IssuePlace, message: string, remedy: string = errors[code].remedy): void {
    this.add({
      code,
      severity: "error",
      pointer: place.pointer,
      message,
      remedy,
      ...(place.stepId === undefined ? {} : { stepId: place.stepId }),
    });
  }

  warning(code: ErrorCode, place: IssuePlace, message: string, remedy: string = errors[code].remedy): void {
    this.add({
      code,
      severity: "warning",
      pointer: place.pointer,
      message,
      remedy,
      ...(place.stepId === undefined ? {} : { stepId: place.stepId }),
    });
  }

  add(issue: Issue): void {
    if (issue.severity === "error") this.#hasErrors = true;
    if (this.#issues.length >= issuesMax) return;
    const line = issue.line ?? this.#positions?.lineOf(issue.pointer);
    this.#issues.push(line === undefined ? issue : { ...issue, line });
  }

  /** Whether more would only be dropped. */
  get isFull(): boolean {
    return this.#issues.length >= issuesMax;
  }

  get hasErrors(): boolean {
    return this.#hasErrors;
  }

  /** In the order of the document where lines are known, else in the order in which they were found. */
  list(): Issue[] {
    return this.#issues.slice().sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  }
}
