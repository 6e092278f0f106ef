import { siteNow } from "../../ui";

/** The filters as they stand in the URL. The coverage matrix links here with kind, concern and status. */
export const defaults = {
  q: "", kind: "", zone: "", ward: "", role: "", criticality: "", protocol: "", maker: "", concern: "", status: "", severity: "", new_since: "", remote: "", merged: "", sort: "-severity",
};
export type AssetFilters = typeof defaults;

const spans: Record<string, number> = { "24h": 24, "7d": 7 * 24, "30d": 30 * 24 };
export const newSinceChoices = Object.keys(spans);

/** "24h" as the time it means now, on the hour, so that the same question is asked for a while; a time stands for itself. */
export function since(value: string, now = siteNow()): string {
  const hours = spans[value];
  if (hours === undefined) return value;
  const hour = 3_600_000;
  return new Date(Math.floor(now / hour) * hour - hours * hour).toISOString();
}

/** What the API is asked: filters that are set. It leaves public peers out, and shows what was merged away only when asked for that. */
export function params(f: AssetFilters, now?: number): Record<string, string> {
  const { new_since, ...rest } = f;
  const out: Record<string, string> = {};
  for (const [k, v] of Object.entries(rest)) if (v) out[k] = v;
  if (new_since) out.new_since = since(new_since, now);
  return out;
}
