import { describe, expect, it } from "vitest";
import type { Graph } from "../../api/types";
import { hospital } from "./fixtures/ward";
import sample from "./fixtures/map.json";
import { layout, around, radius } from "./layout";
import { draw, filterGraph, neighbours, noFilter } from "./model";
import { remember, remembered } from "./positions";
import { familyOf } from "./protocol";
import { escapeXml, svg } from "./svg";
import { palette } from "./shape";

const ward = sample as Graph;
const ids = (g: Graph) => g.nodes.map((n) => n.id).sort();

describe("filtering", () => {
  it("shows everything without a filter", () => {
    expect(filterGraph(ward, noFilter).nodes).toHaveLength(ward.nodes.length);
    expect(filterGraph(ward, noFilter).links).toHaveLength(ward.links.length);
  });

  it("keeps links only between assets that are shown", () => {
    const g = filterGraph(ward, { ...noFilter, zone: ["icu"] });
    const kept = new Set(ids(g));
    expect(g.nodes.every((n) => n.zone === "icu")).toBe(true);
    expect(g.links.every((l) => kept.has(l.a) && kept.has(l.b))).toBe(true);
    expect(g.links.length).toBeLessThan(ward.links.length);
  });

  it("shows the two ends of a protocol and nobody else", () => {
    const g = filterGraph(ward, { ...noFilter, protocol: ["mqtt"] });
    const ends = [...new Set(ward.links.filter((l) => l.protocol === "mqtt").flatMap((l) => [l.a, l.b]))].sort();
    expect(ids(g)).toEqual(ends);
    expect(g.links.every((l) => l.protocol === "mqtt")).toBe(true);
  });

  it("keeps the old far end of a new link", () => {
    const since = "2026-03-02T06:11:00.0001Z";
    const g = filterGraph(ward, { ...noFilter, newSince: since });
    const fresh = new Set(ids(g));
    for (const l of ward.links.filter((l) => Date.parse(l.first) > Date.parse(since))) expect([fresh.has(l.a), fresh.has(l.b)]).toEqual([true, true]);
    expect(g.nodes.some((n) => Date.parse(n.first) < Date.parse(since))).toBe(true);
    expect(g.nodes.length).toBeLessThan(ward.nodes.length);
  });

  it("asks for a severity at least", () => {
    const g = filterGraph(ward, { ...noFilter, severity: "high" });
    expect(new Set(g.nodes.map((n) => n.worst))).toEqual(new Set(["high", "critical"]));
  });
});

describe("clusters", () => {
  const big = hospital(10_000);

  it("fold ten thousand assets into zones and kinds, and lose none", () => {
    const d = draw(big, new Set());
    expect(d.clustered).toBe(true);
    expect(d.glyphs.length).toBeLessThan(40);
    expect(d.glyphs.reduce((s, g) => s + g.count, 0)).toBe(10_000);
    const inner = big.links.filter((l) => zoneKind(big, l.a) === zoneKind(big, l.b)).length;
    expect(d.lines.reduce((s, l) => s + l.links.length, 0)).toBe(big.links.length - inner);
  });

  it("carry the worst of what they hold", () => {
    const d = draw(big, new Set());
    for (const g of d.glyphs) expect(g.worst).toBe("critical");
  });

  it("open one at a time", () => {
    const shut = draw(big, new Set());
    const one = shut.glyphs.find((g) => g.id === "cluster:icu:intermediary")!;
    const d = draw(big, new Set([one.id]));
    expect(d.glyphs.filter((g) => g.zone === "icu" && g.kind === "intermediary")).toHaveLength(one.count);
    expect(d.glyphs.length).toBe(shut.glyphs.length - 1 + one.count);
  });

  it("are not made for 2,000 assets", () => expect(draw(hospital(2000), new Set()).clustered).toBe(false));
});

const zoneKind = (g: Graph, id: string) => { const n = g.nodes.find((n) => n.id === id)!; return n.zone + n.kind; };

describe("the layout", () => {
  it("is the same tomorrow, whatever order the API answers in", () => {
    const a = layout(draw(ward, new Set()));
    const b = layout(draw({ ...ward, nodes: [...ward.nodes].reverse(), links: [...ward.links].reverse(), zones: [...ward.zones].reverse() }, new Set()));
    expect(Object.fromEntries(b.at)).toEqual(Object.fromEntries(a.at));
  });

  it("puts every asset into its zone, no two in one place, no two zones over each other", () => {
    for (const g of [ward, hospital(2000)]) {
      const d = draw(g, new Set()), l = layout(d);
      const taken = new Set<string>();
      for (const n of d.glyphs) {
        const p = l.at.get(n.id)!, r = l.regions.find((r) => r.id === n.zone)!;
        expect(p.x > r.x && p.x < r.x + r.w && p.y > r.y && p.y < r.y + r.h).toBe(true);
        taken.add(`${p.x} ${p.y}`);
      }
      expect(taken.size).toBe(d.glyphs.length);
      for (const [i, a] of l.regions.entries()) {
        for (const b of l.regions.slice(i + 1)) expect(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y).toBe(true);
      }
    }
  });

  it("remembers what was dragged and stretches the zone around it", () => {
    const d = draw(ward, new Set()), id = d.glyphs[0]!.id;
    const far = { x: -900, y: 40 };
    const l = layout(d, new Map([[id, far]]));
    expect(l.at.get(id)).toEqual(far);
    const r = l.regions.find((r) => r.id === d.glyphs[0]!.zone)!;
    expect(r.x).toBeLessThan(far.x);
    expect(around(l, new Map()).regions).toEqual(l.regions);
  });

  it("draws what sustains life larger", () => {
    const r = (criticality: "administrative" | "life-sustaining") => radius({ criticality, count: 1 });
    expect(r("life-sustaining")).toBeGreaterThan(r("administrative"));
  });
});

describe("remembered places", () => {
  it("come back, and a broken store is an empty one", () => {
    let kept = "";
    remember("s", new Map([["a-1", { x: 1.4, y: 2.6 }]]), { setItem: (_, v) => void (kept = v) });
    expect([...remembered("s", { getItem: () => kept })]).toEqual([["a-1", { x: 1, y: 3 }]]);
    for (const bad of ["{", "{}", '[["a",{"x":"1"}]]', "null"]) expect(remembered("s", { getItem: () => bad }).size).toBe(0);
    remember("s", new Map(), { setItem: () => { throw new Error("full"); } });
  });
});

describe("the file", () => {
  const hostile: Graph = { ...ward, nodes: ward.nodes.map((n, i) => (i ? n : { ...n, name: '</text><script>alert("1")</script>\u202e\u0007' })) };
  const d = draw(hostile, new Set()), l = layout(d);
  const names = new Map(hostile.nodes.map((n) => [n.id, n.name]));
  const text = svg(d, l, palette(), { title: "A & B", at: "now", label: (id) => names.get(id) ?? id, zone: (id) => id, open: "readable", encrypted: "encrypted", unknown: "unknown" });

  it("is well-formed whatever the names hold", () => {
    const doc = new DOMParser().parseFromString(text, "image/svg+xml");
    expect(doc.querySelector("parsererror")).toBeNull();
    expect(doc.querySelector("script")).toBeNull();
    expect(doc.querySelectorAll("g")).toHaveLength(d.glyphs.length);
    expect(doc.querySelectorAll("line")).toHaveLength(d.lines.length + 3);
  });

  it("dashes what is readable and dots what nobody knows", () => {
    const count = (p: string) => text.split(`stroke-dasharray="${p}"`).length - 1;
    expect(count("7 5")).toBe(d.lines.filter((x) => x.encrypted === "no").length + 1);
    expect(count("1.5 5")).toBe(d.lines.filter((x) => x.encrypted === "unknown").length + 1);
  });

  it("keeps half a surrogate out of XML", () => expect(escapeXml("a\ud800<")).toBe("a\ufffd&lt;"));
});

it("finds what is one step away", () => {
  const hub = ward.links[0]!.b;
  const near = neighbours(ward, hub);
  expect(near.has(hub)).toBe(true);
  expect(near.size).toBeGreaterThan(1);
});

it("sorts protocols into families", () => expect(["dicom", "HL7", "tcp/4711", "telnet"].map(familyOf)).toEqual(["imaging", "records", "other", "remote"]));
