import type { IntlShape } from "react-intl";
import type { Event, ObservationRow } from "../../api/types";
import { plain } from "../../ui";
import { sourceWord, word } from "../assets/words";

/** An observation as an event: what it was, between whom. */
export function observed(o: ObservationRow): Event {
  const end = (name?: string, address?: string) => name || address || "";
  const between = [end(o.src_name, o.src), end(o.dst_name, o.dst)].filter(Boolean).join(" → ");
  return { at: o.at, kind: "observation", title: o.kind, ...(between ? { detail: between } : {}), seq: o.seq };
}

/** One list a reader pages through: what of it was loaded, and whether there is more below. */
export interface Loaded { events: readonly Event[]; more: boolean }

/**
 * What happened and what was seen as one list, newest first. Acts are few and all shown; observations are many and end where
 * the reader stopped loading, which the list says (`seenFrom`). Below the last act that was loaded nothing is shown at all.
 */
export function merged(acts: Loaded, seen: Loaded): { events: Event[]; seenFrom?: number } {
  const last = acts.events.at(-1), end = acts.more && last ? Date.parse(last.at) : -Infinity;
  const events = [...acts.events, ...seen.events.filter((e) => Date.parse(e.at) >= end)];
  const oldest = seen.events.at(-1);
  return { events: events.sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || (b.seq ?? 0) - (a.seq ?? 0)), ...(seen.more && oldest ? { seenFrom: Date.parse(oldest.at) } : {}) };
}

/** Observations that follow each other without an act between them are one line: forty readings are not forty events. */
export function runs(events: readonly Event[]): [Event, ...Event[]][] {
  const out: [Event, ...Event[]][] = [];
  for (const e of events) {
    const last = out.at(-1);
    if (last && e.kind === "observation" && last[0].kind === "observation") last.push(e);
    else out.push([e]);
  }
  return out;
}

/** What a run holds, the most frequent first: [["hl7.message", 12], ["flow", 3]]. */
export function tally(run: readonly Event[]): [string, number][] {
  const n = new Map<string, number>();
  for (const e of run) n.set(e.title, (n.get(e.title) ?? 0) + 1);
  return [...n].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** What an event says in the reader's language, as far as there are words for it: "mac 00:90:…" is a hardware address, a source has a name. */
export function told(intl: IntlShape, e: Event): { title: string; detail: string } {
  const [, name = "", value = ""] = /^(\S+) (.*)$/s.exec(e.title) ?? [];
  const parts = (e.detail ?? "").split(" · ");
  const known = (group: string, v: string) => `${group}.${v}` in intl.messages;
  const say = (p: string) => (known("asset.told", p.replaceAll(" ", "-")) ? intl.formatMessage({ id: `asset.told.${p.replaceAll(" ", "-")}` }) : known("source", p) || /^(person|import):/.test(p) ? sourceWord(intl, p) : plain(p));
  const detail = parts.filter(Boolean).map(say).join(" · ");
  if (e.kind === "observation") return { title: word(intl, "source", e.title), detail };
  if (e.kind === "identifier" && known("identifier", name)) return { title: `${word(intl, "identifier", name)} ${plain(value)}`, detail };
  if (e.kind === "attribute" && known("attribute", name)) {
    const said = name === "role" ? word(intl, "assetrole", value) : (name === "kind" || name === "criticality") && known(name, value) ? intl.formatMessage({ id: `${name}.${value}` }) : plain(value);
    return { title: intl.formatMessage({ id: "asset.told.attribute" }, { name: word(intl, "attribute", name), value: said }), detail };
  }
  return { title: say(e.title), detail };
}
