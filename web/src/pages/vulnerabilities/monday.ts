import { dayLength, dayOf, endOfDay } from "../finding/dates";

/** The last Monday, 00:00 in a zone, as a time: what "new since Monday" means. On a Monday it is that day. */
export function lastMonday(now: number, timeZone: string): string {
  const today = Date.parse(`${dayOf(now, timeZone)}T00:00:00Z`);
  const back = (new Date(today).getUTCDay() + 6) % 7;
  const sunday = new Date(today - (back + 1) * dayLength).toISOString().slice(0, 10);
  return new Date(endOfDay(sunday, timeZone)! + 1000).toISOString();
}
