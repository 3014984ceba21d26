/** Business days after an instant, for the calendar that every tenant begins with: Monday to Friday, 09:00 to 17:00, UTC. */
export function businessDaysLater(from: string, days: number): string {
  const at = new Date(from);
  if (at.getUTCHours() >= 17) toMorning(at, 1);
  else if (at.getUTCHours() < 9) toMorning(at, 0);
  while (isWeekend(at)) toMorning(at, 1);
  for (let left = days; left > 0; left--)
    do at.setUTCDate(at.getUTCDate() + 1);
    while (isWeekend(at));
  return at.toISOString();
}

function toMorning(at: Date, daysLater: number): void {
  at.setUTCDate(at.getUTCDate() + daysLater);
  at.setUTCHours(9, 0, 0, 0);
}

function isWeekend(at: Date): boolean {
  return at.getUTCDay() === 0 || at.getUTCDay() === 6;
}
