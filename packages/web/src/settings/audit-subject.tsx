import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";

/** What was changed, as a link to where that is shown. */
export function AuditSubject({ subject }: { subject: string }): ReactElement {
  const [, kind, id] = /^([a-z-]+):(.+)$/s.exec(subject) ?? [];
  if (kind === undefined || id === undefined) return <span>{subject}</span>;
  switch (kind) {
    case "workflow":
      return (
        <>
          workflow{" "}
          <Link to="/workflows/$key" params={{ key: id }}>
            {id}
          </Link>
        </>
      );
    case "run":
      return (
        <>
          run{" "}
          <Link to="/runs/$runId" params={{ runId: id }} title={id}>
            #{id.slice(-6)}
          </Link>
        </>
      );
    case "schedule":
      return (
        <>
          schedule{" "}
          <Link to="/schedules" search={{ schedule: id }} title={id}>
            #{id.slice(-6)}
          </Link>
        </>
      );
    case "event":
      return (
        <>
          event{" "}
          <Link to="/events" search={{ event: id }} title={id}>
            #{id.slice(-6)}
          </Link>
        </>
      );
    default:
      return (
        <span title={subject}>
          {kind.replaceAll("-", " ").replace("api key", "API key")}{" "}
          {/^[0-9a-f-]{36}$/.test(id) ? `#${id.slice(-6)}` : id}
        </span>
      );
  }
}
