import type { Problem, ProblemIssue } from "./problem.ts";
import { problem } from "./problem.ts";

/** A reply that is not a success. `code`, `remedy` and `issues` are the problem document's. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;
  readonly issues: readonly ProblemIssue[];
  /** The whole document, with the members that only some codes have. */
  readonly document: Problem;

  constructor(document: Problem) {
    super(`${document.code}: ${document.detail}`);
    this.status = document.status;
    this.code = document.code;
    this.title = document.title;
    this.detail = document.detail;
    this.remedy = document.remedy;
    this.issues = document.issues ?? [];
    this.document = document;
  }
}

/** No reply came: the address is wrong, nothing listens there, or the connection broke. */
export class ApiUnreachable extends Error {
  override readonly name = "ApiUnreachable";
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`no answer from ${url}`, { cause });
    this.url = url;
  }
}

/** The problem in a reply; a reply that is none of ours (of a proxy, say) becomes `HTTP_<status>`. */
export async function readProblem(reply: Response): Promise<ApiProblem> {
  const text = await reply.text().catch(() => "");
  const parsed = problem.safeParse(parseJson(text));
  if (parsed.success) return new ApiProblem(parsed.data);
  return new ApiProblem({
    type: "about:blank",
    title: reply.statusText || `HTTP ${reply.status}`,
    status: reply.status,
    code: `HTTP_${reply.status}`,
    detail: text.slice(0, 500) || `the server answered ${reply.status}`,
    remedy: "Check the address: this reply is not of Mainspring's interface.",
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
