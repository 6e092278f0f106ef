import type { Drawing, Glyph } from "./model";

/** Places on the map, in its own units: one cell is 64 wide. Nothing here depends on chance or on the window, so a map looks the same tomorrow. */
export interface Point { x: number; y: number }
export interface Region { id: string; name: string; assets: number; x: number; y: number; w: number; h: number }
export interface Layout { at: Map<string, Point>; regions: Region[]; w: number; h: number }

const narrow = 64, wide = 108;
export const cell = narrow;
const pad = 28, title = 40, gap = 96, groupGap = 24;

const kindOrder: Record<string, number> = { intermediary: 0, service: 1, model: 2, device: 3, unknown: 4 };

/** Radius of a glyph, by what depends on it for a patient. Unknown counts as high, and clusters grow with what they hold. */
export function radius(g: Pick<Glyph, "criticality" | "count">): number {
  const base = { administrative: 9, monitoring: 12, diagnostic: 13, unknown: 12, therapeutic: 15, "life-sustaining": 18 }[g.criticality];
  return g.count > 1 ? Math.min(30, 18 + Math.log2(g.count) * 1.2) : base;
}

/** A zone's title grows with it, so that it can be read where the whole map is in view; above its region when it has no room inside. */
export function titleOf(r: Pick<Region, "w">): { size: number; drop: number } {
  const size = Math.round(Math.max(17, Math.min(72, r.w / 26)));
  return { size, drop: size <= 20 ? 32 : -8 };
}

/** Lays each zone out as a region of rows, one block for each kind and role, and the regions around the zone most others talk to. */
export function layout(d: Drawing, moved: ReadonlyMap<string, Point> = new Map()): Layout {
  const byZone = new Map<string, Glyph[]>();
  for (const g of d.glyphs) push(byZone, g.zone, g);
  const boxes = d.zones.map((z) => ({ zone: z, ...rows(byZone.get(z.id) ?? []) }));
  const placed = arrange(boxes, crossing(d));
  const at = new Map<string, Point>();
  const regions: Region[] = [];
  for (const b of placed) {
    for (const [id, p] of b.at) at.set(id, moved.get(id) ?? { x: b.x + p.x, y: b.y + p.y });
    regions.push({ id: b.zone.id, name: b.zone.name, assets: b.zone.assets, x: b.x, y: b.y, w: b.w, h: b.h });
  }
  return around({ at, regions, w: 0, h: 0 }, byZone);
}

/** Grows each region to hold what a person dragged out of it, and measures the whole. */
export function around(l: Layout, byZone: Map<string, Pick<Glyph, "id">[]>): Layout {
  let w = 0, h = 0;
  const regions = l.regions.map((r) => {
    let { x, y } = r, right = r.x + r.w, bottom = r.y + r.h;
    for (const g of byZone.get(r.id) ?? []) {
      const p = l.at.get(g.id);
      if (!p) continue;
      x = Math.min(x, p.x - cell / 2);
      y = Math.min(y, p.y - cell / 2 - 8);
      right = Math.max(right, p.x + cell / 2);
      bottom = Math.max(bottom, p.y + cell / 2 + 8);
    }
    w = Math.max(w, right);
    h = Math.max(h, bottom);
    return { ...r, x, y, w: right - x, h: bottom - y };
  });
  return { at: l.at, regions, w, h };
}

function rows(glyphs: Glyph[]): { at: Map<string, Point>; w: number; h: number } {
  const blocks = new Map<string, Glyph[]>();
  for (const g of glyphs) push(blocks, `${kindOrder[g.kind] ?? 9}${g.role ?? "~"}`, g);
  // Groups are wider than assets, and their number must be readable between the lines.
  const cell = glyphs.some((g) => g.count > 1) ? wide : narrow;
  const across = Math.max(3, Math.ceil(Math.sqrt(glyphs.length * 0.9)));
  const at = new Map<string, Point>();
  let col = 0, y = title + pad, widest = 0;
  for (const key of [...blocks.keys()].sort()) {
    // By id, not by name: a name that changes must not move its neighbours.
    const block = (blocks.get(key) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1));
    if (col > 0 && col + Math.min(block.length, across) > across) { col = 0; y += cell + groupGap; }
    for (const g of block) {
      if (col >= across) { col = 0; y += cell; }
      at.set(g.id, { x: pad + col * cell + cell / 2, y: y + cell / 2 });
      col++;
      widest = Math.max(widest, col);
    }
  }
  return { at, w: Math.max(widest, 3) * cell + 2 * pad, h: y + cell + pad };
}

/** How many lines leave each zone. */
function crossing(d: Drawing): Map<string, number> {
  const zone = new Map(d.glyphs.map((g) => [g.id, g.zone]));
  const n = new Map<string, number>();
  for (const l of d.lines) {
    const a = zone.get(l.a), b = zone.get(l.b);
    if (a === undefined || b === undefined || a === b) continue;
    n.set(a, (n.get(a) ?? 0) + l.links.length);
    n.set(b, (n.get(b) ?? 0) + l.links.length);
  }
  return n;
}

interface Box { zone: { id: string; name: string; assets: number }; at: Map<string, Point>; w: number; h: number }
interface Placed extends Box { x: number; y: number }

/** The hub in the middle column, the others in columns left and right of it, each column about as high as it is wide in all. */
function arrange(boxes: Box[], cross: Map<string, number>): Placed[] {
  const sorted = [...boxes].sort((a, b) => (a.zone.id < b.zone.id ? -1 : 1));
  const hub = [...sorted].sort((a, b) => (cross.get(b.zone.id) ?? 0) - (cross.get(a.zone.id) ?? 0))[0];
  if (!hub) return [];
  const rest = sorted.filter((b) => b !== hub).sort((a, b) => b.h - a.h || (a.zone.id < b.zone.id ? -1 : 1));
  const area = boxes.reduce((s, b) => s + (b.w + gap) * (b.h + gap), 0);
  const tall = Math.max(hub.h, ...boxes.map((b) => b.h), Math.sqrt(area / 1.6));
  const columns: Box[][] = [];
  for (const b of rest) {
    const fits = columns.find((c) => c.reduce((s, x) => s + x.h + gap, 0) + b.h <= tall);
    if (fits) fits.push(b);
    else columns.push([b]);
  }
  const left = columns.filter((_, i) => i % 2 === 0).reverse(), right = columns.filter((_, i) => i % 2 === 1);
  const all = [...left, [hub], ...right];
  const height = (c: Box[]) => c.reduce((s, b) => s + b.h, 0) + gap * (c.length - 1);
  const whole = Math.max(...all.map(height));
  const placed: Placed[] = [];
  let x = 0;
  for (const c of all) {
    const wide = Math.max(...c.map((b) => b.w));
    let y = (whole - height(c)) / 2;
    for (const b of c) {
      placed.push({ ...b, x: x + (wide - b.w) / 2, y });
      y += b.h + gap;
    }
    x += wide + gap;
  }
  return placed;
}

function push<T>(m: Map<string, T[]>, key: string, v: T) {
  const list = m.get(key);
  if (list) list.push(v);
  else m.set(key, [v]);
}
