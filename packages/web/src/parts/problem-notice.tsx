import { ApiProblem, ApiUnreachable } from "@mainspring/api";
import { Button } from "@mantine/core";
import type { ReactElement } from "react";
import { StatusIcon } from "../status/status-icon.tsx";
import "./problem-notice.css";

/** What is shown when something could not be read or done: what, why and the way out. */
export function ProblemNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }): ReactElement {
  const facts = problemTexts(error);
  return (
    <div className="problem-notice" role="alert" data-tone={facts.tone}>
      <StatusIcon status={facts.tone === "vermilion" ? "FAILED" : "PAUSED"} size={18} />
      <div className="problem-notice-texts">
        <p className="problem-notice-title">
          {facts.title}
          {facts.code === undefined ? null : <code className="muted"> {facts.code}</code>}
        </p>
        {facts.detail === "" ? null : <p>{facts.detail}</p>}
        {facts.issues.length === 0 ? null : (
          <ul className="problem-notice-issues">
            {facts.issues.map((issue) => (
              <li key={issue}>{issue}</li>
            ))}
          </ul>
        )}
        {facts.remedy === "" ? null : <p className="muted">{facts.remedy}</p>}
      </div>
      {onRetry === undefined ? null : (
        <Button variant="default" size="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

interface ProblemTexts {
  readonly title: string;
  readonly code?: string;
  readonly detail: string;
  readonly remedy: string;
  readonly issues: readonly string[];
  readonly tone: "vermilion" | "amber";
}

function problemTexts(error: unknown): ProblemTexts {
  if (error instanceof ApiUnreachable) {
    return {
      title: "The server does not answer",
      detail: "",
      remedy: "Try again in a moment. If this lasts, see whether the server process runs.",
      issues: [],
      tone: "amber",
    };
  }
  if (error instanceof ApiProblem) {
    return {
      title: error.status === 403 ? "Your key may not do this" : error.title,
      code: error.code,
      detail: error.detail.toLowerCase() === error.title.toLowerCase() ? "" : error.detail,
      remedy: error.remedy,
      issues: error.issues.map((issue) => `${issue.pointer === "" ? "(whole)" : issue.pointer}: ${issue.message}`),
      tone: error.status === 403 ? "amber" : "vermilion",
    };
  }
  return {
    title: "This page met a defect",
    detail: error instanceof Error ? error.message : String(error),
    remedy: "Reload it. If it happens again, report what you did.",
    issues: [],
    tone: "vermilion",
  };
}
