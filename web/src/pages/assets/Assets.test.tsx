import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { someone, Stage } from "../../app/testing";
import type { Language } from "../../i18n/catalogue";
import { refuse, serve } from "../finding/serving";
import Assets from "./Assets";
import { defaults, params, since } from "./filters";
import whole from "./fixtures/assets.json";

// The first page of them: jsdom takes its time over seventy rows.
const sample = { ...whole, items: whole.items.slice(0, 8) };

// jsdom lays nothing out: a virtual table needs a height to have rows.
beforeAll(() => Object.defineProperties(HTMLElement.prototype, { clientHeight: { configurable: true, value: 700 }, clientWidth: { configurable: true, value: 1200 }, offsetHeight: { configurable: true, value: 37 } }));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Where() {
  const { pathname, search } = useLocation();
  return <output data-testid="where">{pathname + search}</output>;
}
const where = () => screen.getByTestId("where").textContent;
const show = (at = "/assets", session = someone, language: Language = "en") => render(<Stage at={at} session={session} language={language}><Assets /><Where /></Stage>);
const zones = { name: "zones", etag: '"1"', value: [{ id: "icu", name: "Intensive care" }, { id: "office", name: "Offices" }] };
const api = (more = {}) => serve({ "GET /assets": sample, "GET /settings/zones": zones, ...more });
const rows = async () => {
  await waitFor(() => expect(document.querySelector("tbody tr[data-index]")).toBeTruthy());
  return [...document.querySelectorAll<HTMLElement>("tbody tr[data-index]")];
};
const listed = (asked: ReturnType<typeof serve>) => asked.filter((a) => a.path === "/assets" && !a.query.has("fields"));

describe("the filters", () => {
  it("ask for public peers, and for what was merged away, only when told", () => {
    expect(params(defaults)).toEqual({ sort: "-severity" });
    expect(params({ ...defaults, remote: "true", merged: "true", q: "ct" })).toEqual({ sort: "-severity", remote: "true", merged: "true", q: "ct" });
  });

  it("turn a span into a time that stays the same for an hour", () => {
    const noon = Date.parse("2026-03-02T12:34:56Z");
    expect(since("24h", noon)).toBe("2026-03-01T12:00:00.000Z");
    expect(since("24h", noon + 60_000)).toBe(since("24h", noon));
    expect(since("2026-01-01T00:00:00Z", noon)).toBe("2026-01-01T00:00:00Z");
  });
});

describe("the list", () => {
  it("says how many there are, and who each is", async () => {
    api();
    show();
    const [first] = await rows();
    expect(screen.getByText(`${sample.total} assets were seen`)).toBeTruthy();
    const a = sample.items[0]!;
    expect(within(first!).getByText(a.name)).toBeTruthy();
    expect(within(first!).getByRole("link", { name: /critical/ }).getAttribute("href")).toBe(`/findings?asset=${a.id}`);
    await waitFor(() => expect(within(first!).getByText("ICU 2 · Intensive care")).toBeTruthy());
  });

  it("asks what the coverage matrix links to", async () => {
    const asked = api();
    show("/assets?kind=device&concern=privacy&status=unwatched");
    await rows();
    expect(Object.fromEntries(listed(asked)[0]!.query)).toMatchObject({ kind: "device", concern: "privacy", status: "unwatched" });
    // What came with the address is shown, although it is not among the first filters.
    expect((screen.getByRole("combobox", { name: "Concern" }) as HTMLSelectElement).value).toBe("privacy");
  });

  it("puts filters and order into the address", async () => {
    const asked = api();
    show();
    await rows();
    await userEvent.selectOptions(screen.getByLabelText("Criticality"), "life-sustaining");
    expect(where()).toBe("/assets?criticality=life-sustaining");
    await userEvent.click(screen.getByRole("button", { name: "Asset" }));
    await waitFor(() => expect(listed(asked).at(-1)!.query.get("sort")).toBe("-name"));
    await userEvent.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(where()).not.toContain("criticality");
  });

  it("is worked with the keyboard alone", async () => {
    api();
    show();
    const lines = await rows();
    lines[0]!.focus();
    await userEvent.keyboard("jj");
    expect(document.activeElement?.getAttribute("data-index")).toBe("2");
    await userEvent.keyboard("{Enter}");
    expect(where()).toBe(`/assets/${sample.items[2]!.id}`);
  });

  it("shows hostile names as the text they are", async () => {
    const hostile = ["<img src=x onerror=alert(1)>", "\u202egpj.exe\u0007", "=cmd|' /C calc'!A0", "מוניטור", "x".repeat(300)];
    api({ "GET /assets": { ...sample, items: hostile.map((name, i) => ({ ...sample.items[i]!, name })) } });
    show();
    const lines = await rows();
    expect(document.querySelector("img")).toBeNull();
    expect(within(lines[0]!).getByText(hostile[0]!)).toBeTruthy();
    expect(lines[1]!.textContent).toContain("⟨U+202E⟩gpj.exe␇");
    expect(within(lines[3]!).getByText(hostile[3]!).closest("bdi")).toBeTruthy();
    expect(within(lines[4]!).getByText(hostile[4]!).getAttribute("title")).toBe(hostile[4]);
  });

  it("draws a part of ten thousand rows and counts them all", async () => {
    const items = Array.from({ length: 10_000 }, (_, i) => ({ ...whole.items[i % 20]!, id: `a-${i}` }));
    api({ "GET /assets": { ...sample, items, total: 10_000 } });
    show();
    expect((await rows()).length).toBeLessThan(80);
    expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("10001");
  });

  it("says what to do when nothing matches, and when nothing was seen", async () => {
    api({ "GET /assets": { ...sample, items: [], total: 0 } });
    show("/assets?q=nobody");
    await screen.findByText("No asset matches these filters");
    cleanup();
    show("/assets");
    await screen.findByText("No asset was seen yet");
  });

  it("says what failed, and tries again", async () => {
    let down = true;
    api({ "GET /assets": (a: { query: URLSearchParams }) => (down && !a.query.has("fields") ? refuse(503, "unavailable", "The board is being rebuilt.", "Try again in a minute.") : sample) });
    show();
    await screen.findByText("The board is being rebuilt.");
    down = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    await rows();
  });

  it("lets merge exactly two", async () => {
    const asked = api({ [`POST /assets/${sample.items[0]!.id}/merge`]: { asset: sample.items[0], undo: [{ act: "split", asset: sample.items[0]!.id, other: sample.items[1]!.id }] } });
    show();
    const lines = await rows();
    await userEvent.click(within(lines[0]!).getByRole("checkbox"));
    expect((screen.getByRole("button", { name: "Merge the two …" }) as HTMLButtonElement).disabled).toBe(true);
    await userEvent.click(within(lines[1]!).getByRole("checkbox"));
    await userEvent.click(screen.getByRole("button", { name: "Merge the two …" }));
    await userEvent.click(screen.getByRole("button", { name: "Merge" }));
    await waitFor(() => expect(where()).toBe(`/assets/${sample.items[0]!.id}`));
    expect(asked.find((a) => a.method === "POST")!.body).toEqual({ other: sample.items[1]!.id });
  });

  it("offers no merge to who may only look", async () => {
    api();
    show("/assets", { ...someone, permissions: ["view"] });
    const [first] = await rows();
    expect(within(first!).queryByRole("checkbox")).toBeNull();
  });

  it("speaks German and French", async () => {
    api();
    show("/assets", someone, "de");
    await screen.findByText(`${sample.total} Geräte und Systeme wurden gesehen`);
    cleanup();
    show("/assets", someone, "fr");
    await screen.findByText(`${sample.total} équipements ont été vus`);
  });
});
