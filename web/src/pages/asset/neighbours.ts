import type { Link, Severity, Tri } from "../../api/types";
import { severityRank } from "../ecosystem/model";

/** One neighbour of an asset: everything between the two, as the mini map draws it. */
export interface Neighbour { id: string; name: string; side: "client" | "server"; protocols: string[]; encrypted: Tri; worst: Severity; observations: number }

/** Readable wins over unknown, unknown over encrypted: a stroke must not look safer than its worst part. */
const order: Record<Tri, number> = { no: 2, unknown: 1, yes: 0 };

/** The neighbours of the asset whose ids are `mine`, worst first then busiest; who is both client and server stands where most links begin. */
export function neighboursOf(links: readonly Link[], mine: ReadonlySet<string>): Neighbour[] {
  const all = new Map<string, Neighbour & { out: number; in: number }>();
  for (const l of links) {
    const out = mine.has(l.client);
    const [id, name] = out ? [l.server, l.server_name] : [l.client, l.client_name];
    if (mine.has(id)) continue;
    let n = all.get(id);
    if (!n) all.set(id, (n = { id, name, side: "server", protocols: [], encrypted: "yes", worst: "none", observations: 0, out: 0, in: 0 }));
    if (out) n.out++;
    else n.in++;
    n.side = n.out >= n.in ? "server" : "client";
    if (!n.protocols.includes(l.protocol)) n.protocols.push(l.protocol);
    if (order[l.encrypted] > order[n.encrypted]) n.encrypted = l.encrypted;
    if (severityRank[l.worst] > severityRank[n.worst]) n.worst = l.worst;
    n.observations += l.observations;
  }
  return [...all.values()]
    .sort((a, b) => severityRank[b.worst] - severityRank[a.worst] || b.observations - a.observations || (a.id < b.id ? -1 : 1))
    .map(({ out: _out, in: _in, ...n }) => n);
}
