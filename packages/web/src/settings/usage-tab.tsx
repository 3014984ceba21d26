import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";

const everyMs = 5_000;

/** What the tenant has used, and of how much. */
export function UsageTab(): ReactElement {
  const { client } = useSignedIn();
  const usage = useQuery({
    queryKey: ["usage"],
    queryFn: ({ signal }) => client.usage.get({ signal }),
    refetchInterval: everyMs,
  });
  if (usage.data === undefined)
    return usage.error === null ? (
      <Skeleton height={160} />
    ) : (
      <ProblemNotice error={usage.error} onRetry={() => void usage.refetch()} />
    );
  const { steps, runs, starts, fuel, held, resetsAt } = usage.data;
  return (
    <section className="panel usage" aria-label="Usage">
      <Meter name="Steps this month" used={steps.used} limit={steps.limit}>
        counted anew <Moment at={resetsAt} />; past the limit runs pause and go on when there is room
      </Meter>
      <Meter name="Runs under way" used={runs.open} limit={runs.limit}>
        waiting ones too
      </Meter>
      <Meter name="Starts in the last minute" used={starts.lastMinute} limit={starts.limit}>
        by people, events and schedules
      </Meter>
      <Meter name="Fuel in the last minute" used={fuel.lastMinute} limit={fuel.limit}>
        the work of expressions; counted where it is limited
      </Meter>
      <div className="usage-meter">
        <h2>Held starts</h2>
        <p className="usage-number">{held.count.toLocaleString("en")}</p>
        <p className="muted small">
          {held.since === null ? (
            "nothing waits for room"
          ) : (
            <>
              {Object.entries(held.byReason)
                .filter(([, count]) => count > 0)
                .map(([reason, count]) => `${count} ${reason}`)
                .join(", ")}
              , the first since <Moment at={held.since} />
            </>
          )}
        </p>
      </div>
    </section>
  );
}

function Meter({
  name,
  used,
  limit,
  children,
}: {
  name: string;
  used: number | null;
  limit: number | null;
  children: React.ReactNode;
}): ReactElement {
  const share = limit === null || used === null || limit === 0 ? undefined : Math.min(1, used / limit);
  return (
    <div className="usage-meter">
      <h2>{name}</h2>
      <p className="usage-number">
        {used === null ? "–" : used.toLocaleString("en")}
        <span className="muted"> {limit === null ? "no limit" : `of ${limit.toLocaleString("en")}`}</span>
      </p>
      {share === undefined ? null : (
        <meter min={0} max={1} value={share} high={0.9} aria-label={`${name}, ${Math.round(share * 100)} %`} />
      )}
      <p className="muted small">{children}</p>
    </div>
  );
}
