import type { Finding, VulnerabilityRow } from "../../api/types";

/** One month of the fleet. Days are medians; null where nothing was to measure, which is drawn as a gap. */
export interface Month {
  month: string; // 2026-03
  opened: number;
  fixed: number;
  open: number; // at its end
  verdict: number | null; // advisory → verdict, days
  patch: number | null; // identified → fixed, days
}

const day = 86_400_000;
const monthOf = (at: string) => at.slice(0, 7);

/** The months between two, both included; at most 36, the last ones. */
export function months(from: string, to: string): string[] {
  const out: string[] = [];
  let [y, m] = from.split("-").map(Number) as [number, number];
  const [ty, tm] = to.split("-").map(Number) as [number, number];
  while ((y < ty || (y === ty && m <= tm)) && out.length < 1200) {
    out.push(`${y}-${String(m).padStart(2, "0")}`);
    [y, m] = m === 12 ? [y + 1, 1] : [y, m + 1];
  }
  return out.slice(-36);
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const s = [...values].sort((a, b) => a - b);
  const half = s.length >> 1;
  return s.length % 2 === 1 ? s[half]! : (s[half - 1]! + s[half]!) / 2;
}

/** A fleet's history by month, from findings of known vulnerabilities and the vulnerabilities themselves. now: YYYY-MM. */
export function history(findings: readonly Pick<Finding, "opened" | "fixed" | "state">[], known: readonly Pick<VulnerabilityRow, "published" | "since">[], now: string): Month[] {
  const starts = [...findings.map((f) => f.opened), ...known.map((v) => v.since ?? "")].filter((s) => /^\d{4}-\d\d/.test(s) && s >= "1971").map(monthOf).sort();
  const first = starts[0];
  if (!first) return [];
  const fixedIn = (f: Pick<Finding, "fixed" | "state">) => (f.state === "fixed" && f.fixed ? monthOf(f.fixed) : undefined);
  return months(first < now ? first : now, now).map((month) => {
    const fixed = findings.filter((f) => fixedIn(f) === month);
    const identified = known.filter((v) => v.since && v.published && monthOf(v.since) === month);
    return {
      month,
      opened: findings.filter((f) => monthOf(f.opened) === month).length,
      fixed: fixed.length,
      open: findings.filter((f) => monthOf(f.opened) <= month && !((fixedIn(f) ?? "9999") <= month)).length,
      verdict: median(identified.map((v) => Math.max(0, Date.parse(v.since!) - Date.parse(v.published!)) / day)),
      patch: median(fixed.map((f) => Math.max(0, Date.parse(f.fixed!) - Date.parse(f.opened)) / day)),
    };
  });
}

/** Seconds in the largest unit that says it well. */
export function span(seconds: number): { value: number; unit: "second" | "minute" | "hour" | "day" } {
  if (seconds >= 2 * 86_400) return { value: Math.round(seconds / 8640) / 10, unit: "day" };
  if (seconds >= 2 * 3600) return { value: Math.round(seconds / 360) / 10, unit: "hour" };
  if (seconds >= 120) return { value: Math.round(seconds / 60), unit: "minute" };
  return { value: Math.round(seconds), unit: "second" };
}
