import type { ScheduleReply } from "@mainspring/api";
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { Lately } from "../events/lately.tsx";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { spanWords } from "../parts/span-text.ts";
import { actorText } from "../session/actor-text.ts";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { BackfillDialog } from "./backfill-dialog.tsx";
import { FireTimes } from "./fire-times.tsx";
import { previewQuery } from "./queries.ts";
import { StateDialog, type StateChange } from "./state-dialog.tsx";

const overlapTexts: Record<ScheduleReply["overlap"], string> = {
  skip: "starts nothing",
  allow: "starts another beside it",
  "cancel-other": "cancels it and starts the new one",
};

/** A schedule whole: what can be done with it, its settings, its next times, and what became of its last ones. */
export function ScheduleDetail({ schedule, onEdit }: { schedule: ScheduleReply; onEdit: () => void }): ReactElement {
  const { client } = useSignedIn();
  const preview = useQuery(previewQuery(client, schedule.id, schedule.revision));
  return (
    <div className="schedule-detail">
      <Acts schedule={schedule} onEdit={onEdit} />
      <div className="schedule-parts">
        <section aria-label={`Settings of ${schedule.name}`}>
          <h3>Settings</h3>
          <Settings schedule={schedule} />
        </section>
        <section aria-label={`When ${schedule.name} fires`}>
          <h3>Next times</h3>
          <Loaded query={preview} what="next times" height={230}>
            {({ items }) =>
              items.length === 0 ? (
                <p className="muted">It fires no more.</p>
              ) : (
                <>
                  {schedule.state === "active" || schedule.state === "completed" ? null : (
                    <p className="muted small">As it would fire if it were active.</p>
                  )}
                  <FireTimes label={`Next times of ${schedule.name}`} items={items} />
                </>
              )
            }
          </Loaded>
        </section>
      </div>
      <section aria-label={`What became of the times of ${schedule.name}`}>
        <h3>What became of its times</h3>
        <Lately
          of={{ scheduleId: schedule.id }}
          which="all"
          none="No time of it has come yet."
          all={
            <Link to="/events" search={{ show: "decisions", schedule: schedule.id }} className="small">
              All times that started nothing
            </Link>
          }
        />
      </section>
    </div>
  );
}

function Settings({ schedule }: { schedule: ScheduleReply }): ReactElement {
  const { identity } = useSignedIn();
  const { overlap, catchUpWindowMs, jitterMs, businessDays, payload, updatedAt, updatedBy, boundVersion } = schedule;
  const facts: readonly (readonly [string, ReactElement | string])[] = [
    ["While the run before is open", overlapTexts[overlap]],
    ["A missed time", `is made up for within ${spanWords(catchUpWindowMs)}`],
    ...(jitterMs === 0 ? [] : [["Spread", `each time is put off by up to ${spanWords(jitterMs)}`] as const]),
    ["Days", businessDays === null ? "every day" : `days with hours in the calendar ${businessDays.calendar}`],
    ["Payload fits", `version ${boundVersion}`],
    [
      "Changed",
      <>
        <Moment at={updatedAt} />
        {updatedBy === null ? null : ` by ${actorText(updatedBy, identity.keyId)}`}
      </>,
    ],
  ];
  return (
    <>
      <dl className="schedule-settings">
        {facts.map(([name, fact]) => (
          <div key={name}>
            <dt className="muted">{name}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
      <JsonView value={payload} label={`payload of ${schedule.name}`} />
    </>
  );
}

type Asked = StateChange | "backfill" | "delete";

function Acts({ schedule, onEdit }: { schedule: ScheduleReply; onEdit: () => void }): ReactElement | null {
  const [asked, setAsked] = useState<Asked>();
  const [mayBackfill, mayChange] = [useMay("operator"), useMay("author")];
  const close = (): void => setAsked(undefined);
  if (!mayBackfill) return null;
  return (
    <div className="schedule-acts">
      {mayChange ? (
        <Button variant="default" size="xs" onClick={onEdit}>
          Change…
        </Button>
      ) : null}
      {schedule.state === "disabled" ? null : (
        <Button variant="default" size="xs" onClick={() => setAsked("backfill")}>
          Backfill…
        </Button>
      )}
      {mayChange && schedule.state === "disabled" ? (
        <Button variant="default" size="xs" onClick={() => setAsked("enable")}>
          Enable…
        </Button>
      ) : null}
      {mayChange && (schedule.state === "active" || schedule.state === "paused") ? (
        <Button variant="default" size="xs" onClick={() => setAsked("disable")}>
          Disable…
        </Button>
      ) : null}
      {mayChange ? (
        <Button variant="default" size="xs" onClick={() => setAsked("delete")}>
          Delete…
        </Button>
      ) : null}
      {asked === undefined ? null : asked === "backfill" ? (
        <BackfillDialog schedule={schedule} onClose={close} />
      ) : asked === "delete" ? (
        <DeleteDialog schedule={schedule} onClose={close} />
      ) : (
        <StateDialog schedule={schedule} change={asked} onClose={close} />
      )}
    </div>
  );
}

function DeleteDialog({ schedule, onClose }: { schedule: ScheduleReply; onClose: () => void }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => client.schedules.remove({ params: { id: schedule.id }, ifMatch: schedule.revision }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["schedules"] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Delete the schedule ${schedule.name}?`}
      action="Delete schedule"
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      It starts nothing from then on, and cannot be brought back. Its runs stay, and so does what was decided about its
      times.
    </ConfirmDialog>
  );
}
