import type { ReactElement } from "react";
import { StatusIcon } from "../status/status-icon.tsx";
import { useNow } from "../time/use-now.ts";
import { isUnclaimed, type UnclaimedFacts } from "./headline.ts";

/** Said of a run that was handed over a while ago and of which nothing has begun; made of what the page has anyway. */
export function UnclaimedBanner({ facts }: { facts: UnclaimedFacts }): ReactElement {
  const now = useNow();
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
