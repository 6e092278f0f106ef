import { lastMonday } from "./monday";

/** The filters as they stand in the URL. "monday" in since means the last one, so that a saved link stays true. */
export const defaults = { q: "", severity: "", exploited: "", state: "", decision: "", since: "" };
export type VulnerabilityFilters = typeof defaults;

export const states = ["affected", "unknown", "claimed", "not_affected"];
export const decisions = ["immediate", "out-of-cycle", "scheduled", "defer"];

/** What the API is asked. */
export function params(f: VulnerabilityFilters, now: number, timeZone: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [k, v] of Object.entries(f)) if (v) out[k] = v;
  if (f.since === "monday") out.since = lastMonday(now, timeZone);
  return out;
}
