import { describe, expect, it } from "vitest";
import type { Asset, Event, Link } from "../../api/types";
import one from "./fixtures/asset.json";
import other from "./fixtures/modality.json";
import links from "./fixtures/links.json";
import { neighboursOf } from "./neighbours";
import { attributeOf, heldFirst, join, said, shownAttributes } from "./parts";
import { fold } from "./TimeAxis";
import { merged, observed, runs, tally } from "./events";

const gateway = one as unknown as Asset, modality = other as unknown as Asset;

describe("attributes", () => {
  it("come in the order in which a ward asks, the editable first", () => {
    expect(shownAttributes(gateway).slice(0, 3)).toEqual(["name", "role", "ward"]);
    expect(shownAttributes(gateway)).toContain("mac-maker");
    expect(shownAttributes(gateway)).not.toContain("serves");
  });
  it("tell what people said from what was seen", () => {
    expect(said({ value: "x", source: "person:mira", at: "", confidence: 100 })).toBe(true);
    expect(said(attributeOf(gateway, "role"))).toBe(false);
  });
  it("have a value where only the asset says it", () => {
    const { role: _, ...rest } = gateway.attributes ?? {};
    expect(attributeOf({ ...gateway, attributes: rest }, "zone")?.value).toBe("icu");
    expect(attributeOf({ ...gateway, criticality: "unknown", attributes: {} }, "criticality")).toBeUndefined();
  });
});

describe("identifiers", () => {
  it("that are no longer held come last", () => {
    const id = (value: string, confidence: number) => ({ type: "ip", value, confidence, source: "flow", first: "", last: "" });
    expect(heldFirst([id("a", 30), id("b", 90), id("c", 60)]).map((i) => i.value)).toEqual(["b", "c", "a"]);
  });
});

describe("a merge", () => {
  it("joins identifiers, each once", () => {
    const j = join(gateway, { ...modality, identifiers: [...(modality.identifiers ?? []), gateway.identifiers![0]!] });
    expect(j.identifiers.filter((i) => i.from === "both")).toHaveLength(1);
    expect(j.identifiers).toHaveLength(gateway.identifiers!.length + modality.identifiers!.length);
  });
  it("keeps the surer value, and of equals that of the asset that stays", () => {
    const at = (value: string, confidence: number) => ({ value, confidence, source: "flow", at: "2026-03-02T06:00:00Z" });
    const j = join({ ...gateway, attributes: { role: at("a", 60), ward: at("a", 60) } }, { ...modality, attributes: { role: at("b", 90), ward: at("b", 60), model: at("b", 30) } });
    expect(j.attributes.map((a) => [a.name, a.stays])).toEqual([["model", "other"], ["role", "other"], ["ward", "this"]]);
  });
});

describe("neighbours", () => {
  const mine = new Set([gateway.id]);
  it("are one a peer, on the side where they ask or are asked", () => {
    const n = neighboursOf(links.items as Link[], mine);
    const peers = new Set(links.items.map((l) => (l.client === gateway.id ? l.server : l.client)));
    expect(n.map((x) => x.id).sort()).toEqual([...peers].sort());
    expect(n.find((x) => x.name === "ENGINE HOSP")?.side).toBe("server");
    expect(n.find((x) => x.name === "pump01")?.side).toBe("client");
  });
  it("never look safer than their worst link", () => {
    const l = { ...(links.items[0] as Link), client: gateway.id, server: "p" };
    const [n] = neighboursOf([{ ...l, id: "1", encrypted: "yes" }, { ...l, id: "2", encrypted: "no", worst: "high" }], mine);
    expect([n?.encrypted, n?.worst]).toEqual(["no", "high"]);
  });
  it("are not the asset itself under another id", () => {
    const l = { ...(links.items[0] as Link), client: gateway.id, server: "alias" };
    expect(neighboursOf([l], new Set([gateway.id, "alias"]))).toEqual([]);
  });
});

describe("the timeline", () => {
  const e = (at: string, kind: Event["kind"], title = "hl7.message", detail = "a → b"): Event => ({ at, kind, title, detail });
  it("folds observations that repeat, and nothing else", () => {
    const list = [e("3", "observation"), e("2", "observation"), e("1", "finding"), e("0", "finding"), e("0", "observation", "flow")];
    expect(runs(list).map((r) => r.length)).toEqual([2, 1, 1, 1]);
    expect(tally([e("3", "observation"), e("2", "observation", "flow"), e("1", "observation")])).toEqual([["hl7.message", 2], ["flow", 1]]);
  });
  it("shows all acts, and says where the observations end", () => {
    const at = (m: number, kind: Event["kind"]) => e(`2026-03-02T06:${String(m).padStart(2, "0")}:00Z`, kind);
    const acts = { events: [at(50, "person"), at(10, "finding")], more: false }, seen = { events: [at(55, "observation"), at(30, "observation"), at(5, "observation")], more: true };
    expect(merged(acts, seen).events.map((x) => x.kind)).toEqual(["observation", "person", "observation", "finding", "observation"]);
    expect(merged(acts, seen).seenFrom).toBe(Date.parse("2026-03-02T06:05:00Z"));
    // Where older acts are not loaded, older observations are not shown alone.
    expect(merged({ ...acts, more: true }, { ...seen, more: false })).toMatchObject({ events: { length: 4 } });
    expect(merged(acts, { ...seen, more: false }).seenFrom).toBeUndefined();
  });
  it("takes an observation for what it says", () => {
    const o = { seq: 7, kind: "hl7.message", title: "HL7 message", sensor: "s", at: "2026-03-02T06:00:00Z", logged: "", count: 1, summary: "", src: "10.0.0.1", src_name: "A", dst: "10.0.0.2" };
    expect(observed(o)).toEqual({ at: o.at, kind: "observation", title: "hl7.message", detail: "A → 10.0.0.2", seq: 7 });
  });
  it("lies on one axis from the oldest to the newest", () => {
    const f = fold([e("2026-03-02T06:00:00Z", "observation"), e("2026-03-02T07:00:00Z", "person"), e("2026-03-02T06:30:00Z", "attribute"), e("no time", "verdict")]);
    expect([f.counts.seen[0], f.counts.changed[60], f.counts.people[119]]).toEqual([1, 1, 1]);
    expect(f.counts.judged.every((n) => n === 0)).toBe(true);
  });
});
