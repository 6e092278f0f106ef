import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes, useLocation } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Session } from "../../api/types";
import { someone, Stage } from "../../app/testing";
import { refuse, serve } from "../finding/serving";
import AssetPage from "./AssetPage";
import asset from "./fixtures/asset.json";
import days from "./fixtures/days.json";
import findings from "./fixtures/findings.json";
import links from "./fixtures/links.json";
import modality from "./fixtures/modality.json";
import proposals from "./fixtures/proposals.json";
import timeline from "./fixtures/timeline.json";
import verdicts from "./fixtures/verdicts.json";

beforeAll(() => Object.defineProperties(HTMLElement.prototype, { clientHeight: { configurable: true, value: 700 }, clientWidth: { configurable: true, value: 1200 }, offsetHeight: { configurable: true, value: 37 } }));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const id = asset.id, path = `/assets/${id}`;
const withQuestions = { ...asset, proposals: 2 };
function Where() {
  const { pathname, search } = useLocation();
  return <output data-testid="where">{pathname + search}</output>;
}
const where = () => screen.getByTestId("where").textContent;
const show = (at = `${path}/who`, session: Session = someone, language: "en" | "de" | "fr" = "en") =>
  render(<Stage at={at} session={session} language={language}><Routes><Route path="/assets/:id/:tab?" element={<AssetPage />} /><Route path="*" element={null} /></Routes><Where /></Stage>);
const page = (items: unknown[]) => ({ items, total: items.length, at: "2026-03-02T07:00:00Z", position: 1 });
const readings = Array.from({ length: 12 }, (_, i) => ({
  seq: 90 - i, kind: "hl7.message", title: "HL7 message", sensor: "s", at: `2026-03-02T06:20:${String(50 - i).padStart(2, "0")}Z`, logged: "", count: 1, summary: "", src_name: "GATEWAY ICU", dst_name: "ENGINE HOSP",
}));
const api = (more = {}) =>
  serve({
    [`GET ${path}`]: withQuestions, [`GET ${path}/links`]: links, [`GET ${path}/verdicts`]: verdicts, [`GET ${path}/days`]: days, [`GET ${path}/timeline`]: timeline, "GET /findings": findings,
    "GET /observations": page(readings), "GET /proposals": proposals, "GET /settings/zones": { name: "zones", etag: '"1"', value: [{ id: "icu", name: "Intensive care" }] }, "POST /statements": { changes: [] }, ...more,
  });
const fact = async (label: string) => (await screen.findAllByText(label)).map((e) => e.closest<HTMLElement>(".at-attribute")).find((e) => e !== null)!;

describe("the header", () => {
  it("says who it is and how its three concerns stand", async () => {
    api();
    show();
    expect(await screen.findByRole("heading", { level: 1, name: asset.name })).toBeTruthy();
    await screen.findByText("ICU 2 · Intensive care");
    expect(screen.getByRole("link", { name: /security.*critical/ }).getAttribute("href")).toBe(`/findings?asset=${id}&concern=security`);
  });

  it("opens on who it is", async () => {
    api();
    show(path);
    await screen.findByText("What is known of it");
    expect(where()).toBe(`${path}/who`);
  });

  it("follows an alias to what it was merged into, and says so", async () => {
    api({ "GET /assets/a-old": withQuestions });
    show("/assets/a-old/talks");
    await waitFor(() => expect(where()).toBe(`${path}/talks`));
    await screen.findByText("a-old");
  });

  it("says that there is no such asset", async () => {
    serve({});
    show("/assets/a-none/who");
    await screen.findByText("No such asset");
  });
});

describe("who it is", () => {
  it("shows each identifier with its source and how sure it is", async () => {
    api();
    show();
    const table = await screen.findByRole("table", { name: "Identifiers, with source and confidence" });
    const line = within(table).getByText("00:90:e8:b0:70:d1").closest("tr")!;
    expect(line.textContent).toContain("Hardware address");
    expect(line.textContent).toContain("90");
  });

  it("writes a fact with the version that was read, and takes it back", async () => {
    const asked = api({ [`PATCH ${path}`]: asset });
    show();
    const ward = await fact("Ward");
    await userEvent.click(within(ward).getByRole("button", { name: "Change Ward" }));
    const input = within(ward).getByRole("textbox", { name: "Ward" });
    await userEvent.clear(input);
    await userEvent.type(input, "ICU 3{Enter}");
    await waitFor(() => expect(asked.find((a) => a.method === "PATCH")).toMatchObject({ body: { set: { ward: "ICU 3" } }, etag: asset.etag }));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(asked.find((a) => a.path === "/statements")?.body).toEqual({ statements: [{ act: "set", asset: id, set: { ward: "" } }] }));
  });

  it("does not overwrite what somebody else wrote meanwhile", async () => {
    const asked = api({ [`PATCH ${path}`]: refuse(412, "precondition", "It was changed meanwhile.") });
    show();
    const role = await fact("Role");
    await userEvent.click(within(role).getByRole("button", { name: "Change Role" }));
    await userEvent.type(within(role).getByRole("combobox", { name: "Role" }), "-2{Enter}");
    await screen.findByText("Someone else changed this asset meanwhile");
    const before = asked.length;
    await userEvent.click(screen.getByRole("button", { name: "Show what stands there now" }));
    await waitFor(() => expect(asked.slice(before).some((a) => a.method === "GET" && a.path === path)).toBe(true));
  });

  it("leaves with Escape and changes nothing", async () => {
    const asked = api();
    show();
    const kind = await fact("Kind");
    await userEvent.click(within(kind).getByRole("button", { name: "Change Kind" }));
    await userEvent.keyboard("{Escape}");
    expect(within(kind).queryByRole("combobox")).toBeNull();
    expect(asked.every((a) => a.method === "GET")).toBe(true);
  });

  it("asks its open questions here, and is answered with one press", async () => {
    const asked = api({ "POST /proposals/p-9d3q/answer": { ...proposals.items[1], state: "accepted" } });
    show();
    const question = (await screen.findByText(/Is this what it does for a patient/)).closest("li")!;
    await userEvent.click(within(question).getByRole("button", { name: "Yes" }));
    await waitFor(() => expect(asked.find((a) => a.method === "POST")).toMatchObject({ path: "/proposals/p-9d3q/answer", body: { accept: true } }));
  });

  it("offers nothing to change to who may only look", async () => {
    api();
    show(`${path}/who`, { ...someone, permissions: ["view"] });
    await screen.findByText(/Is this what it does for a patient/);
    expect(screen.queryByRole("button", { name: /^(Change|Say|Yes)/ })).toBeNull();
  });
});

describe("merging and splitting", () => {
  const menu = async (name: string) => {
    await userEvent.click(await screen.findByRole("button", { name: "Actions" }));
    await userEvent.click(screen.getByRole("menuitem", { name }));
  };

  it("shows what will be joined, then offers to undo it", async () => {
    const undo = [{ act: "split", asset: id, other: modality.id }];
    const asked = api({ "GET /assets": page([modality, withQuestions]), [`POST ${path}/merge`]: { asset: withQuestions, undo } });
    show();
    await menu("Merge with another …");
    const dialog = screen.getByRole("dialog");
    await userEvent.type(within(dialog).getByRole("combobox"), "ct");
    // The asset itself is not among those it can be merged with.
    await waitFor(() => expect(within(dialog).getAllByRole("option")).toHaveLength(1));
    await userEvent.keyboard("{Enter}");
    expect(within(dialog).getByText("CT1")).toBeTruthy();
    expect(within(dialog).getByText(`${asset.identifiers.length + modality.identifiers.length} identifiers of the whole`)).toBeTruthy();
    await userEvent.click(within(dialog).getByRole("button", { name: "Merge" }));
    await waitFor(() => expect(asked.find((a) => a.path === `${path}/merge`)?.body).toEqual({ other: modality.id }));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(asked.find((a) => a.path === "/statements")?.body).toEqual({ statements: undo }));
  });

  it("merges the other way round when told", async () => {
    const asked = api({ "GET /assets": page([modality]), [`POST /assets/${modality.id}/merge`]: { asset: modality } , [`GET /assets/${modality.id}`]: modality });
    show();
    await menu("Merge with another …");
    await userEvent.type(screen.getByRole("combobox"), "ct");
    await userEvent.click(await screen.findByRole("option"));
    if (screen.queryByRole("option")) await userEvent.keyboard("{Enter}");
    await userEvent.click(screen.getByRole("button", { name: "Turn round" }));
    await userEvent.click(screen.getByRole("button", { name: "Merge" }));
    await waitFor(() => expect(asked.find((a) => a.method === "POST")).toMatchObject({ path: `/assets/${modality.id}/merge`, body: { other: id } }));
    await waitFor(() => expect(where()).toBe(`/assets/${modality.id}/who`));
  });

  it("splits off identifiers, but not all of them", async () => {
    const asked = api({ [`POST ${path}/split`]: { asset: withQuestions, undo: [] } });
    show();
    await menu("Split …");
    const boxes = screen.getAllByRole("checkbox");
    for (const b of boxes) await userEvent.click(b);
    expect(screen.getByText(/Leave at least one identifier/)).toBeTruthy();
    expect((screen.getByRole("button", { name: "Split" }) as HTMLButtonElement).disabled).toBe(true);
    for (const b of boxes.slice(1)) await userEvent.click(b);
    await userEvent.click(screen.getByRole("button", { name: "Split" }));
    const { type, value } = asset.identifiers[0]!;
    await waitFor(() => expect(asked.find((a) => a.method === "POST")?.body).toEqual({ identifiers: [{ type, value }] }));
  });
});

describe("the other tabs", () => {
  it("say in a sentence how many links can be read", async () => {
    api();
    show(`${path}/talks`);
    await screen.findByText("13 links were seen; one carries clinical data that anybody on the way can read.");
    const table = screen.getByRole("table", { name: "Links of this asset" });
    expect(within(table).getByText("ENGINE HOSP").closest("tr")!.textContent).toContain("readable");
  });

  it("show every answer with its month", async () => {
    api();
    show(`${path}/knows`);
    const line = (await screen.findAllByText("Two machines claim one network address")).map((e) => e.closest("li")).find((e) => e !== null)!;
    await waitFor(() => expect(within(line).getByRole("img").getAttribute("aria-label")).toMatch(/^Last 30 days: 3 failing/));
    await userEvent.click(within(line).getByText("Two machines claim one network address"));
    expect(line.textContent).toContain("higher: the asset is therapeutic");
  });

  it("say honestly what nobody knows", async () => {
    api();
    show(`${path}/runs`);
    await screen.findByText(/How long the maker supports it is not known/);
    expect(screen.getByText(/No bill of materials is known/)).toBeTruthy();
  });

  it("put what was seen, judged, changed and done on one axis, lane by lane", async () => {
    api();
    show(`${path}/timeline`);
    await screen.findByText("Named the asset");
    expect(screen.getByText(/HL7 message × 12/)).toBeTruthy();
    expect(screen.getByText("Hardware address 00:90:e8:b0:70:d1")).toBeTruthy();
    expect(screen.getByText("Kind: gateway")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: /People/ }));
    expect(screen.queryByText("Named the asset")).toBeNull();
    cleanup();
    show(`${path}/timeline`, { ...someone, permissions: ["view"] });
    await screen.findByText("Observations are left out: your role does not read them.");
  });

  it("say what is empty and what failed", async () => {
    api({ [`GET ${path}/links`]: page([]), [`GET ${path}/timeline`]: refuse(500, "internal", "The log cannot be read.") });
    show(`${path}/talks`);
    await screen.findByText("No link was seen");
    cleanup();
    show(`${path}/timeline`);
    await screen.findByText("The log cannot be read.");
  });

  it("are there in German and French", async () => {
    api();
    show(`${path}/runs`, someone, "de");
    await screen.findByText(/ist nicht bekannt: niemand hat es gesagt/);
    cleanup();
    show(`${path}/runs`, someone, "fr");
    await screen.findByText(/n’est pas connue/);
  });
});
