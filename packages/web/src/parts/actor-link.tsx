import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { actorText } from "../session/actor-text.ts";

/**
 * Who or what did something: an event, a schedule or a run leads to its page.
 * @param keyId of who reads it
 */
export function ActorLink({ actor, keyId }: { actor: string; keyId: string }): ReactElement {
  const text = actorText(actor, keyId);
  const [, kind, id] = /^(event|schedule|run):([0-9a-f-]{36})$/.exec(actor) ?? [];
  if (kind === undefined || id === undefined) return <span title={actor}>{text}</span>;
  if (kind === "event")
    return (
      <Link to="/events" search={{ event: id }} title={actor}>
        {text}
      </Link>
    );
  if (kind === "schedule")
    return (
      <Link to="/schedules" search={{ schedule: id }} title={actor}>
        {text}
      </Link>
    );
  return (
    <Link to="/runs/$runId" params={{ runId: id }} title={actor}>
      {text}
    </Link>
  );
}
