import type { AssetKind, Criticality, Graph, Severity, Tri } from "../../api/types";
import { familyOf, type Family } from "./protocol";

/** What the map shows of a graph: every list is a set, an empty one means "all". */
export interface MapFilter {
  q: string; criticality: string[]; protocol: string[]; zone: string[]; kind: string[]; severity: Severity | ""; newSince: string; cleartext: boolean;
}

export const noFilter: MapFilter = { q: "", criticality: [], protocol: [], zone: [], kind: [], severity: "", newSince: "", cleartext: false };

export type GraphNode = Graph["nodes"][number];
export type GraphLink = Graph["links"][number];

/** A node as drawn: an asset, or a cluster that stands for `count` assets of one zone and kind. */
export interface Glyph {
  id: string; name: string; zone: string; kind: AssetKind; criticality: Criticality; worst: Severity; role?: string; ward?: string;
  count: number; first: string; last: string; remote?: boolean;
}
/** A line as drawn; `links` are the ids of what it stands for. */
export interface Line {
  id: string; a: string; b: string; family: Family; protocols: string[]; encrypted: Tri; worst: Severity; links: string[];
}
export interface Drawing { glyphs: Glyph[]; lines: Line[]; zones: { id: string; name: string; assets: number }[]; assets: number; clustered: boolean }

export const severityRank: Record<Severity, number> = { none: 0, info: 1, low: 2, medium: 3, high: 4, critical: 5 };
// Unknown stands with the highest: nobody has said that no patient depends on it.
const criticalityRank: Record<Criticality, number> = { administrative: 0, monitoring: 1, diagnostic: 2, unknown: 3, therapeutic: 4, "life-sustaining": 5 };

export const worse = (a: Severity, b: Severity): Severity => (severityRank[b] > severityRank[a] ? b : a);
const weightier = (a: Criticality, b: Criticality): Criticality => (criticalityRank[b] > criticalityRank[a] ? b : a);

/** The part of g that f asks for. A filter on links leaves only the assets at their ends; a filter on assets only the links between them. */
export function filterGraph(g: Graph, f: MapFilter): Graph {
  const q = f.q.trim().toLowerCase();
  const has = (list: string[], v: string) => list.length === 0 || list.includes(v);
  const least = f.severity ? severityRank[f.severity] : 0;
  const asset = (n: GraphNode) =>
    has(f.criticality, n.criticality) && has(f.zone, n.zone) && has(f.kind, n.kind) && severityRank[n.worst] >= least &&
    (!q || [n.name, n.role, n.ward, n.id].some((s) => s?.toLowerCase().includes(q)));
  const link = (l: GraphLink) => has(f.protocol, l.protocol) && (!f.cleartext || l.encrypted === "no");
  let nodes = g.nodes.filter(asset);
  let kept = new Set(nodes.map((n) => n.id));
  let links = g.links.filter((l) => kept.has(l.a) && kept.has(l.b) && link(l));
  // Not as text: "…:00.5Z" sorts before "…:00Z".
  const since = f.newSince ? Date.parse(f.newSince) : Number.NaN;
  if (!Number.isNaN(since)) {
    // Of what is new, the links between old assets too, and the far ends of new links.
    const fresh = new Set(nodes.filter((n) => Date.parse(n.first) >= since).map((n) => n.id));
    links = links.filter((l) => Date.parse(l.first) >= since);
    for (const l of links) { fresh.add(l.a); fresh.add(l.b); }
    kept = fresh;
  } else if (f.protocol.length || f.cleartext) {
    kept = new Set(links.flatMap((l) => [l.a, l.b]));
  }
  if (kept.size !== nodes.length) nodes = nodes.filter((n) => kept.has(n.id));
  return { ...g, nodes, links };
}

export const clusterId = (zone: string, kind: string) => `cluster:${zone}:${kind}`;

/** Above this many assets, the glyphs of one zone and kind fold into one. */
export const clusterAbove = 2000;

/** Folds g for drawing. Clusters named in `open` are drawn as the assets they hold; a group of one is never folded. */
export function draw(g: Graph, open: ReadonlySet<string>, limit = clusterAbove): Drawing {
  const clustered = g.nodes.length > limit;
  const glyphs = new Map<string, Glyph>();
  const at = new Map<string, string>(); // asset → the glyph that shows it
  const groups = new Map<string, number>();
  if (clustered) for (const n of g.nodes) groups.set(clusterId(n.zone, n.kind), (groups.get(clusterId(n.zone, n.kind)) ?? 0) + 1);
  for (const n of g.nodes) {
    const group = clusterId(n.zone, n.kind);
    const id = clustered && !open.has(group) && (groups.get(group) ?? 0) > 1 ? group : n.id;
    at.set(n.id, id);
    const have = glyphs.get(id);
    if (!have) glyphs.set(id, { ...n, id, count: 1, ...(id === group ? { name: "", role: undefined, ward: undefined } : {}) });
    else {
      have.count++;
      have.worst = worse(have.worst, n.worst);
      have.criticality = weightier(have.criticality, n.criticality);
      if (n.first < have.first) have.first = n.first;
      if (n.last > have.last) have.last = n.last;
    }
  }
  const zones = new Map(g.zones.map((z) => [z.id, { ...z, assets: 0 }]));
  for (const n of g.nodes) {
    const z = zones.get(n.zone);
    if (z) z.assets++;
    else zones.set(n.zone, { id: n.zone, name: n.zone, assets: 1 });
  }
  return {
    glyphs: [...glyphs.values()], lines: fold(g.links, at), assets: g.nodes.length, clustered,
    zones: [...zones.values()].filter((z) => z.assets > 0),
  };
}

/** A line must not look safer than its worst part: readable wins over unknown, unknown over encrypted. */
const openness: Record<Tri, number> = { no: 2, unknown: 1, yes: 0 };

/** One line for each pair, family and state of encryption: forty MQTT sessions of a hub are one stroke. Between groups, one for each pair. */
function fold(links: GraphLink[], at: Map<string, string>): Line[] {
  const lines = new Map<string, Line>();
  for (const l of links) {
    const a = at.get(l.a), b = at.get(l.b);
    if (!a || !b || a === b) continue;
    const family = familyOf(l.protocol);
    const grouped = a !== l.a || b !== l.b;
    const id = !grouped ? `${a}>${b}/${family}/${l.encrypted}` : a < b ? `${a}~${b}` : `${b}~${a}`;
    const have = lines.get(id);
    if (!have) lines.set(id, { id, a, b, family, protocols: [l.protocol], encrypted: l.encrypted, worst: l.worst, links: [l.id] });
    else {
      have.links.push(l.id);
      have.worst = worse(have.worst, l.worst);
      if (have.family !== family) have.family = "other";
      if (openness[l.encrypted] > openness[have.encrypted]) have.encrypted = l.encrypted;
      if (!have.protocols.includes(l.protocol)) have.protocols.push(l.protocol);
    }
  }
  return [...lines.values()];
}

/** Everything one step away from an asset, itself included. */
export function neighbours(g: { links: GraphLink[] }, id: string): Set<string> {
  const near = new Set([id]);
  for (const l of g.links) {
    if (l.a === id) near.add(l.b);
    if (l.b === id) near.add(l.a);
  }
  return near;
}
