import { InvalidArgumentError } from "commander";

/** For an option that takes a point in time: date, time and zone. */
export function instant(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/i.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError("It is a time such as 2031-03-30T00:30:00Z.");
  return new Date(text).toISOString();
}
