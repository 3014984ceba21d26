import type { RunReply } from "@mainspring/api";
import { Button, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { newKey } from "../parts/new-key.ts";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { readReplay, type ReplayReading } from "./replay-text.ts";

/**
 * Runs it again from the start, as a new run. The editor begins with the input as this person may see it. As long as
 * that is what it holds no payload is sent: the server then takes the stored input, with what is hidden here.
 */
export function ReplayDialog({ run, onClose }: { run: RunReply; onClose: () => void }): ReactElement {
  const { client } = useSignedIn();
  const router = useRouter();
  const [original] = useState(run.input);
  const [text, setText] = useState(() => JSON.stringify(original, undefined, 2));
  // One key for one content: pressing twice, or again after no answer came, makes one run.
  const [idempotencyKey, setIdempotencyKey] = useState(newKey);
  const reading = readReplay(text, original);
  const replay = useMutation({
    mutationFn: async () => {
      if (reading.kind === "invalid") throw new Error(reading.problem);
      const { runId } = await client.runs.replay({
        params: { id: run.id },
        idempotencyKey,
        ...(reading.kind === "edited" ? { body: { payload: reading.payload } } : {}),
      });
      return runId;
    },
    onSuccess: (runId) => void router.navigate({ to: "/runs/$runId", params: { runId } }),
  });
  function become(next: string): void {
    setText(next);
    setIdempotencyKey(newKey());
    replay.reset();
  }
  return (
    <Dialog title="Replay this run" onClose={onClose} wide>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (reading.kind !== "invalid") replay.mutate();
        }}
      >
        <p>
          A new run of <code>{run.workflow}</code>
          {run.version === null ? null : ` v${run.version}`}, from its first step. This run stays as it is; every call
          is made anew.
        </p>
        <Textarea
          className="payload-editor"
          label="Input (JSON)"
          value={text}
          spellCheck={false}
          data-autofocus
          error={reading.kind === "invalid" ? reading.problem : undefined}
          errorProps={{ role: "alert" }}
          onChange={(event) => {
            become(event.currentTarget.value);
          }}
        />
        <p className="muted small dialog-hint" role="status">
          {hintOf(reading)}
        </p>
        {replay.error === null ? null : <ProblemNotice error={replay.error} />}
        <div className="dialog-actions">
          {reading.kind === "same" ? null : (
            <Button
              variant="subtle"
              color="gray"
              onClick={() => {
                become(JSON.stringify(original, undefined, 2));
              }}
            >
              Original input
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" disabled={reading.kind === "invalid"} loading={replay.isPending}>
            {reading.kind === "edited" ? "Replay with this input" : "Replay"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function hintOf(reading: ReplayReading): string {
  switch (reading.kind) {
    case "same":
      return "Not edited: the stored input is used, with what is hidden here.";
    case "edited":
      return reading.masked.length === 0
        ? "Edited: exactly this is sent."
        : `Edited, and still hidden at ${reading.masked.join(", ")}: write a value there, or the server refuses it.`;
    case "invalid":
      return "Nothing is sent until this is JSON.";
    default:
      return reading satisfies never;
  }
}
