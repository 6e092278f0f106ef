import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { expectAccessible } from "../../app/axe";
import { Stage } from "../../app/testing";
import { refuse, serve } from "../finding/serving";
import affected from "../vulnerability/fixtures/affected.json";
import { defaults, params } from "./filters";
import hostile from "./fixtures/hostile.json";
import sample from "./fixtures/vulnerabilities.json";
import { lastMonday } from "./monday";
import Vulnerabilities from "./Vulnerabilities";

beforeAll(() => Object.defineProperties(HTMLElement.prototype, { clientHeight: { configurable: true, value: 700 }, clientWidth: { configurable: true, value: 1200 }, offsetHeight: { configurable: true, value: 58 } }));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Where() {
  const { pathname, search } = useLocation();
  return <output data-testid="where">{pathname + search}</output>;
}
const show = (at = "/vulnerabilities", language: "en" | "de" | "fr" = "en") => render(<Stage at={at} language={language}><Vulnerabilities /><Where /></Stage>);

describe("Monday", () => {
  it("is the last one, at midnight of the site", () => {
    expect(lastMonday(Date.parse("2026-11-22T12:00:00Z"), "UTC")).toBe("2026-11-16T00:00:00.000Z");
    expect(lastMonday(Date.parse("2026-11-16T00:00:00Z"), "UTC")).toBe("2026-11-16T00:00:00.000Z");
    // Sunday evening in London is Monday in Tokyo already.
    expect(lastMonday(Date.parse("2026-11-22T20:00:00Z"), "Asia/Tokyo")).toBe("2026-11-22T15:00:00.000Z");
    // The clocks went back on Sunday, 25 October 2026.
    expect(lastMonday(Date.parse("2026-10-25T12:00:00Z"), "Europe/Zurich")).toBe("2026-10-18T22:00:00.000Z");
  });
  it("stands in the address as a word, so that a saved link stays true", () => {
    expect(params({ ...defaults, since: "monday" }, Date.parse("2026-11-22T12:00:00Z"), "UTC")).toEqual({ since: "2026-11-16T00:00:00.000Z" });
    expect(params({ ...defaults, since: "2026-01-01T00:00:00Z" }, 0, "UTC").since).toBe("2026-01-01T00:00:00Z");
  });
});

describe("the list", () => {
  it("keeps the order of the server and says why each stands where it stands", async () => {
    serve({ "GET /vulnerabilities": sample });
    const { container } = show();
    await screen.findByText(sample.items[0]!.title);
    const rows = [...document.querySelectorAll<HTMLElement>("tbody tr[data-index]")];
    expect(rows.map((r) => r.querySelector("a")!.getAttribute("href"))).toEqual(sample.items.map((v) => `/vulnerabilities/${v.id}`));
    expect(within(rows[0]!).getByText(sample.items[0]!.priority.why)).toBeTruthy();
    // By word, not by colour alone.
    expect(within(rows[0]!).getByText("exploited")).toBeTruthy();
    expect(within(rows[0]!).getByText("act at once")).toBeTruthy();
    expect(within(rows[4]!).getByText("EPSS not known")).toBeTruthy();
    await expectAccessible(container);
  });
  it("asks for what is new since Monday", async () => {
    const asked = serve({ "GET /vulnerabilities": sample });
    show();
    await screen.findByText(sample.items[0]!.title);
    await userEvent.click(screen.getByRole("button", { name: "New since Monday" }));
    expect(screen.getByTestId("where").textContent).toBe("/vulnerabilities?since=monday");
    await waitFor(() => expect(asked.at(-1)!.query.get("since")).toMatch(/^\d{4}-\d\d-\d\dT00:00:00/));
  });
  it("shows hostile words as the text they are, and draws a part of ten thousand", async () => {
    const items = Array.from({ length: 10_000 }, (_, i) => ({ ...hostile.items[i % 3]!, id: `CVE-2025-${i}` }));
    serve({ "GET /vulnerabilities": { ...sample, items, total: 10_000 } });
    show();
    expect((await screen.findAllByText("<img src=x onerror=alert(1)>")).length).toBeLessThan(80);
    expect(document.querySelector("img")).toBeNull();
    expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("10001");
  });
  it("says what to do when nothing is known, and what failed", async () => {
    serve({ "GET /vulnerabilities": { ...sample, items: [], total: 0 } });
    show();
    await screen.findByText(/wardround feed import/);
    cleanup();
    serve({ "GET /vulnerabilities": refuse(503, "unavailable", "It is being rebuilt.") });
    show();
    await screen.findByText("It is being rebuilt.");
  });
});

describe("are we affected by …?", () => {
  it("answers in three lists with the share that was seen", async () => {
    const asked = serve({ "GET /vulnerabilities": sample, "GET /portfolio/affected": affected });
    const { container } = show();
    await userEvent.type(screen.getByRole("textbox", { name: "Are we affected by …?" }), "CVE-2025-31004{Enter}");
    await screen.findByText(/Yes: 2 releases and devices are affected, 198 in the field; of 2 it cannot be told\./);
    expect(asked.find((a) => a.path === "/portfolio/affected")!.query.get("q")).toBe("CVE-2025-31004");
    for (const title of ["Affected (2)", "Not affected, because … (2)", "Cannot tell (2)"]) expect(screen.getByRole("heading", { name: title })).toBeTruthy();
    expect(screen.getByText(/This has seen 5 of 6 releases/)).toBeTruthy();
    expect(screen.getByTestId("where").textContent).toContain("ask=CVE-2025-31004");
    await expectAccessible(container);
  });
  it("never says no where it cannot tell", async () => {
    const none = { subjects: 0, assets: 0, rows: [] };
    serve({ "GET /vulnerabilities": sample, "GET /portfolio/affected": { ...affected, affected: none } });
    show("/vulnerabilities?ask=CVE-1");
    await screen.findByText(/None is known to be affected, but of 2 it cannot be told/);
    expect(screen.queryByText(/^No:/)).toBeNull();
  });
  it("says what is wrong with a question", async () => {
    serve({ "GET /vulnerabilities": sample, "GET /portfolio/affected": refuse(422, "invalid", "That is neither an id nor a range.", "For example CVE-2021-44228.") });
    show("/vulnerabilities?ask=%3F");
    await screen.findByText("That is neither an id nor a range.");
  });
  it.each([["de", "Sind wir betroffen von …?"], ["fr", "Sommes-nous touchés par … ?"]] as const)("speaks %s", (language, words) => {
    serve({ "GET /vulnerabilities": sample });
    show("/vulnerabilities", language);
    expect(screen.getByRole("textbox", { name: words })).toBeTruthy();
  });
});
