import type { Published, Validation, WorkflowReply } from "@mainspring/api";
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { boundsText } from "./bounds-text.ts";
import { Comparison } from "./compare-tab.tsx";
import { diffQuery, draftCheckQuery } from "./queries.ts";

type Issue = Validation["issues"][number];

/** The draft: whether it differs from what is published, what is wrong with it, and what publishes it. */
export function DraftPanel({ workflow }: { workflow: WorkflowReply }): ReactElement {
  const { client } = useSignedIn();
  const mayPublish = useMay("author");
  const [isPublishing, setPublishing] = useState(false);
  const { key, revision, publishedVersion } = workflow;
  const check = useQuery(draftCheckQuery(client, key, revision));
  const diff = useQuery({
    ...diffQuery(client, key, publishedVersion ?? "draft", "draft", revision),
    enabled: publishedVersion !== null,
  });
  const isSame = publishedVersion !== null && diff.data?.same === true;
  return (
    <section className="panel draft" aria-label="Draft">
      <Loaded query={check} what="what publishing would find" height={48}>
        {({ valid, issues, bounds }) => (
          <>
            <div className="draft-head">
              <StatusIcon status={valid ? "SUCCEEDED" : "FAILED"} size={18} />
              <p className="draft-sentence">
                <strong>{draftSentence({ valid, issues, isSame, publishedVersion })}</strong>{" "}
                <span className="muted">
                  <Sentence text={valid ? boundsText(bounds) : ""} />
                </span>
              </p>
              {mayPublish && !isSame ? (
                <Button size="xs" disabled={!valid} onClick={() => setPublishing(true)}>
                  Publish…
                </Button>
              ) : null}
            </div>
            <Issues issues={issues} />
          </>
        )}
      </Loaded>
      {isPublishing ? (
        <PublishDialog
          workflow={workflow}
          bounds={boundsText(check.data?.bounds)}
          onClose={() => setPublishing(false)}
        />
      ) : null}
    </section>
  );
}

function draftSentence({
  valid,
  issues,
  isSame,
  publishedVersion,
}: {
  valid: boolean;
  issues: readonly Issue[];
  isSame: boolean;
  publishedVersion: number | null;
}): string {
  const errors = issues.filter(({ severity }) => severity === "error").length;
  if (!valid) return `The draft cannot be published: ${errors === 1 ? "1 problem" : `${errors} problems`}.`;
  if (isSame) return `The draft is what version ${publishedVersion} says.`;
  return publishedVersion === null
    ? "The draft can be published."
    : `The draft differs from version ${publishedVersion}, and can be published.`;
}

/** What publishing finds: where, what, and what to do about it. */
function Issues({ issues }: { issues: readonly Issue[] }): ReactElement | null {
  if (issues.length === 0) return null;
  return (
    <ul className="draft-issues" aria-label="Problems of the draft">
      {issues.map(({ severity, code, pointer, message, remedy, stepId, line }) => (
        <li key={`${code} ${pointer} ${message}`} className="draft-issue">
          <StatusIcon
            status={severity === "error" ? "FAILED" : "PAUSED"}
            size={14}
            title={severity === "error" ? "problem" : "warning"}
          />
          <div>
            <p>
              {stepId === undefined ? null : (
                <>
                  <code>{stepId}</code>:{" "}
                </>
              )}
              <Sentence text={message} />
            </p>
            <p className="muted small">
              <code>{code}</code> at <code>{pointer === "" ? "the whole" : pointer}</code>
              {line === undefined ? null : `, line ${line}`}
              {remedy === "" ? null : (
                <>
                  {" · "}
                  <Sentence text={remedy} />
                </>
              )}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}

function PublishDialog({
  workflow,
  bounds,
  onClose,
}: {
  workflow: WorkflowReply;
  bounds: string;
  onClose: () => void;
}): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const { key, publishedVersion, revision } = workflow;
  const publish = useMutation({
    mutationFn: () => client.workflows.publish({ params: { key }, body: {}, ifMatch: revision }),
    onSuccess: async () => {
      for (const queryKey of [["workflow", key], ["workflows"], ["schedules"]])
        await queries.invalidateQueries({ queryKey });
    },
  });
  return (
    <Dialog title={`Publish ${key}?`} onClose={onClose} wide>
      {publish.data !== undefined ? (
        <PublishedNotes published={publish.data} />
      ) : (
        <>
          <p>
            New runs start the new version from then on; runs under way stay on theirs. A schedule whose payload does
            not fit is disabled, with the reason. <Sentence text={bounds} />
          </p>
          {publishedVersion === null ? null : (
            <div className="publish-diff" tabIndex={0} role="region" aria-label="What it changes">
              <Comparison workflow={workflow} from={publishedVersion} to="draft" />
            </div>
          )}
        </>
      )}
      {publish.error === null ? null : <ProblemNotice error={publish.error} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          {publish.data === undefined ? "Not now" : "Close"}
        </Button>
        {publish.data === undefined ? (
          <Button loading={publish.isPending} onClick={() => publish.mutate()}>
            Publish
          </Button>
        ) : null}
      </div>
    </Dialog>
  );
}

function PublishedNotes({ published: { version, callers } }: { published: Published }): ReactElement {
  return (
    <div role="status">
      <p>
        Version {version} is published{callers.length === 0 ? "." : "; these workflows still call an older one:"}
      </p>
      {callers.length === 0 ? null : (
        <ul className="publish-callers small">
          {callers.map(({ workflow, stepId, boundVersion, fits }) => (
            <li key={`${workflow} ${stepId}`}>
              <code>{workflow}</code> in <code>{stepId}</code> calls version {boundVersion} until it is published again
              {fits ? "." : "; what it passes does not fit this version."}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
