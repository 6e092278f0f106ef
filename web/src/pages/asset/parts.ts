import type { Asset, Attribute, Identifier } from "../../api/types";

/** What a person may set of an asset, in the order in which it is shown. */
export const editable = ["name", "role", "ward", "kind", "criticality", "zone", "maker", "model", "serial", "software", "os", "always-on"] as const;

/** What the page says elsewhere, or nobody reads. */
const elsewhere = new Set<string>(["serves", "speaks-for"]);

/** The names of the attributes to show: what a person may set first, known or not, then the rest that is known. */
export function shownAttributes(a: Asset): string[] {
  const known = Object.keys(a.attributes ?? {}).filter((n) => !elsewhere.has(n));
  return [...editable, ...known.filter((n) => !(editable as readonly string[]).includes(n)).sort()];
}

/** An attribute with where it comes from; kind, criticality and zone have a value although no attribute may carry it. */
export function attributeOf(a: Asset, name: string): Attribute | undefined {
  const at = a.attributes?.[name];
  if (at) return at;
  const value = name === "zone" ? a.zone : name === "ward" ? a.ward : name === "role" ? a.role : name === "kind" && a.kind !== "unknown" ? a.kind : name === "criticality" && a.criticality !== "unknown" ? a.criticality : undefined;
  const reason = name === "kind" ? a.kind_reason : name === "criticality" ? a.criticality_reason : undefined;
  return value ? { value, source: "", at: a.first, confidence: 0, ...(reason ? { reason } : {}) } : undefined;
}

/** Below this an identifier is no longer held by the asset, or was only seen together with it (package inventory). */
export const held = (i: Pick<Identifier, "confidence">) => i.confidence >= 60;

/** Identifiers in the order of how much they say: held before not, then as the inventory lists them. */
export const heldFirst = (ids: readonly Identifier[]): Identifier[] => [...ids.filter(held), ...ids.filter((i) => !held(i))];

/** What was said by a person can be taken back; what was observed cannot. */
export const said = (at: Attribute | undefined) => at?.source.startsWith("person:") === true;

/** What a merge would join: the identifiers of both, and where their attributes differ, both values and which of them stays. */
export interface Joined { identifiers: { from: "this" | "other" | "both"; id: Identifier }[]; attributes: { name: string; this?: Attribute; other?: Attribute; stays: "this" | "other" }[] }

export function join(a: Asset, b: Asset): Joined {
  const key = (i: Identifier) => `${i.type} ${i.value}`;
  const mine = new Map((a.identifiers ?? []).map((i) => [key(i), i])), theirs = new Map((b.identifiers ?? []).map((i) => [key(i), i]));
  const identifiers: Joined["identifiers"] = [
    ...[...mine].map(([k, id]) => ({ from: theirs.has(k) ? ("both" as const) : ("this" as const), id })),
    ...[...theirs].filter(([k]) => !mine.has(k)).map(([, id]) => ({ from: "other" as const, id })),
  ];
  const names = [...new Set([...Object.keys(a.attributes ?? {}), ...Object.keys(b.attributes ?? {})])].sort();
  const attributes = names.map((name) => {
    const x = a.attributes?.[name], y = b.attributes?.[name];
    return { name, ...(x ? { this: x } : {}), ...(y ? { other: y } : {}), stays: stays(x, y) };
  });
  return { identifiers, attributes };
}

/** Of two values the surer one stays, of two equally sure ones that of the asset that stays: as the inventory decides. */
function stays(x: Attribute | undefined, y: Attribute | undefined): "this" | "other" {
  if (!x || !y) return x ? "this" : "other";
  return x.confidence >= y.confidence ? "this" : "other";
}
