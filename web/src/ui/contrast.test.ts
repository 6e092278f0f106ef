// WCAG 2.2 contrast of the tokens, computed from tokens.css itself: 1.4.3 for text (4.5), 1.4.11 for marks (3).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");

function tokens(selector: RegExp): Record<string, string> {
  const block = selector.exec(css)?.[1];
  if (!block) throw new Error(`tokens.css has no ${selector}`);
  return Object.fromEntries([...block.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((m) => [m[1]!, m[2]!]));
}

const light = tokens(/^:root \{([^}]*)\}/m);
const themes = { light, dark: { ...light, ...tokens(/^:root\[data-theme="dark"\] \{([^}]*)\}/m) } };

type RGB = [number, number, number];

function rgb(hex: string): RGB {
  const m = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (!m) throw new Error(`not a colour: ${hex}`);
  return [m[1]!, m[2]!, m[3]!].map((p) => parseInt(p, 16) / 255) as RGB;
}

const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const luminance = (c: RGB) => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(rgb(a)), luminance(rgb(b))].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const grounds = ["--bg", "--surface", "--raised", "--hover", "--selected", "--sunken"];
const words = ["--text", "--muted", "--accent", "--accent-strong", "--critical", "--high", "--medium", "--low", "--info", "--pass", "--unknown", "--unwatched"];
const pairs: [string, string, number][] = [
  ...words.flatMap((word) => grounds.map((ground): [string, string, number] => [word, ground, 4.5])),
  ...["critical", "high", "medium", "low", "pass", "unknown"].flatMap((s): [string, string, number][] => [[`--${s}`, `--${s}-soft`, 4.5], ["--text", `--${s}-soft`, 4.5], ["--muted", `--${s}-soft`, 4.5]]),
  ["--on-accent", "--accent", 4.5],
  ["--on-accent", "--accent-strong", 4.5],
  ["--on-simulated", "--simulated", 4.5],
  ...["--line-strong", "--focus", "--plot-1", "--plot-2", "--plot-3", "--plot-4", "--plot-5"].flatMap((mark) => ["--bg", "--surface", "--raised"].map((ground): [string, string, number] => [mark, ground, 3])),
  ["--plot-1", "--plot-band", 3],
];

describe.each(Object.entries(themes))("%s theme", (_, theme) => {
  test.each(pairs)("%s on %s ≥ %d", (front, back, least) => {
    expect(contrast(theme[front]!, theme[back]!)).toBeGreaterThanOrEqual(least);
  });
});

test("dark names every colour that light names", () => {
  const dark = tokens(/^:root\[data-theme="dark"\] \{([^}]*)\}/m);
  const colours = Object.keys(light).filter((name) => /^(#|rgb)/.test(light[name]!));
  expect(colours.filter((name) => !(name in dark))).toEqual([]);
});

// Deuteranopia after Viénot, Brettel and Mollon 1999 (linear RGB): what is left must still differ in lightness or hue.
function deuteranope([r, g, b]: RGB): RGB {
  const [R, G, B] = [linear(r), linear(g), linear(b)];
  return [0.29275 * R + 0.70725 * G, 0.29275 * R + 0.70725 * G, -0.02234 * R + 0.02234 * G + B];
}

test.each(Object.entries(themes))("pass and critical stay apart without green (%s)", (_, theme) => {
  const [a, b] = [deuteranope(rgb(theme["--pass"]!)), deuteranope(rgb(theme["--critical"]!))];
  const y = (c: RGB) => 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
  const far = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  expect(Math.max(far, Math.abs(y(a) - y(b)))).toBeGreaterThan(0.04);
});
