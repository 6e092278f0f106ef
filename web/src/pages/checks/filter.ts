import type { Check } from "../../api/types";

export const defaults = { q: "", concern: "", state: "", sort: "title" };
export type CheckFilters = typeof defaults;

/** How a check stands: switched off by a person, paused after a failure, never run, judging. */
export function stateOf(c: Check, now: number): "off" | "paused" | "idle" | "on" {
  if (c.off) return "off";
  if (c.paused_until && Date.parse(c.paused_until) > now) return "paused";
  return c.runs === 0 ? "idle" : "on";
}

const severities = ["none", "info", "low", "medium", "high", "critical"];

/** The catalogue is some dozen lines and comes whole: it is filtered and sorted here, as fast as one types. */
export function shown(checks: readonly Check[], f: CheckFilters, now: number): Check[] {
  const q = f.q.trim().toLowerCase();
  const kept = checks.filter((c) =>
    (!f.concern || c.concern === f.concern) && (!f.state || stateOf(c, now) === f.state) &&
    (!q || [c.id, c.title, c.doc, ...c.controls, ...(c.speaks ?? [])].some((s) => s.toLowerCase().includes(q))));
  const down = f.sort.startsWith("-"), key = down ? f.sort.slice(1) : f.sort;
  const by: Record<string, (c: Check) => string | number> = {
    title: (c) => c.title, severity: (c) => severities.indexOf(c.severity), findings: (c) => c.findings, cost: (c) => c.cost_us, runs: (c) => c.runs,
    last: (c) => (c.last_run ? Date.parse(c.last_run) : 0), fail: (c) => c.verdicts.fail ?? 0,
  };
  const of = by[key] ?? by.title!;
  const compare = new Intl.Collator(undefined, { numeric: true }).compare;
  return kept.sort((a, b) => {
    const x = of(a), y = of(b);
    return (typeof x === "number" && typeof y === "number" ? x - y : compare(String(x), String(y))) * (down ? -1 : 1) || compare(a.title, b.title);
  });
}

/** How long a verdict holds, as Go writes durations ("168h0m0s", "for ever"), in whole units. */
export function holds(fresh: string): { value: number; unit: "second" | "minute" | "hour" | "day" } | undefined {
  const m = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(fresh);
  if (!m || !fresh) return undefined;
  const s = Number(m[1] ?? 0) * 3600 + Number(m[2] ?? 0) * 60 + Number(m[3] ?? 0);
  if (s % 86_400 === 0 && s > 0) return { value: s / 86_400, unit: "day" };
  if (s % 3600 === 0 && s > 0) return { value: s / 3600, unit: "hour" };
  if (s % 60 === 0 && s > 0) return { value: s / 60, unit: "minute" };
  return { value: s, unit: "second" };
}

/** A fixture's sections (txtar): what is seen, the settings, the observations, what follows. */
export function sections(text: string): { name: string; text: string }[] {
  const out: { name: string; text: string }[] = [{ name: "", text: "" }];
  for (const line of text.split("\n")) {
    const m = /^-- (.+) --$/.exec(line);
    if (m) out.push({ name: m[1]!, text: "" });
    else out.at(-1)!.text += `${line}\n`;
  }
  return out.map((s) => ({ ...s, text: s.text.trim() })).filter((s) => s.text);
}
