import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import { expectAccessible } from "../../app/axe";
import { Stage } from "../../app/testing";
import type { ModelColumn, ModelDetail, ModelDocumentContent, ModelEvent, ModelHeat } from "../../api/types";
import { refuse, serve } from "../finding/serving";
import type { ModelComparison, ModelPerformance } from "../../api/types";
import Models from "../models/Models";
import ComparePage from "./ComparePage";
import { treeOf } from "./ScanPanel";
import { layerOf } from "./WeightsPanel";
import ModelPage from "./ModelPage";

// A canvas draws nothing here; what is drawn is said in words and in a table beside it.
vi.mock("./Plot", () => ({ default: () => <div role="img" aria-label="plot" /> }));
vi.mock("./PerformanceChart", () => ({ default: ({ name }: { name: string }) => <div role="img" aria-label={`chart of ${name}`} /> }));
vi.mock("./ReliabilityChart", () => ({ default: () => <div role="img" aria-label="reliability" /> }));
vi.mock("./BenefitChart", () => ({ default: () => <div role="img" aria-label="benefit" /> }));
vi.mock("./Lines", () => ({ default: ({ label }: { label: string }) => <div role="img" aria-label={label} /> }));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const hostile = "chest\u202egpj.exe<script>" + "x".repeat(80);
const at = "2026-11-21T00:00:00Z";
const model: ModelDetail = {
  key: "chest@triage", name: hostile, service: "triage", maker: "Maker", product: "Chest Triage", version: "2.1", asset: "A-1", asset_name: "triage", first: at, last: at,
  sources: [{ name: "CT_3", asset: "A-2", software: "7.2", last: at }], passing: 3, failing: 1, unknown: 2, needed: 420, artefact: "malicious", signature: "none", worst: "high", findings: 1,
  judgements: [
    { topic: "drift", item: "kvp", state: "fail", at, language: "en", n: 300, needed: 180, test: "ks", statistic: 0.3, p: 0.0001, p_low: 0.00005, p_high: 0.0002, effect: 0.3, limit: 0.08, facts: { column: "kvp" } },
    { topic: "subgroup", item: "sensitivity of score by sex", state: "unknown", at, language: "en", n: 12, needed: 100, why: "there are too few outcomes yet to say" },
    { topic: "performance", item: "score", state: "pass", at, language: "en", n: 900, statistic: 0.93, p_low: 0.9, p_high: 0.95, facts: { auroc: "0.930 (0.900 to 0.950)" } },
    { topic: "artefact", item: "model.pkl", state: "fail", at, language: "en", evidence: "sha256:s", facts: { verdict: "malicious" } },
  ],
  series: [], documents: [{ kind: "reference", digest: "sha256:r", at }], lines: [{ recent: [{ digest: "sha256:w", from: at, to: at, rows: 300, units: 300 }] }], versions: [],
};
const heat: ModelHeat = { times: [{ from: "2026-11-19T00:00:00Z", to: "2026-11-20T00:00:00Z" }, { to: at }], rows: [{ topic: "drift", item: "kvp", column: "kvp", state: "fail", cells: [{ time: 0, state: "unknown", n: 20 }, { time: 1, state: "fail", effect: 0.3, n: 300, p: 0.0001, low: 0.00005, high: 0.0002 }] }], more: 0 };
const side = { windows: 1, n: 300, units: 300, missing: 0, invalid: 0, infinite: 0, exact: false, mean: 120, sd: 8, quantiles: [{ q: 0.5, value: 120, low: 119, high: 121 }], cdf: [{ x: 100, share: 0, low: 0, high: 0.01 }, { x: 140, share: 1, low: 0.99, high: 1 }] };
const column: ModelColumn = { model: "chest@triage", column: "kvp", unit: "kV", type: "number", groups: ["", "source=CT_3"], reference: side, now: side, distance: { name: "ks", value: 0.3, low: 0.28, high: 0.32 } };
const scan: ModelDocumentContent = { kind: "scan", digest: "sha256:s", scan: { path: "model.pkl", verdict: "malicious", format: "pickle", bytes: 40, hits: [{ rule: "pickle.call", level: "malicious", offset: 2, text: "it calls posix.system" }], trail: [{ offset: 2, op: "GLOBAL", arg: "posix system" }, { offset: 30, op: "REDUCE", arg: "('id',)", note: "calls it" }], calls: [{ full: "posix.system", class: "malicious", called: true, how: "REDUCE", args: "(str)", offset: 2 }, { full: "collections.OrderedDict", class: "safe", called: true, offset: 50 }],
  explained: [{ id: "pickle.call", title: "The pickle calls what has no place in a model", means: "It runs.", atlas: ["AML.T0011.000"], cwe: ["CWE-502"] }], parts: [{ path: "a.zip", format: "zip", verdict: "malicious", bytes: 90 }, { path: "a.zip/data.pkl", format: "pickle", verdict: "malicious", bytes: 40 }] } };
const figure = (value: number) => ({ metric: "auroc", value, low: value - 0.05, high: value + 0.05 });
const span = (day: string, value: number, came?: string) => ({ from: `${day}T00:00:00Z`, to: `${day}T23:00:00Z`, came, units: 100, cases: 30, others: 70, figures: [figure(value)] });
const performance: ModelPerformance = {
  scores: ["score"], score: "score", metric: "auroc", level: 0.99, choices: [{ metric: "auroc" }, { metric: "sensitivity", point: "first" }], spans: [span("2026-11-18", 0.9), span("2026-11-19", 0.7, "2026-11-21T00:00:00Z")],
  whole: { units: 200, cases: 60, others: 140, figures: [figure(0.8), { ...figure(0.7), metric: "sensitivity", point: "first" }] }, reference: { units: 3000, cases: 900, others: 2100, figures: [figure(0.95)] },
  groups: [{ group: "sex=F", minimum: 60, enough: true, whole: span("2026-11-18", 0.8), spans: [span("2026-11-18", 0.9), span("2026-11-19", 0.7)] }, { group: "sex=M", minimum: 60, enough: false, whole: { ...span("2026-11-18", 0.8), units: 12 }, spans: [] }],
  estimates: [{ to: "2026-11-18T23:00:00Z", value: 0.88, low: 0.8, high: 0.93 }], guesses: [{ name: "auroc", value: 0.88, low: 0.8, high: 0.93, realised: 0.9 }, { name: "auroc", value: 0.86, low: 0.8, high: 0.93, realised: 0.7 }],
  limits: [{ by: "plan", at_least: 0.85 }], points: [{ name: "first", threshold: 0.5 }], reliability: [{ from: 0, to: 0.5, n: 100, says: 0.2, is: 0.25, low: 0.15, high: 0.35 }], benefit: [{ threshold: 0.5, model: 0.1, all: -0.2 }],
  operating: [{ threshold: 0.5, sensitivity: { ...figure(0.7), metric: "sensitivity" }, specificity: { ...figure(0.9), metric: "specificity" }, flagged: 0.31 }], problems: [],
};
const version = (id: string, more = {}) => ({ id, name: `Triage ${id}`, product: "Triage", version: id, current: false, artefact: "inert" as const, signature: "none" as const, card: true, plan: false, reference: false, weights: false, ...more });
const comparison: ModelComparison = {
  a: version("1", { release: "r-1" }), b: version("chest@triage#2", { model: "chest@triage", current: true }), verdict: "outside", planned: true, unseen: [], columns: [], columns_known: false, problems: [], cards_known: true,
  changes: [{ what: "weights", verdict: "inside", clause: "retrain", why: "agreed, and every criterion is met" }, { what: "format", from: "onnx", to: "pickle", verdict: "outside", why: "no clause of the change control plan speaks of it" }],
  cards: [{ field: "limitations", from: [], to: ["No children"] }], metrics: [{ metric: "auroc", source: "measured", a: { value: 0.9, low: 0.88, high: 0.92, units: 300 }, b: { value: 0.7, low: 0.66, high: 0.74, units: 300 }, apart: true }],
  weights: {
    tensors: 3, same: 1, moved: 2, retyped: 1, added: 1, removed: 0, values: 200, changed: 50, more: 0, files_same: 0, files_changed: ["config.json"], files_added: [], files_removed: [], unread: [],
    changes: [{ name: "gate" + hostile, kind: "added", to: "F32[4]" }, { name: "head.weight", kind: "shape", from: "F32[2]", to: "F32[3]" }, { name: "layer.0.w", kind: "values", from: "F32[100]", to: "F32[100]", count: 100, moved: { changed: 10, max: 0.5, mean: 0.01, relative: 0.3, cosine: 0.9 } },
      { name: "layer.1.w", kind: "values", from: "F32[100]", to: "F32[100]", count: 100, moved: { changed: 40, max: 0.2, mean: 0.02, relative: 0.1, cosine: 0.9 } }],
  },
};
const events: ModelEvent[] = [{ at: "2026-11-19T00:00:00Z", lane: "devices", kind: "source", said: "the software of {source} changed", language: "en", source: "CT_3", before: "7.1", after: "7.2", severity: "none" }, { at, lane: "inputs", kind: "verdict", said: "{item} began to fail", language: "en", topic: "drift", item: "kvp", state: "fail", severity: "high", finding: "F-1" }];
const page = (items: unknown[]) => ({ items, total: items.length, at, position: 1 });
const api = (more = {}) => serve({
  "GET /models": page([model]), "GET /models/chest@triage": model, "GET /models/chest@triage/heat": heat, "GET /models/chest@triage/columns/kvp": column, "GET /models/chest@triage/timeline": page(events), "GET /models/chest@triage/performance": performance, "GET /models/versions": page([comparison.a, comparison.b]), "GET /models/compare": comparison,
  "GET /models/chest@triage/documents/sha256:s": scan, ...more,
});
const show = (language: "en" | "de" = "en") => render(<Stage at="/models/chest%40triage" language={language}><Routes><Route path="/models/:key" element={<ModelPage />} /></Routes></Stage>);

describe("the list", () => {
  it("says what fails, what cannot be told, and what it would take; an unknown signature is not green", async () => {
    api();
    const { container } = render(<Stage at="/models"><Models /></Stage>);
    await screen.findByText("needs 420 patients or studies");
    expect(screen.getByText("1 model is known")).toBeTruthy();
    expect(container.querySelector(".wr-mark-medium")!.textContent).toMatch(/^\d+fail$/);
    expect(container.textContent).toMatch(/open findings?(, the worst)?: (high|critical)/);
    expect(container.textContent).toContain("chest⟨U+202E⟩gpj.exe<script>");
    expect(screen.getAllByText("not verified").some((e) => e.closest(".wr-mark-unwatched"))).toBe(true);
    await expectAccessible(container);
  }, 20_000);
  it("teaches how the first model comes to stand here", async () => {
    api({ "GET /models": page([]) });
    const { container } = render(<Stage at="/models"><Models /></Stage>);
    await screen.findByText("No AI model is known yet");
    expect(container.textContent).toContain("wardround model register");
    await expectAccessible(container);
  }, 20_000);
  it("tells what failed, and tries again", async () => {
    api({ "GET /models": refuse(500, "internal", "the disk is away") });
    render(<Stage at="/models"><Models /></Stage>);
    await screen.findByText("the disk is away");
    api();
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    await screen.findByText("needs 420 patients or studies");
  });
});

describe("the page", () => {
  it("leads from a square of the map to the distribution, with the test, its interval and how many it takes", async () => {
    const asked = api();
    const { container } = show();
    await userEvent.click(await screen.findByRole("button", { name: /^kvp, 21 Nov|^kvp, Nov 21/ }));
    const picture = await screen.findByRole("region", { name: "Distribution of kvp" });
    await within(picture).findByText(/At most 30% of the rows lie elsewhere/);
    expect(picture.textContent).toContain("Kolmogorov–Smirnov: p 0.0001 (by the sketches 0.00005 to 0.0002).");
    expect(picture.textContent).toContain("300 patients or studies.");
    expect(picture.textContent).toContain("It takes 180");
    expect(asked.find((a) => a.path.endsWith("/columns/kvp"))!.query.get("to")).toBe(at);
    await expectAccessible(container);
  }, 30_000);
  it("tells windows of one day apart by the time, and gives a cut name whole", async () => {
    const long = "a_feature_whose_name_is_far_longer_than_its_column_is_wide";
    api({ "GET /models/chest@triage/heat": { ...heat, times: [8, 12, 16, 20].map((h) => ({ to: `2026-11-21T${String(h).padStart(2, "0")}:00:00Z` })), rows: [{ ...heat.rows[0], item: long }] } });
    const { container } = show();
    expect(await screen.findByRole("button", { name: new RegExp(`^${long}, .*08:00.*: `) })).toBeTruthy();
    expect(screen.getByRole("button", { name: new RegExp(`^${long}, .*12:00.*: `) })).toBeTruthy();
    expect(container.querySelector(".md-day")!.textContent).toMatch(/21.*08:00/);
    expect(screen.getAllByText(long)[0]!.title).toBe(long);
  }, 20_000);
  it("moves over the map by arrows", async () => {
    api();
    show();
    const first = await screen.findByRole("button", { name: /cannot|unknown/i });
    first.focus();
    await userEvent.keyboard("{ArrowRight}");
    expect(document.activeElement?.getAttribute("aria-label")).toContain("kvp");
    expect(document.activeElement).not.toBe(first);
  }, 20_000);
  it("says first what matters, gravest first, with since when and the finding", async () => {
    api();
    const { container } = show();
    const now = (await screen.findByText("What matters now")).closest("section")!;
    await within(now).findByText("Do not load it: it would run what an attacker wrote.");
    const link = await within(now).findByRole("link", { name: "drift of inputs · kvp" });
    expect(link.getAttribute("href")).toBe("/findings/F-1");
    expect(container.textContent!.indexOf("What matters now")).toBeLessThan(container.textContent!.indexOf("What moved, and when"));
  });
  it("reads the way to a malicious call as sentences, with rules, their numbers and what is inside", async () => {
    api();
    const { container } = show();
    await screen.findByText(/and calls it with/);
    expect(container.textContent).toContain("It imports posix.system and calls it with (str). It has no place in a model.");
    expect(container.textContent).toContain("1 further name is known to be harmless");
    expect(container.textContent).toContain("AML.T0011.000 https://atlas.mitre.org/techniques/AML.T0011.000");
    expect(container.textContent).toContain("CWE-502 https://cwe.mitre.org/data/definitions/502.html");
    expect(container.textContent).toContain("It calls what it looked up: ");
    expect(container.textContent).toContain("Not enough data to say: it takes 100.");
    expect(container.textContent).toContain("No row is kept");
    expect((await screen.findByRole("link", { name: /drift of inputs · kvp began to fail/ })).getAttribute("href")).toBe("/findings/F-1");
    expect(treeOf(scan.scan!.parts!)).toMatchObject([{ name: "a.zip", inside: [{ name: "data.pkl" }] }]);
  }, 20_000);
  it("draws every figure over time, names late outcomes, scores the estimates, and greys a group that is too small", async () => {
    const asked = api();
    const { container } = show();
    await screen.findByRole("img", { name: "chart of AUROC" });
    expect(container.textContent).toContain("All spans together: 0.8 (0.75 to 0.85), of 200 patients or studies, 60 cases among the outcomes. In the reference: 0.95 (0.9 to 1). The plan asks for at least 0.85.");
    expect(container.textContent).toContain("1 span's outcomes came later");
    expect(container.textContent).toContain("Of 2 estimates, 1 had the later outcome within its interval; it was 0.09 off on average, and too high.");
    const small = screen.getByText(/Too small to say: 12 of the 60 patients/).closest("li")!;
    expect(small.className).toBe("md-few");
    expect(container.textContent).toContain("Called positive31%");
    await userEvent.selectOptions(screen.getByLabelText("Figure"), "Sensitivity at first");
    expect(asked.some((a) => a.path.endsWith("/performance") && a.query.get("metric") === "sensitivity" && a.query.get("point") === "first")).toBe(true);
    await expectAccessible(container);
  }, 30_000);
  it("speaks German", async () => {
    api();
    show("de");
    await screen.findByText("Was geschah");
  }, 20_000);
  it("says of one that is not there that it is not", async () => {
    serve({});
    show();
    await screen.findByText("This model is not known here");
  });
});

describe("two versions", () => {
  const compare = (language: "en" | "fr" = "en") => render(<Stage at="/models/compare?a=1&b=chest%40triage%232" language={language}><ComparePage /></Stage>);
  it("says tensor by tensor what moved, sorts, and folds by layer; one without a release is compared, too", async () => {
    api();
    const { container } = compare();
    await screen.findByText(/Other values in 2 of 4 tensors/);
    expect(container.textContent).toContain("There 25% of the weights are other numbers. Farthest moved layer.0.w, by 30% of its norm. Of the layers: 1 tensor was added and 1 has another shape or type.");
    expect(container.textContent).toContain("gatechest⟨U+202E⟩gpj.exe<script>");
    expect(container.textContent).toContain("outside what was agreed");
    expect(container.textContent!.indexOf("no clause of the change control plan")).toBeLessThan(container.textContent!.indexOf("agreed, and every criterion is met"));
    expect(container.textContent).toContain("0.9 (0.88 to 0.92)");
    expect(screen.getByText("apart")).toBeTruthy();
    expect(screen.getByText("no release of it is registered")).toBeTruthy();
    expect(screen.getByText("No children")).toBeTruthy();
    const rows = () => [...container.querySelectorAll(".md-weights tbody th")].map((r) => r.textContent!.slice(0, 9));
    expect(rows()[2]).toBe("layer.0.w");
    await userEvent.click(screen.getByRole("button", { name: "Weights that differ" }));
    expect(rows()[0]).toBe("layer.1.w");
    await userEvent.click(screen.getByRole("radio", { name: "by layer" }));
    const fold = screen.getByRole("button", { name: /layer\.0/ });
    expect(fold.getAttribute("aria-expanded")).toBe("false");
    fold.focus();
    await userEvent.keyboard("{Enter}");
    expect(fold.getAttribute("aria-expanded")).toBe("true");
    expect(layerOf("encoder.layer.11.attention.q.weight")).toBe("encoder.layer.11");
    expect(layerOf("head.weight")).toBe("head");
    expect(layerOf("gate")).toBe("gate");
    await expectAccessible(container);
  }, 30_000);
  it("says so when the weights were not compared", async () => {
    api({ "GET /models/compare": { ...comparison, weights: undefined, cards_known: false, cards: [], metrics: [] } });
    compare("fr");
    await screen.findByText("Les poids n'ont pas été comparés. Cela se fait là où sont les fichiers :");
  }, 20_000);
});
