import type { Params } from "../../api/client";

/** What the queue can be asked, all of it in the URL. Empty is no filter; state "" is what needs somebody. */
export const noFilters = {
  q: "", state: "", severity: "", concern: "", assignee: "", kind: "", criticality: "", zone: "", ward: "", role: "", check: "",
  overdue: "", stale: "", case: "", asset: "", opened_since: "", sort: "-severity", fold: "",
};
export type Filters = typeof noFilters;

/** States that ask for somebody: what people accepted or called false, and what is fixed, waits elsewhere. */
export const openStates = "open,acknowledged,mitigated,reopened";
const everyState = `${openStates},accepted,false positive,fixed`;

/** The values of the state filter, beside each single state. */
export const stateChoices = ["", "open,reopened", "acknowledged", "mitigated", "accepted", "false positive", "claimed not affected", "fixed", "any"] as const;

/** A link of another page may spell out what this page takes for granted. */
export const normalState = (state: string): string => (state === openStates ? "" : state === everyState ? "any" : state);

/** What GET /findings is asked. */
export function findingParams(f: Filters): Params {
  const { fold: _, state, ...rest } = f;
  const asked = normalState(state);
  const states = asked === "" ? openStates : asked === "any" ? "" : asked;
  const withFixed = asked === "any" || states.split(",").includes("fixed");
  return { ...rest, state: states, live: withFixed ? "false" : undefined };
}

/** Filters that GET /cases knows as well; with any other, findings cannot be folded. */
const foldable: (keyof Filters)[] = ["q", "severity", "check", "zone", "sort", "fold", "state"];

export const canFold = (f: Filters): boolean =>
  normalState(f.state) === "" && (Object.keys(noFilters) as (keyof Filters)[]).every((k) => foldable.includes(k) || f[k] === "");

/** Whether cases are shown: wanted unless the URL says no, and possible. */
export const folded = (f: Filters): boolean => f.fold !== "no" && canFold(f);

/** What GET /cases is asked. */
export const caseParams = (f: Filters): Params => ({ state: "open", q: f.q, severity: f.severity, check: f.check, zone: f.zone });

/** The query string that brings these filters back: what a saved view keeps. */
export function viewQuery(f: Filters): string {
  const kept = new URLSearchParams();
  for (const [name, value] of Object.entries(f)) if (value !== noFilters[name as keyof Filters]) kept.set(name, value);
  return kept.toString();
}
