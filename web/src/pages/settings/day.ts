/** The instant at which a day ("2026-03-29") begins in a time zone, days later with plus; "" for what is no day. */
export function dayBegins(day: string, timeZone: string, plus = 0): string {
  const [, y, m, d] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day)?.map(Number) ?? [];
  if (!y || !m || !d) return "";
  const wall = Date.UTC(y, m - 1, d + plus);
  // Twice: the first guess may stand on the other side of a change of the clock.
  let at = wall - offset(wall, timeZone);
  at = wall - offset(at, timeZone);
  return new Date(at).toISOString();
}

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
function offset(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(at / 1000) * 1000;
}
