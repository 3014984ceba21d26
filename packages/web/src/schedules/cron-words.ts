const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const dayCodes = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const timesMax = 3;

/**
 * A cron expression in words, such as `at 07:30, Monday to Friday`.
 * @returns undefined: it is one for which words would be no clearer
 */
export function cronWords(cron: string): string | undefined {
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = "", ...rest] = cron.trim().split(/[ \t]+/);
  if (rest.length > 0 || month !== "*") return undefined;
  const days = daysWords(dayOfMonth, dayOfWeek);
  const times = timesWords(minute, hour);
  if (days === undefined || times === undefined) return undefined;
  const isDaily = days === "every day";
  return times.startsWith("every") && isDaily ? times : `${times}${isDaily ? " " : ", "}${days}`;
}

function timesWords(minute: string, hour: string): string | undefined {
  if (hour === "*") {
    if (minute === "*") return "every minute";
    const step = /^\*\/(\d+)$/.exec(minute)?.[1];
    // Where it does not divide the hour, the last gap of each hour is another one.
    if (step !== undefined) return Number(step) > 1 && 60 % Number(step) === 0 ? `every ${step} minutes` : undefined;
    return isNumber(minute) ? `every hour at minute ${Number(minute)}` : undefined;
  }
  const hours = hour.split(",");
  if (!isNumber(minute) || !hours.every(isNumber) || hours.length > timesMax) return undefined;
  return `at ${listed(hours.map((each) => `${each.padStart(2, "0")}:${minute.padStart(2, "0")}`))}`;
}

function daysWords(dayOfMonth: string, dayOfWeek: string): string | undefined {
  if (dayOfMonth === "*" && dayOfWeek === "*") return "every day";
  if (dayOfWeek === "*") return isNumber(dayOfMonth) ? `on day ${Number(dayOfMonth)} of the month` : undefined;
  if (dayOfMonth !== "*") return undefined;
  const [from, to, ...more] = dayOfWeek.split("-").map(dayName);
  if (to !== undefined && from !== undefined && more.length === 0) return `${from} to ${to}`;
  const names = dayOfWeek.split(",").map(dayName);
  return names.includes(undefined) ? undefined : `on ${listed(names as string[])}`;
}

/** 7 is Sunday as well. */
function dayName(text: string): string | undefined {
  const code = dayCodes.indexOf(text.toUpperCase());
  return code >= 0 ? dayNames[code] : /^[0-7]$/.test(text) ? dayNames[Number(text) % 7] : undefined;
}

function isNumber(text: string): boolean {
  return /^\d{1,2}$/.test(text);
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
