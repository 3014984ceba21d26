import type { ScheduleReply } from "@mainspring/api";
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { issuesByField } from "../parts/field-issues.ts";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { localFieldText } from "./schedule-draft.ts";
import { ownZone } from "./when-fields.tsx";
import "../parts/fields.css";

const dayMs = 86_400_000;

/** Starts what the times of a span of the past have not started. */
export function BackfillDialog({ schedule, onClose }: { schedule: ScheduleReply; onClose: () => void }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [opened] = useState(() => Date.now());
  const [from, setFrom] = useState(() => localFieldText(new Date(opened - dayMs).toISOString()));
  const [to, setTo] = useState(() => localFieldText(new Date(opened).toISOString()));
  const isSpan = !Number.isNaN(Date.parse(from)) && !Number.isNaN(Date.parse(to));
  const act = useMutation({
    mutationFn: () =>
      client.schedules.backfill({
        params: { id: schedule.id },
        body: { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
      }),
    onSettled: () => {
      for (const queryKey of [["schedules"], ["decisions"], ["runs"]]) void queries.invalidateQueries({ queryKey });
    },
  });
  const issues = issuesByField(act.error, ["/from", "/to"]);
  /** What was started stands no more beside another span. */
  function edited(set: (value: string) => void): (value: string) => void {
    return (value) => {
      act.reset();
      set(value);
    };
  }
  return (
    <Dialog title="Make up for times of the past?" onClose={onClose}>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isSpan) act.mutate();
        }}
      >
        <p>
          <strong>{schedule.name}</strong> starts one run for each of its times in this span that has started none.
          Neither an open run nor lateness holds them back; business days do.
        </p>
        <div className="fields-pair">
          <Time label="From" value={from} problem={issues.at("/from")} onChange={edited(setFrom)} />
          <Time label="To" value={to} problem={issues.at("/to")} onChange={edited(setTo)} />
        </div>
        {act.error === null || issues.rest === null ? null : <ProblemNotice error={issues.rest} />}
        <p role="status" className="dialog-hint">
          {act.data === undefined
            ? ""
            : `${act.data.times === 1 ? "1 run is" : `${act.data.times} runs are`} started${
                act.data.alreadyFired === 0 ? "" : `; ${act.data.alreadyFired} of its times had started one before`
              }.`}
        </p>
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={act.isPending} disabled={!isSpan}>
            Start runs
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Time({
  label,
  value,
  problem,
  onChange,
}: {
  label: string;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}): ReactElement {
  return (
    <TextInput
      type="datetime-local"
      step={1}
      label={`${label} (${ownZone})`}
      value={value}
      error={problem}
      errorProps={{ role: "alert" }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
