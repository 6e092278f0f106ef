import { describe, expect, it } from "vitest";
import type { Asset, Event, Link } from "../../api/types";
import one from "./fixtures/asset.json";
import other from "./fixtures/modality.json";
import links from "./fixtures/links.json";
import { neighboursOf } from "./neighbours";
import { attributeOf, join, said, shownAttributes } from "./parts";
import { fold } from "./TimeAxis";
import { runs } from "./TimelineTab";

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
  });
  it("lies on one axis from the oldest to the newest", () => {
    const f = fold([e("2026-03-02T06:00:00Z", "observation"), e("2026-03-02T07:00:00Z", "person"), e("2026-03-02T06:30:00Z", "attribute"), e("no time", "verdict")]);
    expect([f.counts.seen[0], f.counts.changed[60], f.counts.people[119]]).toEqual([1, 1, 1]);
    expect(f.counts.judged.every((n) => n === 0)).toBe(true);
  });
});
