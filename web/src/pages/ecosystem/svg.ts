import { cell, radius, titleOf, type Layout } from "./layout";
import type { Drawing } from "./model";
import type { Palette } from "./shape";
import { badge, outlinePath, ring } from "./shape";

/** Words the file carries, already in the reader's language. */
export interface SvgWords { title: string; at: string; label: (id: string) => string; zone: (id: string) => string; open: string; encrypted: string; unknown: string }

/** Text from the network is text: no markup, no control characters, no direction that runs into its neighbours. */
export function escapeXml(s: string): string {
  return s
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&#39;");
}

export const clip = (s: string, n: number) => ([...s].length > n ? [...s].slice(0, n - 1).join("") + "…" : s);

/** How thick a line is drawn that stands for so many links. */
export const stroke = (links: number) => Number((1.6 + Math.log10(links) * 1.6).toFixed(1));

export const dash: Record<string, string> = { yes: "", no: "7 5", unknown: "1.5 5" };

/** The drawing as an SVG file, made from the model and not from the screen: sharp at any size, its text searchable. */
export function svg(d: Drawing, l: Layout, p: Palette, w: SvgWords): string {
  const margin = 32, foot = 56;
  const left = Math.min(0, ...l.regions.map((r) => r.x)) - margin, top = Math.min(0, ...l.regions.map((r) => r.y)) - margin - 40;
  const width = Math.max(l.w - left + margin, 560), height = l.h - top + margin + foot;
  const n = (v: number) => Number(v.toFixed(1));
  const e = escapeXml;
  const out: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${n(left)} ${n(top)} ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}" font-family="system-ui, sans-serif" role="img">`,
    `<title>${e(w.title)}</title>`,
    `<rect x="${n(left)}" y="${n(top)}" width="${n(width)}" height="${n(height)}" fill="${p.surface}"/>`,
    `<text x="${n(left + margin)}" y="${n(top + 34)}" font-size="20" font-weight="600" fill="${p.text}">${e(w.title)}</text>`,
    `<text x="${n(left + width - margin)}" y="${n(top + 34)}" font-size="13" text-anchor="end" fill="${p.muted}">${e(w.at)}</text>`,
  ];
  for (const r of l.regions) {
    const { size, drop } = titleOf(r);
    out.push(
      `<rect x="${n(r.x)}" y="${n(r.y)}" width="${n(r.w)}" height="${n(r.h)}" rx="10" fill="${p.region}" stroke="${p.line}" stroke-opacity="0.5"/>`,
      `<text x="${n(r.x + r.w / 2)}" y="${n(r.y + drop - 4)}" font-size="${size}" text-anchor="middle" font-weight="600" fill="${p.text}">${e(clip(w.zone(r.id), Math.max(8, Math.floor((r.w * 1.7) / size))))}</text>`,
    );
  }
  for (const line of d.lines) {
    const a = l.at.get(line.a), b = l.at.get(line.b);
    if (!a || !b) continue;
    const pattern = dash[line.encrypted];
    out.push(`<line x1="${n(a.x)}" y1="${n(a.y)}" x2="${n(b.x)}" y2="${n(b.y)}" stroke="${p.family[line.family]}" stroke-width="${stroke(line.links.length)}" stroke-linecap="round"${pattern ? ` stroke-dasharray="${pattern}"` : ""} stroke-opacity="0.7"/>`);
  }
  for (const g of d.glyphs) {
    const at = l.at.get(g.id);
    if (!at) continue;
    const r = radius(g), label = w.label(g.id), mark = badge(g.worst), colour = p.severity[g.worst];
    out.push(`<g transform="translate(${n(at.x)} ${n(at.y)})"><title>${e(label)}</title><path d="${outlinePath(g.kind, r)}" fill="${p.glyph}" stroke="${colour}" stroke-width="${ring[g.worst]}"${g.kind === "unknown" && g.worst === "none" ? ' stroke-dasharray="4 3"' : ""}/>`);
    if (g.count > 1) out.push(`<text font-size="13" font-weight="600" text-anchor="middle" y="5" fill="${p.text}">${g.count}</text>`);
    if (mark === "triangle") out.push(`<path transform="translate(${n(r)} ${n(-r)})" d="M0 -6L6 5L-6 5Z" fill="${colour}" stroke="${p.surface}" stroke-width="1.5"/>`);
    if (mark === "circle") out.push(`<circle cx="${n(r)}" cy="${n(-r)}" r="4.5" fill="${colour}" stroke="${p.surface}" stroke-width="1.5"/>`);
    out.push(`<text font-size="9" text-anchor="middle" y="${n(r + 13)}" fill="${p.text}">${e(clip(label, Math.floor(cell / 5)))}</text></g>`);
  }
  const y = top + height - 26;
  [["yes", w.encrypted], ["no", w.open], ["unknown", w.unknown]].forEach(([state, word], i) => {
    const x = left + margin + i * 170, pattern = dash[state!];
    out.push(`<line x1="${n(x)}" y1="${n(y - 4)}" x2="${n(x + 40)}" y2="${n(y - 4)}" stroke="${p.text}" stroke-width="1.8" stroke-linecap="round"${pattern ? ` stroke-dasharray="${pattern}"` : ""}/>`, `<text x="${n(x + 48)}" y="${n(y)}" font-size="13" fill="${p.text}">${e(word!)}</text>`);
  });
  out.push("</svg>\n");
  return out.join("\n");
}
