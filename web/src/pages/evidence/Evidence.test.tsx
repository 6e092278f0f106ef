import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes, useLocation } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Verification } from "../../api/types";
import { someone, Stage } from "../../app/testing";
import { serve } from "../finding/serving";
import { dayAfter, dayStart } from "./days";
import EntryPage from "./EntryPage";
import Evidence, { summary } from "./Evidence";
import entries from "./fixtures/entries.json";
import entry from "./fixtures/entry.json";
import ledger from "./fixtures/ledger.json";
import proof from "./fixtures/proof.json";
import { nice } from "./Growth";
import { largest } from "./Verify";

beforeAll(() => Object.defineProperties(HTMLElement.prototype, { clientHeight: { configurable: true, value: 700 }, clientWidth: { configurable: true, value: 1200 }, offsetHeight: { configurable: true, value: 37 } }));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Where() {
  const { pathname, search } = useLocation();
  return <output data-testid="where">{pathname + search}</output>;
}
const show = (at = "/evidence", session = someone) =>
  render(<Stage at={at} session={session}><Routes><Route path="/evidence" element={<Evidence />} /><Route path="/evidence/:index" element={<EntryPage />} /><Route path="*" element={null} /></Routes><Where /></Stage>);
const api = (more = {}) => serve({ "GET /evidence": ledger, "GET /evidence/entries": entries, "GET /evidence/entries/7": entry, "GET /evidence/entries/7/proof": proof, ...more });

describe("the ledger", () => {
  it("says how much there is and how much of it is signed", async () => {
    api();
    show();
    await screen.findByText(/23 entries; the first 23 were signed/);
    expect(screen.getByRole("img", { name: /Entries of the ledger from .*Feb.* \(0\) to .*Mar.* \(23\)/ })).toBeTruthy();
    expect(screen.getByRole("link", { name: "20 verdicts" }).getAttribute("href")).toBe("/evidence?kind=verdict");
    expect(screen.getByText("contents erased; the leaf stays")).toBeTruthy();
  });

  it("asks for a kind and a period", async () => {
    const asked = api();
    show("/evidence?kind=action&from=2026-03-01&to=2026-03-02");
    await screen.findByText(/23 entries;/);
    const q = asked.find((a) => a.path === "/evidence/entries")!.query;
    expect([q.get("kind"), q.get("from"), q.get("to")]).toEqual(["action", dayStart("2026-03-01"), dayAfter("2026-03-02")]);
    // The last day is part of the period.
    expect(Date.parse(dayAfter("2026-03-02")!) - Date.parse(dayStart("2026-03-02")!)).toBeGreaterThanOrEqual(23 * 3_600_000);
    expect(dayStart("2026-3-1")).toBeUndefined();
  });

  it("exports a period and says that this is recorded", async () => {
    const asked = api({ "POST /evidence/export": { zip: true } });
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:1", revokeObjectURL: () => {} }));
    show();
    await userEvent.click(screen.getByRole("button", { name: "Export …" }));
    const dialog = screen.getByRole("dialog");
    fireEvent.change(within(dialog).getByLabelText("First day"), { target: { value: "2026-03-02" } });
    fireEvent.change(within(dialog).getByLabelText("Last day"), { target: { value: "2026-03-01" } });
    expect(within(dialog).getByText("The last day is before the first.")).toBeTruthy();
    fireEvent.change(within(dialog).getByLabelText("Last day"), { target: { value: "" } });
    await userEvent.click(within(dialog).getByRole("button", { name: "Make the bundle" }));
    await waitFor(() => expect(asked.find((a) => a.method === "POST")?.body).toEqual({ from: dayStart("2026-03-02") }));
    await screen.findByText(/evidence\.zip was made/);
  });

  it("offers no export to who may not", async () => {
    api();
    show("/evidence", { ...someone, permissions: ["view"] });
    await screen.findByText(/Your role does not export evidence/);
    expect(screen.queryByRole("button", { name: "Export …" })).toBeNull();
  });

  it("puts an entry into a line, whatever kind it is", () => {
    expect(summary({ check: "mqtt.anonymous", state: "fail", subject: "asset:a-1", item: "1883/tcp" })).toBe("mqtt.anonymous · fail · asset:a-1 · 1883/tcp");
    expect(summary({ kind: "operator.acted", fields: { act: "signed-in", by: "x" } })).toBe("signed-in");
    expect([summary(undefined), summary("text"), summary(null)]).toEqual(["", "", ""]);
  });

  it("draws its growth on round numbers", () => expect([1, 3, 23, 50, 51, 409].map(nice)).toEqual([1, 5, 50, 50, 100, 500]));
});

describe("an entry", () => {
  it("is proved step by step in the page, and leads on to its asset and its check", async () => {
    api();
    show("/evidence/7");
    await waitFor(() => expect(screen.getAllByText("computed here, agrees").length).toBeGreaterThanOrEqual(proof.steps.length + 3));
    expect(screen.getByRole("link", { name: "The asset" }).getAttribute("href")).toBe(`/assets/${entry.payload.subject.slice("asset:".length)}`);
    expect(screen.getByRole("link", { name: "After" }).getAttribute("href")).toBe("/evidence/8");
  });

  it("is not, once a word of it was changed", async () => {
    api({ "GET /evidence/entries/7": { ...entry, canonical: entry.canonical.replace(/"state":"\w+"/, '"state":"other"') } });
    show("/evidence/7");
    await screen.findByText(/This does not hold together/);
  });

  it("is none without a number", () => {
    const asked = api();
    show("/evidence/..%2f");
    expect(screen.getByText("There is no such entry")).toBeTruthy();
    expect(asked).toHaveLength(0);
  });
});

describe("verifying a bundle", () => {
  // upload() speaks XMLHttpRequest, which can tell how much has left.
  const stub = (report: Verification, seen: Record<string, string> = {}) =>
    vi.stubGlobal("XMLHttpRequest", class {
      upload: { onprogress?: (e: unknown) => void } = {};
      onload?: () => void;
      status = 200;
      responseText = JSON.stringify(report);
      open(_: string, url: string) { seen.url = url; }
      setRequestHeader(k: string, v: string) { seen[k] = v; }
      getResponseHeader() { return null; }
      abort() {}
      send() { this.upload.onprogress?.({ loaded: 1, lengthComputable: true, total: 2 }); queueMicrotask(() => this.onload?.()); }
    });
  const file = (size = 4) => Object.defineProperty(new File(["PK.."], "q1.zip", { type: "application/zip" }), "size", { value: size });
  const drop = async (f: File) => fireEvent.drop(screen.getByText(/Drag a bundle in/).closest(".ev-drop")!, { dataTransfer: { files: [f] } });

  it("says that a bundle with a known key is genuine", async () => {
    const seen: Record<string, string> = {};
    stub({ result: "verified", entries: 23, total: 23, problems: [], trusted: "the key given", signed_by: "wardround-ledger", at: "2026-03-02T07:00:00Z" }, seen);
    api();
    show();
    await userEvent.type(screen.getByLabelText("Key or fingerprint you have from elsewhere"), " sha256:abc ");
    await drop(file());
    await screen.findByText(/is genuine/);
    expect(seen).toMatchObject({ url: "/api/v1/evidence/verify", "X-Verifier-Key": "sha256:abc" });
  });

  it("promises no more than consistency without a key", async () => {
    const seen: Record<string, string> = {};
    stub({ result: "self-consistent only", entries: 23, total: 23, problems: [], trusted: "" }, seen);
    api();
    show();
    await drop(file());
    await screen.findByText(/is consistent in itself only/);
    expect(screen.getByText(/Whoever made all of it anew could have done that too/)).toBeTruthy();
    expect(seen["X-Verifier-Key"]).toBeUndefined();
  });

  it("names what does not hold together", async () => {
    stub({ result: "failed", entries: 22, total: 23, problems: ["entry 7 was altered", "<b>entry 9</b> is missing"], trusted: "" });
    api();
    show();
    await drop(file());
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("2 things do not hold together");
    expect(within(alert).getByText("<b>entry 9</b> is missing")).toBeTruthy();
  });

  it("sends nothing that is too large", async () => {
    const seen: Record<string, string> = {};
    stub({ result: "verified", entries: 0, total: 0, problems: [], trusted: "" }, seen);
    api();
    show();
    await drop(file(largest + 1));
    await screen.findByText("This file is larger than 256 MiB.");
    expect(seen.url).toBeUndefined();
  });
});
