import type { WhatIfReply, WorkflowReply } from "@mainspring/api";
import { Button, NativeSelect } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { Empty } from "../parts/empty.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { StatusIcon, StatusMark } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";

type Item = WhatIfReply["items"][number];

const verdicts: Record<Item["verdict"], { word: string; icon: string; help: string }> = {
  "same-path": { word: "same way", icon: "SUCCEEDED", help: "the draft goes the same way as the run did" },
  diverged: { word: "other way", icon: "SKIPPED", help: "the draft parts from what the run did" },
  "not-recorded": {
    word: "not recorded",
    icon: "QUEUED",
    help: "the draft asks for something that the run had no answer to; nothing is made up for it",
  },
  "payload-refused": { word: "payload refused", icon: "FAILED", help: "the draft does not take the run's payload" },
};

/** Runs the draft in the place of recorded runs, with what these were given, and without any effect. */
export function WhatIfTab({ workflow }: { workflow: WorkflowReply }): ReactElement {
  const { client } = useSignedIn();
  const mayTry = useMay("author");
  const [limit, setLimit] = useState("20");
  const tried = useMutation({
    mutationFn: () => client.workflows.whatIf({ params: { key: workflow.key }, body: { limit: Number(limit) } }),
  });
  if (!mayTry)
    return (
      <div className="panel">
        <Empty title="Your key may not try drafts">That needs a key of the role author.</Empty>
      </div>
    );
  return (
    <section aria-label="What if" className="workflow-part">
      <p className="muted">
        The draft is run in the place of recorded runs, with what these were given. Nothing is called, sent or started.
      </p>
      <div className="what-if-ask">
        <NativeSelect
          size="xs"
          aria-label="Which runs"
          value={limit}
          onChange={({ currentTarget }) => setLimit(currentTarget.value)}
          data={["20", "50", "100"].map((value) => ({ value, label: `the last ${value} runs` }))}
        />
        <Button size="xs" loading={tried.isPending} onClick={() => tried.mutate()}>
          Try the draft
        </Button>
        {tried.data === undefined ? null : (
          <span className="muted small">
            tried <Moment at={tried.data.asOf} />
          </span>
        )}
      </div>
      {tried.error === null ? null : <ProblemNotice error={tried.error} onRetry={() => tried.mutate()} />}
      {tried.data === undefined ? null : <Report report={tried.data} />}
    </section>
  );
}

const notRecordedMax = 3;

/** What the sentence of the whole does not say already. */
function alsoNotRecorded({ sentence, notRecorded }: Item): Item["notRecorded"] {
  return notRecorded.filter((one) => one.sentence !== sentence).slice(0, notRecordedMax);
}

function Report({ report: { counts, items } }: { report: WhatIfReply }): ReactElement {
  if (items.length === 0)
    return (
      <div className="panel">
        <Empty title="There is no recorded run yet">Start one, then the draft can be tried on it.</Empty>
      </div>
    );
  const parts = [
    `${counts.samePath} of ${items.length} go the same way`,
    ...(counts.diverged === 0 ? [] : [`${counts.diverged} go another way`]),
    ...(counts.notRecorded === 0 ? [] : [`${counts.notRecorded} ask for something that was not recorded`]),
    ...(counts.payloadRefused === 0 ? [] : [`of ${counts.payloadRefused} the payload is refused`]),
  ];
  return (
    <>
      <p role="status">
        <strong>{parts.join(", ")}.</strong>
      </p>
      <ul className="panel" aria-label="Runs that the draft was tried on, newest first">
        {items.map((item) => (
          <li key={item.runId} className="what-if-line">
            <span className="what-if-verdict" title={verdicts[item.verdict].help}>
              <StatusIcon status={verdicts[item.verdict].icon} size={14} /> {verdicts[item.verdict].word}
            </span>
            <span className="what-if-sentence">
              <Sentence text={item.sentence} />
              {alsoNotRecorded(item).map(({ stepPath, iteration, sentence }) => (
                <span key={`${stepPath} ${iteration.join(".")} ${sentence}`} className="muted small">
                  {" "}
                  <Sentence text={sentence} />
                </span>
              ))}
            </span>
            <span className="small">
              <Link to="/runs/$runId" params={{ runId: item.runId }}>
                run #{item.runId.slice(-6)}
              </Link>{" "}
              {item.version === null ? null : <span className="muted">v{item.version}</span>}
            </span>
            <span className="small">
              <StatusMark status={item.status} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
