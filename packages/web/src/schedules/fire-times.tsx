import type { ReactElement } from "react";
import { Moment } from "../time/moment.tsx";

/** When something fires: on the schedule's clocks with their zone's offset, in UTC, and how far away that is. */
export function FireTimes({
  label,
  items,
}: {
  label: string;
  items: readonly { readonly nominalAt: string; readonly local: string }[];
}): ReactElement {
  return (
    <table className="fire-times small" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">On its clocks</th>
          <th scope="col">UTC</th>
          <th scope="col">In</th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ nominalAt, local }) => (
          <tr key={nominalAt}>
            <td>
              <span className="fire-day">{weekdayOf(local)}</span> {local.slice(0, secondsOf(local)).replace("T", " ")}{" "}
              <span className="muted">{local.slice(19)}</span>
            </td>
            <td>{nominalAt.slice(0, secondsOf(nominalAt)).replace("T", " ")}</td>
            <td>
              <Moment at={nominalAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Seconds are shown where there are some. */
function secondsOf(time: string): number {
  return time.slice(17, 19) === "00" ? 16 : 19;
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function weekdayOf(local: string): string {
  return weekdays[new Date(`${local.slice(0, 10)}T00:00:00Z`).getUTCDay()] ?? "";
}
