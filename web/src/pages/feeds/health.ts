import type { Feed } from "../../api/types";

export type Health = "fresh" | "old" | "missing";

/** A source that has not come for longer than this is old: most publish daily. Seconds. */
export const oldAfter = 7 * 86_400;

/** Nothing known of what is here comes first: an empty feed looks like safety and is none. */
export function health(f: Feed, now: number): Health {
  if ((f.missing ?? 0) > 0 && f.records === 0) return "missing";
  const came = Date.parse(f.at);
  const age = f.age_s >= 0 ? f.age_s : Number.isNaN(came) || came <= 0 ? Infinity : (now - came) / 1000;
  return age > oldAfter ? "old" : "fresh";
}

const order: Record<Health, number> = { missing: 0, old: 1, fresh: 2 };

/** The few dozen sources come whole: filtered and ordered here, what needs a hand first. */
export function shown(feeds: readonly Feed[], f: { q: string; health: string }, now: number): Feed[] {
  const q = f.q.trim().toLowerCase();
  return feeds
    .filter((x) => (!q || `${x.name} ${x.kind}`.toLowerCase().includes(q)) && (!f.health || health(x, now) === f.health))
    .sort((a, b) => order[health(a, now)] - order[health(b, now)] || a.name.localeCompare(b.name));
}
