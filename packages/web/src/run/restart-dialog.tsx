import { ApiProblem, type RunReply } from "@mainspring/api";
import { Button, NativeSelect, Skeleton, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useMemo, useState, type ReactElement } from "react";
import { restartPlanQuery, versionsQuery } from "../app/queries.ts";
import { Dialog } from "../parts/dialog.tsx";
import { newKey } from "../parts/new-key.ts";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import type { StepView } from "./fold-journal.ts";
import { firstChoice, placeKey, restartPlaces } from "./restart-places.ts";
import { RestartPlanView } from "./restart-plan.tsx";
import "./restart.css";

/** Begins a new run where this one stood before a step: shows what that reuses and repeats, and asks for a reason. */
export function RestartDialog({
  run,
  steps,
  at,
  onClose,
}: {
  run: RunReply;
  steps: readonly StepView[];
  /** `execution` of the step to begin with; undefined: the one that failed, or the last. */
  at: number | undefined;
  onClose: () => void;
}): ReactElement {
  const { client } = useSignedIn();
  const router = useRouter();
  const [places] = useState(() => restartPlaces(steps));
  const [chosen, setChosen] = useState(() => firstChoice(places, steps, at));
  const [version, setVersion] = useState<number | undefined>(undefined);
  const [unwanted, setUnwanted] = useState<ReadonlySet<string>>(new Set());
  const [offerEvents, setOfferEvents] = useState(true);
  const [reason, setReason] = useState("");
  const [idempotencyKey, setIdempotencyKey] = useState(newKey);
  const place = places.find((each) => placeKey(each) === chosen);
  const versions = useQuery(versionsQuery(client, run.workflow));
  const plan = useQuery({ ...restartPlanQuery(client, run.id, place, version), enabled: place !== undefined });
  const reuse = useMemo(
    () =>
      plan.data?.reuse
        .filter((one) => one.authoredKey || !unwanted.has(one.invocationId))
        .map((one) => one.invocationId),
    [plan.data, unwanted],
  );
  const restart = useMutation({
    mutationFn: async () => {
      if (place === undefined || plan.data === undefined || reuse === undefined)
        throw new Error("there is no plan yet");
      const reply = await client.runs.restartFrom({
        params: { id: run.id },
        idempotencyKey,
        body: {
          stepPath: place.stepPath,
          iteration: [...place.iteration],
          ...(version === undefined ? {} : { version }),
          reason: reason.trim(),
          reuse,
          offerEvents,
          planHash: plan.data.planHash,
        },
      });
      if (!("runId" in reply)) throw new Error("the server planned and did not act");
      return reply.runId;
    },
    onSuccess: (runId) => void router.navigate({ to: "/runs/$runId", params: { runId } }),
    onError: (error) => {
      setIdempotencyKey(newKey());
      if (error instanceof ApiProblem && error.code === "PLAN_CHANGED") void plan.refetch();
    },
  });
  const changed = (): void => {
    setUnwanted(new Set());
    setIdempotencyKey(newKey());
    restart.reset();
  };
  const published = (versions.data?.items ?? []).map((each) => each.version).filter((each) => each !== run.version);
  return (
    <Dialog title="Restart from a step" onClose={onClose} wide>
      {place === undefined ? (
        <>
          <p>No step of this run has begun: replay it instead.</p>
          <div className="dialog-actions">
            <Button variant="default" onClick={onClose} data-autofocus>
              Close
            </Button>
          </div>
        </>
      ) : (
        <form
          className="dialog-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (plan.data !== undefined && reason.trim() !== "") restart.mutate();
          }}
        >
          <p>
            A new run that begins in the state in which this one stood before the step. This run stays as it is; what
            its steps have done outside is not undone.
          </p>
          <div className="restart-choices">
            <NativeSelect
              label="Step"
              value={chosen}
              data={places.map((each) => ({ value: placeKey(each), label: each.label }))}
              onChange={(event) => {
                setChosen(event.currentTarget.value);
                changed();
              }}
            />
            <NativeSelect
              label="Version"
              value={version === undefined ? "" : String(version)}
              data={[
                { value: "", label: `v${run.version ?? "?"}, as this run` },
                ...published.map((each) => ({ value: String(each), label: `v${each}` })),
              ]}
              onChange={(event) => {
                const { value } = event.currentTarget;
                setVersion(value === "" ? undefined : Number(value));
                changed();
              }}
            />
          </div>
          {plan.data !== undefined ? (
            <RestartPlanView
              plan={plan.data}
              unwanted={unwanted}
              onUnwanted={setUnwanted}
              offerEvents={offerEvents}
              onOfferEvents={setOfferEvents}
            />
          ) : plan.error === null ? (
            <Skeleton height={120} />
          ) : (
            <ProblemNotice error={plan.error} onRetry={() => void plan.refetch()} />
          )}
          <TextInput
            label="Reason"
            value={reason}
            maxLength={1_000}
            onChange={(event) => setReason(event.currentTarget.value)}
            description="Stands in the audit log and with the new run."
          />
          {restart.error === null ? null : <ProblemNotice error={restart.error} />}
          <div className="dialog-actions">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
            <Button
              type="submit"
              disabled={plan.data === undefined || plan.isFetching || reason.trim() === ""}
              loading={restart.isPending}
            >
              Restart
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
