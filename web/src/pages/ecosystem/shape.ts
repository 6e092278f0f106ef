import type { AssetKind, Severity } from "../../api/types";

/** Outlines of the five kinds, on a unit circle: the map, its minimap, its legend and the SVG file draw the same ones. */
export const outlines: Record<AssetKind, [number, number][] | "circle"> = {
  device: "circle",
  intermediary: [[0, -1.15], [1.15, 0], [0, 1.15], [-1.15, 0]],
  service: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  model: [[-0.55, -0.95], [0.55, -0.95], [1.1, 0], [0.55, 0.95], [-0.55, 0.95], [-1.1, 0]],
  unknown: [[0, -1.1], [1.1, 0.85], [-1.1, 0.85]],
};

/** The outline as the points Cytoscape wants for shape "polygon": within −1 … 1. */
export function polygon(kind: AssetKind): number[] | undefined {
  const o = outlines[kind];
  if (o === "circle") return undefined;
  const most = Math.max(...o.flat().map(Math.abs));
  return o.flatMap(([x, y]) => [x / most, y / most]);
}

/** An SVG path of the outline around (0, 0). */
export function outlinePath(kind: AssetKind, r: number): string {
  const o = outlines[kind];
  const n = (v: number) => Number((v * r).toFixed(2));
  if (o === "circle") return `M${n(-1)} 0a${n(1)} ${n(1)} 0 1 0 ${n(2)} 0a${n(1)} ${n(1)} 0 1 0 ${n(-2)} 0Z`;
  return o.map(([x, y], i) => `${i ? "L" : "M"}${n(x)} ${n(y)}`).join("") + "Z";
}

/** The mark of a severity beside its ring: a shape as well as a colour. Low and info have the ring alone. */
export function badge(severity: Severity): "triangle" | "circle" | undefined {
  if (severity === "critical" || severity === "high") return "triangle";
  return severity === "medium" ? "circle" : undefined;
}

/** How thick the ring is, in the map's units. */
export const ring: Record<Severity, number> = { none: 1.5, info: 2, low: 3, medium: 4, high: 5, critical: 6 };

/** What the map takes its colours from, so that both themes and the file agree. */
export interface Palette {
  surface: string; region: string; line: string; text: string; muted: string; accent: string; glyph: string; severity: Record<Severity, string>; family: Record<string, string>;
}

/** Reads the palette from the tokens in force. */
export function palette(of: Element = document.documentElement): Palette {
  const css = getComputedStyle(of);
  const token = (name: string, fallback: string) => css.getPropertyValue(`--${name}`).trim() || fallback;
  const muted = token("muted", "#4d5b67");
  return {
    surface: token("surface", "#ffffff"), region: token("bg", "#f4f6f7"), line: token("line-strong", "#7d8a94"), text: token("text", "#16212b"), muted,
    accent: token("accent", "#0b6672"), glyph: token("sunken", "#ebeff1"),
    severity: {
      none: token("line-strong", "#7d8a94"), info: token("info", "#566471"), low: token("low", "#48617d"), medium: token("medium", "#8a5a00"),
      high: token("high", "#b8430a"), critical: token("critical", "#b0121f"),
    },
    family: {
      imaging: token("plot-2", "#8a4fae"), records: token("plot-1", "#0b6672"), devices: token("plot-4", "#2f6fc1"), web: token("pass", "#17723f"),
      remote: token("plot-3", "#a35a00"), infrastructure: token("plot-5", "#4d5b67"), other: token("line-strong", "#7d8a94"),
    },
  };
}
