import type { Finding, FindingDetail, FindingState, Permission } from "../../api/types";
import { dayLength, dayOf, endOfDay } from "./dates";

/** What a person can do about a finding, as the API names it. */
export type Act = FindingDetail["may"][number];
export const acts: Act[] = ["acknowledge", "assign", "accept", "false positive", "mitigated", "confirm claim", "reopen"];
/** Acts that say what becomes of a finding; assigning only says who looks after it. */
export const decisions: Act[] = ["acknowledge", "accept", "mitigated", "false positive", "confirm claim", "reopen"];

/** The state an act asks for. */
export const stateOf: Record<Exclude<Act, "assign">, FindingState> = {
  acknowledge: "acknowledged", accept: "accepted", "false positive": "false positive", mitigated: "mitigated", "confirm claim": "claimed not affected", reopen: "reopened",
};

/** The act that a state came from. */
export const actOf = (state: FindingState): Act | undefined => decisions.find((a) => stateOf[a as keyof typeof stateOf] === state);

export const permissionOf = (act: Act): Permission => (act === "acknowledge" || act === "assign" ? "decide" : "accept");

/** An act's name where a message id needs one. */
export const slug = (act: string): string => act.replaceAll(" ", "-");

/** Accepting, declaring false and confirming a claim need two people on what keeps a patient alive (design §6). */
export const needsTwo = (f: Pick<Finding, "two_people">, act: Act): boolean => f.two_people && (act === "accept" || act === "false positive" || act === "confirm claim");

/** At most this long may a risk on a life-sustaining asset be accepted. */
export const longestForTwo = 90 * dayLength;
/** How long is offered first. */
const usual = 30 * dayLength;

export interface Limits {
  first: string;
  last?: string;
  usual: string;
}

/** The days that an acceptance may end on. maxUntil is the server's word and counts above ours. */
export function limits(now: number, timeZone: string, two: boolean, maxUntil?: string): Limits {
  const latest = maxUntil !== undefined ? Date.parse(maxUntil) : two ? now + longestForTwo : undefined;
  return {
    first: dayOf(now + dayLength, timeZone),
    last: latest === undefined || Number.isNaN(latest) ? undefined : dayOf(latest, timeZone),
    usual: dayOf(Math.min(now + usual, latest || Infinity), timeZone),
  };
}

/** The end of a day as the API takes it, but never after what it allows; undefined if it is no day to come. */
export function until(day: string, timeZone: string, now: number, maxUntil?: string): string | undefined {
  const end = endOfDay(day, timeZone);
  if (end === undefined || end <= now) return undefined;
  const latest = maxUntil === undefined ? end : Date.parse(maxUntil);
  if (day > dayOf(latest, timeZone)) return undefined;
  return new Date(Math.min(end, latest)).toISOString();
}

/** Who is still needed for what was proposed. */
export type Needed = "you proposed" | "clinical engineering" | "anyone";

export function needed(f: Pick<Finding, "proposed">, me: string): Needed {
  const first = f.proposed?.by[0];
  if (first && first.name.trim().toLowerCase() === me.trim().toLowerCase()) return "you proposed";
  return first?.role === "clinical-engineering" ? "anyone" : "clinical engineering";
}

/** One thing that is different between what was read and what is now. */
export interface Difference {
  what: "state" | "severity" | "decision" | "proposed" | "assignment" | "seen" | "stale";
  before: string;
  now: string;
}

/** What changed while somebody was deciding, in the order in which it matters. */
export function differences(before: Finding, now: Finding): Difference[] {
  const said = (d: Finding["decision"]) => (d ? `${d.state}: ${d.reason} (${d.by.map((p) => p.name).join(", ")})` : "");
  const pairs: Difference[] = [
    { what: "state", before: before.state, now: now.state },
    { what: "severity", before: before.severity, now: now.severity },
    { what: "decision", before: said(before.decision), now: said(now.decision) },
    { what: "proposed", before: said(before.proposed), now: said(now.proposed) },
    { what: "assignment", before: before.assignment?.to ?? "", now: now.assignment?.to ?? "" },
    { what: "stale", before: String(!!before.stale), now: String(!!now.stale) },
    { what: "seen", before: before.last_seen, now: now.last_seen },
  ];
  return pairs.filter((d) => d.before !== d.now);
}
