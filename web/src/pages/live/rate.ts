import type { EventTick } from "../../api/types";

/** Observations per second over the last minutes: one slot a second, null where no tick came. */
export interface Rates { first: number /* seconds since 1970 of the first slot */; slots: (EventTick["rates"] | null)[] }

export const span = 300;
export const mostSeries = 8;

export const noRates: Rates = { first: 0, slots: [] };

/** Adds a tick that came at second `now`. Ticks drift within their second, so one that is a little late is no gap; two seconds without are. */
export function add(r: Rates, tick: Pick<EventTick, "rates">, now: number): Rates {
  if (r.slots.length === 0) return { first: now, slots: [tick.rates] };
  const last = r.first + r.slots.length - 1;
  const at = now - last <= 2 ? last + 1 : now;
  if (at - last > span) return { first: now, slots: [tick.rates] };
  const slots = [...r.slots, ...Array.from({ length: at - last - 1 }, () => null), tick.rates];
  const over = Math.max(0, slots.length - span);
  return { first: r.first + over, slots: slots.slice(over) };
}

export interface Series { name: string; values: (number | null)[]; sum: number }

/** A protocol is what stands before the dot of a kind: "dicom.operation" is DICOM. */
export const protocolOf = (kind: string) => kind.split(".")[0] ?? kind;

/** Series by sensor or protocol, the busiest first; beyond `mostSeries` the rest is one series with the name "". */
export function series(r: Rates, by: "sensor" | "protocol"): Series[] {
  const all = new Map<string, Series>();
  r.slots.forEach((slot, i) => {
    for (const x of slot ?? []) {
      const name = by === "sensor" ? x.sensor : protocolOf(x.kind);
      let s = all.get(name);
      // Silence is zero while we were told, and nothing while we were not.
      if (!s) all.set(name, (s = { name, values: r.slots.map((slot) => (slot ? 0 : null)), sum: 0 }));
      s.values[i] = (s.values[i] ?? 0) + x.n;
      s.sum += x.n;
    }
  });
  const sorted = [...all.values()].sort((a, b) => b.sum - a.sum || (a.name < b.name ? -1 : 1));
  if (sorted.length <= mostSeries) return sorted;
  const rest = sorted.slice(mostSeries - 1);
  return [...sorted.slice(0, mostSeries - 1), {
    name: "", sum: rest.reduce((n, s) => n + s.sum, 0),
    values: r.slots.map((slot, i) => (slot ? rest.reduce((n, s) => n + (s.values[i] ?? 0), 0) : null)),
  }];
}
