import type { StylesheetJson } from "cytoscape";
import type { AssetKind, Severity } from "../../api/types";
import { badge, polygon, ring, type Palette } from "./shape";
import { families } from "./protocol";

const kinds: AssetKind[] = ["device", "intermediary", "service", "model", "unknown"];
const severities: Severity[] = ["none", "info", "low", "medium", "high", "critical"];

const mark = (severity: Severity, p: Palette): string | undefined => {
  const colour = p.severity[severity], edge = `stroke='${p.surface}' stroke-width='2'`;
  const shape = badge(severity) === "triangle" ? `<path d='M12 2L23 21L1 21Z' fill='${colour}' ${edge}/>` : `<circle cx='12' cy='12' r='9' fill='${colour}' ${edge}/>`;
  return badge(severity) && `data:image/svg+xml;utf8,${encodeURIComponent(`<svg xmlns='http://www.w3.org/2000/svg' width='24' height='24' viewBox='0 0 24 24'>${shape}</svg>`)}`;
};

/** The map's look from the tokens in force. Many lines are drawn straight and without heads: bends and arrows are what costs. */
export function style(p: Palette, font: string, many: boolean): StylesheetJson {
  const sheet: StylesheetJson = [
    { selector: "core", style: { "outside-texture-bg-color": p.surface, "outside-texture-bg-opacity": 1, "active-bg-opacity": 0 } as never },
    {
      selector: "node", style: {
        width: "data(d)", height: "data(d)", "background-color": p.glyph, "border-color": p.line, "border-width": 1.5, label: "data(label)", color: p.text, "font-family": font,
        "font-size": 9, "min-zoomed-font-size": 8, "text-valign": "bottom", "text-margin-y": 4, "text-wrap": "ellipsis", "text-max-width": "62px", "overlay-opacity": 0, "z-index": 10, "z-index-compare": "manual",
      },
    },
    ...kinds.map((kind) => ({
      selector: `node[kind = "${kind}"]`,
      style: polygon(kind) ? { shape: "polygon" as const, "shape-polygon-points": polygon(kind)!.join(" ") } : { shape: "ellipse" as const },
    })),
    { selector: 'node[kind = "unknown"][worst = "none"]', style: { "border-style": "dashed" } },
    ...severities.map((s) => ({
      selector: `node[worst = "${s}"]`, style: {
        "border-color": p.severity[s], "border-width": ring[s],
        ...(mark(s, p) ? {
          "background-image": mark(s, p)!, "background-clip": "none" as const, "background-image-containment": "over" as const, "background-width": "13px", "background-height": "13px",
          "background-position-x": "100%", "background-position-y": "0%", "background-offset-x": "7px", "background-offset-y": "-7px", "bounds-expansion": 10,
        } : {}),
      },
    })),
    { selector: "node[count > 1]", style: { label: "data(count)", "text-valign": "center", "text-margin-y": 0, "font-size": 13, "font-weight": 600, "min-zoomed-font-size": 6 } },
    {
      selector: "node.zone", style: {
        shape: "round-rectangle", width: "data(w)", height: "data(h)", "background-color": p.region, "border-color": p.line, "border-width": 1, "border-opacity": 0.5, label: "data(label)",
        "font-size": "data(size)" as never, "font-weight": 600, "min-zoomed-font-size": 7, "text-valign": "top", "text-margin-y": "data(drop)" as never, "text-max-width": "data(room)", events: "no", "z-index": 0,
      },
    },
    {
      selector: "edge", style: {
        width: many ? 1.2 : "data(width)", "line-color": p.line, "line-opacity": many ? 0.3 : 0.65, "curve-style": many ? "haystack" : "bezier", "control-point-step-size": 14, "overlay-opacity": 0, "z-index": 5, "z-index-compare": "manual",
        ...(many ? {} : { "target-arrow-shape": "triangle" as const, "arrow-scale": 0.6 }),
      },
    },
    ...families.map((f) => ({ selector: `edge[family = "${f}"]`, style: { "line-color": p.family[f]!, "target-arrow-color": p.family[f]! } })),
    { selector: 'edge[encrypted = "no"]', style: { "line-style": "dashed", "line-dash-pattern": [7, 5] } },
    { selector: 'edge[encrypted = "unknown"]', style: { "line-style": "dotted" } },
    { selector: ".far", style: { opacity: 0.12, events: "no" } },
    { selector: "edge.near", style: { width: 2.6, "line-opacity": 1, "z-index": 6 } },
    { selector: "node.near", style: { "min-zoomed-font-size": 0, "text-max-width": "160px", "z-index": 11 } },
    { selector: "node.chosen", style: { "underlay-color": p.accent, "underlay-opacity": 0.35, "underlay-padding": 8, "z-index": 12, "min-zoomed-font-size": 0 } },
    { selector: "edge.chosen", style: { width: 4, "line-opacity": 1, "z-index": 7 } },
  ];
  return sheet;
}
