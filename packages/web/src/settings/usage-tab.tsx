import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import { Loaded } from "../parts/loaded.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { lookOf } from "../status/status.ts";
import { Moment } from "../time/moment.tsx";
import { SettingsHead } from "./setting-parts.tsx";

const everyMs = 5_000;

/** What the tenant has used, of how much, and what happens at the limit. */
export function UsageTab(): ReactElement {
  const { client } = useSignedIn();
  const usage = useQuery({
    queryKey: ["usage"],
    queryFn: ({ signal }) => client.usage.get({ signal }),
    refetchInterval: everyMs,
  });
  return (
    <section aria-label="Usage and limits">
      <SettingsHead>
        The administrator of the platform sets these limits; a <Link to="/workflows">workflow</Link> may have one of its
        own for its runs.
      </SettingsHead>
      <Loaded query={usage} what="usage" height={330}>
        {({ steps, runs, starts, fuel, held, resetsAt }) => (
          <ul className="panel usage" aria-label="Usage">
            <Meter name="Steps this month" used={steps.used} limit={steps.limit}>
              A step counts once, however often it is tried. Over the limit runs pause before their next call, and go on
              when the month ends, <Moment at={resetsAt} />, or there is more.
            </Meter>
            <Meter name="Runs under way" used={runs.open} limit={runs.limit}>
              Waiting ones too, called ones not. Over the limit a person’s start is refused with 429, and that of an
              event or a schedule is held until there is room.
            </Meter>
            <Meter name="Starts in the last minute" used={starts.lastMinute} limit={starts.limit}>
              By people, events and schedules. Over the limit they are refused or held, as above.
            </Meter>
            <Meter name="Fuel in the last minute" used={fuel.lastMinute} limit={fuel.limit}>
              The work of evaluating expressions, in units that are the same on every machine. It is counted only where
              it is limited.
            </Meter>
            <li className="usage-meter">
              <div>
                <h2>Held starts</h2>
                <p className="muted small">
                  {held.since === null ? (
                    "Nothing waits for room. What does starts by itself, in the order in which it came."
                  ) : (
                    <>
                      {Object.entries(held.byReason)
                        .filter(([, count]) => count > 0)
                        .map(([reason, count]) => `${count}: ${reasonText(reason)}`)
                        .join(", ")}
                      . The first waits since <Moment at={held.since} />.{" "}
                      <Link to="/runs" search={{ status: ["QUEUED"] }}>
                        Show them
                      </Link>
                    </>
                  )}
                </p>
              </div>
              <p className="usage-number">{held.count.toLocaleString("en")}</p>
            </li>
          </ul>
        )}
      </Loaded>
    </section>
  );
}

function reasonText(reason: string): string {
  const word = reason === "concurrency-limited" ? "too many runs at once" : lookOf(reason).word;
  return word.charAt(0).toLowerCase() + word.slice(1);
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
  children: ReactNode;
}): ReactElement {
  const share = limit === null || used === null || limit === 0 ? undefined : Math.min(1, used / limit);
  return (
    <li className="usage-meter">
      <div>
        <h2>{name}</h2>
        <p className="muted small">{children}</p>
      </div>
      <div className="usage-amount">
        <p className="usage-number">
          {used === null ? <span className="muted">not counted</span> : used.toLocaleString("en")}
          {used === null && limit === null ? null : (
            <span className="muted"> {limit === null ? "no limit" : `of ${limit.toLocaleString("en")}`}</span>
          )}
        </p>
        {share === undefined ? null : (
          <meter min={0} max={1} value={share} high={0.9} aria-label={`${name}, ${Math.round(share * 100)} %`} />
        )}
      </div>
    </li>
  );
}
