import type { ReactElement } from "react";
import { StatusIcon } from "../status/status-icon.tsx";
import { useNow } from "../time/use-now.ts";
import { isUnclaimed, type UnclaimedFacts } from "./headline.ts";

/** Said of a run that was handed over a while ago and of which nothing has begun; made of what the page has anyway. */
export function UnclaimedBanner({
  facts,
  clockAheadMs,
}: {
  facts: UnclaimedFacts;
  /** How far the server's clock, by which the run has started, is ahead of the browser's. */
  clockAheadMs: number;
}): ReactElement {
  const now = useNow() + clockAheadMs;
  return (
    <div role="status">
      {isUnclaimed(facts, now) ? (
        <div className="banner" data-tone="amber">
          <StatusIcon status="PAUSED" size={18} />
          <p>
            <strong>Queued: no worker has picked it up.</strong> Start one with <code>mainspring worker</code>, or see
            whether those running are busy.
          </p>
        </div>
      ) : null}
    </div>
  );
}
