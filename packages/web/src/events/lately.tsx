import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Loaded } from "../parts/loaded.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { DecisionLine } from "./decision-line.tsx";
import { latelyQuery } from "./queries.ts";

/** What was decided last of a schedule or a workflow, newest first. */
export function Lately({
  of,
  which,
  none,
  all,
}: {
  of: Parameters<typeof latelyQuery>[1];
  which: "all" | "not-started";
  /** Said where there is nothing. */
  none: string;
  /** Leads to all of them, where there are more. */
  all: ReactNode;
}): ReactElement | null {
  const { client } = useSignedIn();
  const decisions = useQuery(latelyQuery(client, of, which));
  return (
    <Loaded query={decisions} what="decisions" height={92}>
      {({ items, nextCursor }) =>
        items.length === 0 ? (
          <p className="muted">{none}</p>
        ) : (
          <>
            <ul className="decisions panel" aria-label="Decisions, newest first">
              {items.map((decision) => (
                <DecisionLine key={decision.id} decision={decision} within />
              ))}
            </ul>
            {nextCursor === null ? null : <p>{all}</p>}
          </>
        )
      }
    </Loaded>
  );
}
