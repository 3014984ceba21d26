import { ApiProblem, type TaskReply } from "@mainspring/api";
import { isJsonObject, type ReadonlyJson } from "@mainspring/core";
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { CopyId } from "../parts/copy-id.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { newKey } from "../parts/new-key.ts";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { assigneeText } from "../run/headline.ts";
import { actorText } from "../session/actor-text.ts";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { answerOf, firstDraft, formOf, optionText, type Draft, type FieldProblem } from "./form-model.ts";
import { isToldAtField, SchemaForm } from "./schema-form.tsx";
import { OverrideDialog } from "./override-dialog.tsx";
import { StatusMark } from "../status/status-icon.tsx";
import { isOpenTask, pointerInAnswer } from "./task.ts";
import "./tasks.css";

/** A task with its form. `onDone` is called when an answer was accepted. */
export function TaskPanel({
  task,
  withRun,
  onDone,
}: {
  task: TaskReply;
  /** Says which run asks, where that is not plain from the page. */
  withRun?: true;
  onDone?: () => void;
}): ReactElement {
  const { identity } = useSignedIn();
  return (
    <section className="task" aria-label={`Task ${task.title}`}>
      <header className="task-head">
        <h2>{task.title}</h2>
        <StatusMark status={task.status} />
      </header>
      <p className="muted small task-facts">
        {withRun === true ? (
          <>
            asked by{" "}
            <Link to="/runs/$runId" params={{ runId: task.runId }}>
              {task.workflow}
            </Link>{" "}
            <CopyId id={task.runId} label="run id" />
            {" · "}
          </>
        ) : null}
        for {assigneeText(task.assignTo)} · opened <Moment at={task.createdAt} />
        {task.dueAt === null ? null : (
          <>
            {" · "}
            <span className={isOpenTask(task) && task.overdue ? "task-overdue" : undefined}>
              {isOpenTask(task) && task.overdue ? "overdue since " : "due "}
              <Moment at={task.dueAt} />
            </span>
          </>
        )}
        {task.claimedBy === null || !isOpenTask(task)
          ? null
          : ` · claimed by ${actorText(task.claimedBy, identity.keyId)}`}
      </p>
      {task.description === null ? null : <p className="task-description">{task.description}</p>}
      {task.context === null ? null : <Context value={task.context} title={task.title} />}
      {isOpenTask(task) ? <OpenTask task={task} onDone={onDone} /> : <ClosedTask task={task} />}
    </section>
  );
}

const factsMax = 12;

/** What is shown beside the form: a few plain values as a list, everything else as JSON. */
function Context({ value, title }: { value: ReadonlyJson; title: string }): ReactElement {
  const members = isJsonObject(value) ? Object.entries(value) : [];
  const isPlain = members.every(([, member]) => typeof member !== "object" && optionText(member).length <= 200);
  if (members.length === 0 || members.length > factsMax || !isPlain)
    return <JsonView value={value} label={`context of ${title}`} />;
  return (
    <dl className="facts task-context" aria-label={`context of ${title}`}>
      {members.map(([name, member]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{optionText(member)}</dd>
        </div>
      ))}
    </dl>
  );
}

function ClosedTask({ task }: { task: TaskReply }): ReactElement {
  const { identity } = useSignedIn();
  const by = task.answeredBy === null ? "someone" : actorText(task.answeredBy, identity.keyId);
  return (
    <>
      <p className="muted">
        {task.status === "COMPLETED"
          ? `Answered by ${by}${task.overridden ? ", past the form" : ""}`
          : task.status === "EXPIRED"
            ? "Nobody answered in time"
            : "No answer is asked for any more"}
        {task.closedAt === null ? null : (
          <>
            {" "}
            <Moment at={task.closedAt} />
          </>
        )}
        .
      </p>
      {task.answer === null ? null : <JsonView value={task.answer} label={`answer to ${task.title}`} />}
    </>
  );
}

function OpenTask({ task, onDone }: { task: TaskReply; onDone: (() => void) | undefined }): ReactElement {
  const mayAnswer = useMay("operator");
  const mayOverride = useMay("admin");
  const { client } = useSignedIn();
  const queries = useQueryClient();
  // The same form, however often the task is read anew.
  const schemaText = JSON.stringify(task.form);
  const form = useMemo(() => formOf(JSON.parse(schemaText)), [schemaText]);
  const [draft, setDraft] = useState<Draft>(() => firstDraft(task.form));
  const [local, setLocal] = useState<readonly FieldProblem[]>([]);
  const [isOverriding, setOverriding] = useState(false);
  // One submission for one content: sending again after no answer came answers once.
  const [submissionId, setSubmissionId] = useState(newKey);
  const changed = (): void => {
    void queries.invalidateQueries({ queryKey: ["tasks"] });
    void queries.invalidateQueries({ queryKey: ["run", task.runId] });
  };
  const claim = useMutation({
    mutationFn: () =>
      task.claimedBy === null
        ? client.tasks.claim({ params: { id: task.id } })
        : client.tasks.release({ params: { id: task.id } }),
    onSettled: changed,
  });
  const complete = useMutation({
    mutationFn: async () => {
      const { answer, problems } = answerOf(form, draft);
      setLocal(problems);
      if (problems.length > 0) return "kept" as const;
      await client.tasks.complete({ params: { id: task.id }, body: { answer: answer ?? null, submissionId } });
      return "accepted" as const;
    },
    onSuccess: (result) => {
      if (result === "accepted") onDone?.();
    },
    onSettled: changed,
  });
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (local.length === 0 && complete.error === null) return;
    element.current
      ?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid="true"] :is(input, select)')
      ?.focus();
  }, [local, complete.error]);
  if (!mayAnswer) return <p className="muted">Your key may look at tasks and not answer them.</p>;
  const refused = complete.error instanceof ApiProblem ? complete.error.issues : [];
  const problems = [
    ...local,
    ...refused.map(({ pointer, message }) => ({ pointer: pointerInAnswer(pointer), message })),
  ];
  return (
    <form
      ref={element}
      className="task-form"
      noValidate
      aria-label={`Answer to ${task.title}`}
      onSubmit={(event) => {
        event.preventDefault();
        complete.mutate();
      }}
    >
      <SchemaForm
        field={form}
        draft={draft}
        problems={problems}
        onChange={(next) => {
          setDraft(next);
          setSubmissionId(newKey());
        }}
      />
      {complete.error === null ? null : problems.length > 0 && problems.every((one) => isToldAtField(form, one)) ? (
        <p className="task-refused" data-tone="vermilion" role="alert">
          The answer does not fit the form: see what stands at the marked fields. <code>ANSWER_INVALID</code>
        </p>
      ) : (
        <ProblemNotice error={complete.error} />
      )}
      {claim.error === null ? null : <ProblemNotice error={claim.error} />}
      <div className="task-actions">
        <Button type="submit" loading={complete.isPending}>
          Complete
        </Button>
        <Button variant="default" loading={claim.isPending} onClick={() => claim.mutate()}>
          {task.claimedBy === null ? "Claim" : "Release"}
        </Button>
        {mayOverride ? (
          <Button variant="subtle" color="gray" onClick={() => setOverriding(true)}>
            Override…
          </Button>
        ) : null}
      </div>
      {isOverriding ? <OverrideDialog task={task} onClose={() => setOverriding(false)} onDone={onDone} /> : null}
    </form>
  );
}
