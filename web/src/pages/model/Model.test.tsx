import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import { expectAccessible } from "../../app/axe";
import { Stage } from "../../app/testing";
import type { ModelColumn, ModelDetail, ModelDocumentContent, ModelEvent, ModelHeat } from "../../api/types";
import { refuse, serve } from "../finding/serving";
import Models from "../models/Models";
import ModelPage from "./ModelPage";

// A canvas draws nothing here; what is drawn is said in words and in a table beside it.
vi.mock("./Plot", () => ({ default: () => <div role="img" aria-label="plot" /> }));
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
    { topic: "drift", item: "kvp", state: "fail", at, n: 300, needed: 180, test: "ks", statistic: 0.3, p: 0.0001, p_low: 0.00005, p_high: 0.0002, effect: 0.3, limit: 0.08, facts: { column: "kvp" } },
    { topic: "subgroup", item: "sensitivity of score by sex", state: "unknown", at, n: 12, needed: 100, why: "there are too few outcomes yet to say" },
    { topic: "performance", item: "score", state: "pass", at, n: 900, statistic: 0.93, p_low: 0.9, p_high: 0.95, facts: { auroc: "0.930 (0.900 to 0.950)" } },
    { topic: "artefact", item: "model.pkl", state: "fail", at, evidence: "sha256:s", facts: { verdict: "malicious" } },
  ],
  series: [], documents: [{ kind: "reference", digest: "sha256:r", at }], lines: [{ recent: [{ digest: "sha256:w", from: at, to: at, rows: 300, units: 300 }] }], versions: [],
};
const heat: ModelHeat = { times: [{ from: "2026-11-19T00:00:00Z", to: "2026-11-20T00:00:00Z" }, { to: at }], rows: [{ topic: "drift", item: "kvp", column: "kvp", state: "fail", cells: [{ time: 0, state: "unknown", n: 20 }, { time: 1, state: "fail", effect: 0.3, n: 300, p: 0.0001, low: 0.00005, high: 0.0002 }] }], more: 0 };
const side = { windows: 1, n: 300, units: 300, missing: 0, invalid: 0, infinite: 0, exact: false, mean: 120, sd: 8, quantiles: [{ q: 0.5, value: 120, low: 119, high: 121 }], cdf: [{ x: 100, share: 0, low: 0, high: 0.01 }, { x: 140, share: 1, low: 0.99, high: 1 }] };
const column: ModelColumn = { model: "chest@triage", column: "kvp", unit: "kV", type: "number", groups: ["", "source=CT_3"], reference: side, now: side, distance: { name: "ks", value: 0.3, low: 0.28, high: 0.32 } };
const scan: ModelDocumentContent = { kind: "scan", digest: "sha256:s", scan: { path: "model.pkl", verdict: "malicious", format: "pickle", bytes: 40, hits: [{ rule: "pickle.call", level: "malicious", offset: 2, text: "it calls posix.system" }], trail: [{ offset: 2, op: "GLOBAL", arg: "posix system" }, { offset: 30, op: "REDUCE", arg: "('id',)", note: "calls it" }], calls: [{ full: "posix.system", class: "malicious", called: true, offset: 2 }] } };
const events: ModelEvent[] = [{ at: "2026-11-19T00:00:00Z", lane: "devices", kind: "source", said: "the software of {source} changed", source: "CT_3", before: "7.1", after: "7.2", severity: "none" }, { at, lane: "inputs", kind: "verdict", said: "{item} began to fail", topic: "drift", item: "kvp", state: "fail", severity: "high", finding: "F-1" }];
const page = (items: unknown[]) => ({ items, total: items.length, at, position: 1 });
const api = (more = {}) => serve({
  "GET /models": page([model]), "GET /models/chest@triage": model, "GET /models/chest@triage/heat": heat, "GET /models/chest@triage/columns/kvp": column, "GET /models/chest@triage/timeline": page(events),
  "GET /models/chest@triage/documents/sha256:s": scan, ...more,
});
const show = (language: "en" | "de" = "en") => render(<Stage at="/models/chest%40triage" language={language}><Routes><Route path="/models/:key" element={<ModelPage />} /></Routes></Stage>);

describe("the list", () => {
  it("says what fails, what cannot be told, and what it would take; an unknown signature is not green", async () => {
    api();
    const { container } = render(<Stage at="/models"><Models /></Stage>);
    await screen.findByText("needs 420 patients or studies");
    expect(screen.getByText("1 model is known")).toBeTruthy();
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
  it("moves over the map by arrows", async () => {
    api();
    show();
    const first = await screen.findByRole("button", { name: /cannot|unknown/i });
    first.focus();
    await userEvent.keyboard("{ArrowRight}");
    expect(document.activeElement?.getAttribute("aria-label")).toContain("kvp");
    expect(document.activeElement).not.toBe(first);
  });
  it("reads the way to a malicious call as sentences, and says when there is not enough data", async () => {
    api();
    const { container } = show();
    await screen.findByText(/It looks up the function or class/);
    expect(container.textContent).toContain("It calls what it looked up:");
    expect(container.textContent).toContain("Not enough data to say: it takes 100.");
    expect(container.textContent).toContain("No row is kept");
    expect(screen.getByRole("link", { name: /began to fail: drift of inputs · kvp/ }).getAttribute("href")).toBe("/findings/F-1");
  });
  it("speaks German", async () => {
    api();
    show("de");
    await screen.findByText("Was geschah");
  });
  it("says of one that is not there that it is not", async () => {
    serve({});
    show();
    await screen.findByText("This model is not known here");
  });
});
