import type { ReactElement } from "react";
import { Moment } from "../time/moment.tsx";

interface Fire {
  readonly nominalAt: string;
  readonly local: string;
}

/** When something fires: on the schedule's clocks with their offset, in UTC, and how far away that is. */
export function FireTimes({ label, items }: { label: string; items: readonly Fire[] }): ReactElement {
  const isUtc = items.every(({ local }) => /(Z|[+-]00:00)$/.test(local));
  const hasSeconds = items.some(({ nominalAt }) => nominalAt.slice(17, 19) !== "00");
  const shown = (time: string): string => time.slice(0, hasSeconds ? 19 : 16).replace("T", " ");
  return (
    <table className="fire-times small" aria-label={label} data-utc={isUtc ? "" : undefined}>
      <thead>
        <tr>
          {isUtc ? null : <th scope="col">On its clocks</th>}
          <th scope="col">UTC</th>
          <th scope="col">In</th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ nominalAt, local }) => (
          <tr key={nominalAt}>
            {isUtc ? null : (
              <td>
                <Weekday of={local} /> {shown(local)} <span className="muted">{local.slice(19)}</span>
              </td>
            )}
            <td>
              {isUtc ? <Weekday of={nominalAt} /> : null} {shown(nominalAt)}
            </td>
            <td>
              <Moment at={nominalAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function Weekday({ of }: { of: string }): ReactElement {
  return <span className="fire-day">{weekdays[new Date(`${of.slice(0, 10)}T00:00:00Z`).getUTCDay()]}</span>;
}
