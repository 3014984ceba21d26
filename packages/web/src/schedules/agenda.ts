const dayMs = 86_400_000;
export const agendaDays = 7;
/** A schedule that fires more often on its first day is named once, and its times are not listed. */
const listedPerDayMax = 9;
/** As many times of a schedule are enough for the days that are shown, of those whose times are listed. */
export const agendaFires = agendaDays * listedPerDayMax + 1;

export interface Fire {
  readonly scheduleId: string;
  /** Instant. */
  readonly at: string;
}

export interface Agenda {
  /** Fire too often to be listed. */
  readonly often: readonly string[];
  /** From today on, those without a time too; `date` is local: `2031-03-30`. */
  readonly days: readonly { readonly date: string; readonly fires: readonly (Fire & { readonly time: string })[] }[];
}

/**
 * What fires in the next days, by day.
 * @param times of each schedule, the next ones in order
 * @param timeZone whose days and clocks count; left out: those of whoever looks
 */
export function agendaOf(
  times: readonly { readonly scheduleId: string; readonly at: readonly string[] }[],
  nowMs: number,
  timeZone?: string,
): Agenda {
  const often = times.filter(({ at }) => at.filter((one) => Date.parse(one) < nowMs + dayMs).length > listedPerDayMax);
  const rare = times.filter((one) => !often.includes(one));
  const fires = rare
    .flatMap(({ scheduleId, at }) => at.map((one) => ({ scheduleId, at: one })))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  // `sv` writes dates and times as ISO 8601 does.
  const local = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "short", timeZone });
  const placed = fires.map((fire) => {
    const [date = "", time = ""] = local.format(Date.parse(fire.at)).split(" ");
    return { ...fire, date, time };
  });
  const [today = ""] = local.format(nowMs).split(" ");
  const days = Array.from({ length: agendaDays }, (_, index) => {
    // Noon of the day in UTC: no change of clocks leads to another date.
    const date = new Date(Date.parse(`${today}T12:00:00Z`) + index * dayMs).toISOString().slice(0, 10);
    return {
      date,
      fires: placed.filter((fire) => fire.date === date).map(({ scheduleId, at, time }) => ({ scheduleId, at, time })),
    };
  });
  return { often: often.map(({ scheduleId }) => scheduleId), days };
}
