import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Graph } from "../../api/types";
import { Stage } from "../../app/testing";
import { refuse, serve } from "../finding/serving";
import Ecosystem from "./Ecosystem";
import { hospital } from "./fixtures/ward";
import sample from "./fixtures/map.json";

// Cytoscape needs a canvas. What it is given, and what it gives back, is what the page is about.
interface Given { drawing: { glyphs: { id: string; count: number }[]; lines: { id: string }[]; clustered: boolean }; near: Set<string> | null; label: (id: string) => string; onChoose: (c: unknown) => void; onUnfold: (id: string) => void; onMove: (id: string, p: { x: number; y: number }) => void; layout: { at: Map<string, { x: number; y: number }> } }
let given: Given;
vi.mock("./MapCanvas", () => ({ default: (props: Given) => { given = props; return <div data-testid="map">{props.drawing.glyphs.length}</div>; } }));

beforeAll(() => Object.defineProperties(HTMLElement.prototype, { clientHeight: { configurable: true, value: 400 }, clientWidth: { configurable: true, value: 1200 }, offsetHeight: { configurable: true, value: 37 } }));
beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const ward = sample as Graph;
function Where() {
  const { pathname, search } = useLocation();
  return <output data-testid="where">{decodeURIComponent(pathname + search)}</output>;
}
const where = () => screen.getByTestId("where").textContent;
const show = (at = "/ecosystem") => render(<Stage at={at}><Ecosystem /><Where /></Stage>);
const drawn = async () => { await screen.findByTestId("map"); return given; };
const gateway = ward.nodes.find((n) => n.worst === "critical")!;

describe("the map", () => {
  it("draws every asset and says so in a sentence", async () => {
    serve({ "GET /map": ward });
    show();
    expect((await drawn()).drawing.glyphs).toHaveLength(ward.nodes.length);
    expect(screen.getByText("71 assets in 6 zones, 75 links between them")).toBeTruthy();
  });

  it("takes its filters from the address and counts what is left", async () => {
    serve({ "GET /map": ward });
    show("/ecosystem?protocol=mqtt");
    const ends = new Set(ward.links.filter((l) => l.protocol === "mqtt").flatMap((l) => [l.a, l.b]));
    expect((await drawn()).drawing.glyphs).toHaveLength(ends.size);
    await userEvent.selectOptions(screen.getByLabelText("Criticality"), "monitoring");
    await screen.findByText(/Nothing on the map matches/);
    await userEvent.click(screen.getAllByRole("button", { name: "Clear filters" })[0]!);
    expect((await drawn()).drawing.glyphs).toHaveLength(ward.nodes.length);
  });

  it("keeps only what can be read on the way", async () => {
    serve({ "GET /map": ward });
    show();
    await drawn();
    await userEvent.click(screen.getByRole("checkbox", { name: "Readable links only" }));
    expect(where()).toContain("cleartext=yes");
    const readable = new Set(ward.links.filter((l) => l.encrypted === "no").map((l) => l.id));
    expect(given.drawing.lines.flatMap((l) => (l as unknown as { links: string[] }).links).every((id) => readable.has(id))).toBe(true);
  });

  it("fades the rest and tells of what is chosen", async () => {
    serve({ "GET /map": ward });
    show(`/ecosystem?focus=${gateway.id}`);
    await drawn();
    const peers = new Set(ward.links.filter((l) => l.a === gateway.id || l.b === gateway.id).flatMap((l) => [l.a, l.b]));
    expect(given.near).toEqual(peers);
    const side = screen.getByRole("complementary", { name: "What is chosen" });
    expect(within(side).getByRole("link", { name: "Open the asset" }).getAttribute("href")).toBe(`/assets/${gateway.id}`);
    await userEvent.click(within(side).getByRole("button", { name: /ENGINE HOSP/ }));
    const engine = ward.nodes.find((n) => n.name === "ENGINE HOSP")!;
    expect(where()).toBe(`/ecosystem?focus=${engine.id}`);
    await userEvent.click(within(screen.getByRole("complementary")).getByRole("button", { name: "Close" }));
    expect(where()).toBe("/ecosystem");
  });

  it("remembers what was dragged, and forgets it when told", async () => {
    serve({ "GET /map": ward });
    const first = show();
    const before = (await drawn()).layout.at.get(gateway.id)!;
    given.onMove(gateway.id, { x: 5000, y: 10 });
    await waitFor(() => expect(given.layout.at.get(gateway.id)).toEqual({ x: 5000, y: 10 }));
    first.unmount();
    show();
    expect((await drawn()).layout.at.get(gateway.id)).toEqual({ x: 5000, y: 10 });
    await userEvent.click(screen.getByRole("button", { name: "Forget where things were dragged" }));
    expect(given.layout.at.get(gateway.id)).toEqual(before);
  });

  it("folds ten thousand assets into groups and opens one", async () => {
    serve({ "GET /map": hospital(10_000) });
    show();
    const group = (await drawn()).drawing.glyphs.find((g) => g.count > 100)!;
    expect(given.drawing.clustered).toBe(true);
    given.onChoose({ type: "node", id: group.id });
    await userEvent.click(await screen.findByRole("button", { name: `Show all ${group.count.toLocaleString("en")}` }));
    expect(given.drawing.glyphs.length).toBeGreaterThan(group.count);
    await userEvent.click(screen.getByRole("button", { name: "Fold all groups again" }));
    expect(given.drawing.glyphs.length).toBeLessThan(40);
  }, 20_000);

  it("is a table too, for the keyboard and for screen readers", async () => {
    serve({ "GET /map": ward });
    show("/ecosystem?view=list&severity=high");
    const table = await screen.findByRole("table", { name: "Assets on the map" });
    await waitFor(() => expect(within(table).getAllByRole("row").length).toBeGreaterThan(2));
    expect(within(table).getAllByRole("row")[1]!.textContent).toContain("GATEWAY ICU");
    within(table).getAllByRole("row")[1]!.focus();
    await userEvent.keyboard("{Enter}");
    expect(where()).toContain(`focus=${gateway.id}`);
    await screen.findByTestId("map");
  });

  it("writes a file from what is drawn", async () => {
    serve({ "GET /map": ward });
    let file: Blob | undefined;
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: (b: Blob) => { file = b; return "blob:1"; }, revokeObjectURL: () => {} }));
    show("/ecosystem?zone=icu");
    await drawn();
    await userEvent.click(screen.getByRole("button", { name: "Save as SVG" }));
    const text = await file!.text();
    expect(new DOMParser().parseFromString(text, "image/svg+xml").querySelectorAll("g").length).toBe(given.drawing.glyphs.length);
  });

  it("says what failed", async () => {
    serve({ "GET /map": refuse(503, "unavailable", "The board is being rebuilt.") });
    show();
    await screen.findByText("The map could not be read");
  });
});
