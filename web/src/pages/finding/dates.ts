/** Days as people write them, in a time zone, and the instants they mean. */

/** How far a zone is ahead of UTC at an instant, in milliseconds. */
function ahead(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at);
  const n = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return Date.UTC(n("year"), n("month") - 1, n("day"), n("hour"), n("minute"), n("second")) - Math.floor(at / 1000) * 1000;
}

/** The day of an instant, YYYY-MM-DD, in a zone. */
export function dayOf(at: number, timeZone: string): string {
  return new Date(Math.floor(at / 1000) * 1000 + ahead(at, timeZone)).toISOString().slice(0, 10);
}

/** The last second of a day in a zone, as milliseconds since 1970; undefined for what is no day. */
export function endOfDay(day: string, timeZone: string): number | undefined {
  const wall = Date.parse(`${day}T23:59:59Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(wall)) return undefined;
  // Twice, because the zone's distance at the guess can be that of the other side of a change of clocks.
  const guess = wall - ahead(wall, timeZone);
  return wall - ahead(guess, timeZone);
}

export const dayLength = 86_400_000;
