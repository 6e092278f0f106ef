import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Component, ReleaseDetail } from "../../api/types";
import { expectAccessible } from "../../app/axe";
import { someone, Stage } from "../../app/testing";
import { posts, refuse, serve } from "../finding/serving";
import exposures from "./fixtures/exposures.json";
import instances from "./fixtures/instances.json";
import release from "./fixtures/release.json";
import ReleasePage from "./ReleasePage";
import { changes, drafted } from "./said";
import { type Branch, lines, step, top } from "./tree";

beforeAll(() => Object.defineProperties(HTMLElement.prototype, { clientHeight: { configurable: true, value: 700 }, clientWidth: { configurable: true, value: 1200 }, offsetHeight: { configurable: true, value: 700 }, offsetWidth: { configurable: true, value: 1200 } }));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const none = { affected: 0, critical: 0, high: 0, medium: 0, low: 0, info: 0, exploited: 0, unknown: 0, claimed: 0, not_affected: 0 };
const part = (row: number, children = 0, name = `part ${row}`): Component => ({ row, release: "r", parent: top, name, label: name, path: "", identified: true, children, below: children, exposed: none, rolled: none });
const here = (items: Component[], more: Partial<Branch> = {}): Branch => ({ items, total: items.length, state: "here", ...more });

describe("the tree", () => {
  it("draws what is open below what opened it", () => {
    const branches = new Map([[top, here([part(1, 2), part(4)])], [1, here([part(2), part(3)])]]);
    expect(lines(branches, new Set()).map((l) => l.key)).toEqual(["-1/1/1", "-1/4/2"]);
    const open = lines(branches, new Set([1]));
    expect(open.map((l) => (l.kind === "node" ? `${l.level} ${l.component.name} ${l.position}/${l.siblings}` : l.kind))).toEqual(["1 part 1 1/2", "2 part 2 1/2", "2 part 3 2/2", "1 part 4 2/2"]);
  });
  it("says what is on its way, what failed, and what there is more of", () => {
    const branches = new Map([[top, here([part(1, 9), part(2, 9), part(3, 9)])], [1, here([], { state: "loading" })], [2, here([], { state: "failed" })], [3, here([part(9)], { total: 900, next: "c" })]]);
    expect(lines(branches, new Set([1, 2, 3])).map((l) => l.kind)).toEqual(["node", "loading", "node", "failed", "node", "node", "more"]);
  });
  it("ends where a document stands in itself, and in one that is linked", () => {
    const branches = new Map([[top, here([part(1, 1), part(-1, 7)])], [1, here([part(1, 1)])]]);
    expect(lines(branches, new Set([1, -1])).length).toBe(3);
  });
  it("holds a hundred thousand lines", () => {
    const branches = new Map([[top, here(Array.from({ length: 100_000 }, (_, i) => part(i)))]]);
    expect(lines(branches, new Set()).length).toBe(100_000);
  });
  it("is worked by arrows as a tree is", () => {
    const branches = new Map([[top, here([part(1, 1)])], [1, here([part(2)])]]);
    const closed = lines(branches, new Set()), open = lines(branches, new Set([1]));
    expect(step("ArrowRight", closed, 0).toggle?.row).toBe(1);
    expect(step("ArrowRight", open, 0)).toEqual({ to: 1 });
    expect(step("ArrowLeft", open, 1)).toEqual({ to: 0 });
    expect(step("ArrowLeft", open, 0).toggle?.row).toBe(1);
    expect(step("End", open, 0)).toEqual({ to: 1 });
    expect(step("q", open, 0)).toEqual({});
  });
});

describe("what is said of a release", () => {
  const r = release as unknown as ReleaseDetail;
  it("is only what was changed; what was emptied is named", () => {
    expect(changes(r, drafted(r), "")).toEqual({ maker: r.maker, product: r.product, version: r.version });
    expect(changes(r, { ...drafted(r), gtin: "", support_ends: "2030-01-01", models: "A, B ," }, " moved ")).toEqual({ maker: r.maker, product: r.product, version: r.version, support_ends: "2030-01-01T00:00:00Z", models: ["A", "B"], clear: ["gtin"], reason: "moved" });
  });
});

const show = (tab: string, language: "en" | "de" | "fr" = "en") => render(<Stage at={`/releases/r-infuso42/${tab}`} session={someone} language={language}><Routes><Route path="/releases/:id/:tab" element={<ReleasePage />} /></Routes></Stage>);
const api = (more = {}) => serve({
  "GET /releases/r-infuso42": release, "GET /releases/r-infuso42/exposures": exposures, "GET /releases/r-infuso42/instances": instances,
  "GET /releases/r-infuso42/components": ({ query }: { query: URLSearchParams }) => {
    const items = query.get("parent") === "0" ? [{ ...part(1, 0, "\u202egpj.exe"), vulnerabilities: ["CVE-2025-31004"], rolled: { ...none, affected: 1, high: 1 } }] : [{ ...part(0, 1, "linux image"), rolled: { ...none, affected: 3, high: 3, unknown: 1 } }];
    return { items, total: items.length, at: "", position: 0 };
  },
  ...more,
});

describe("the page", () => {
  it("opens what it is made of, branch by branch, by keyboard", async () => {
    const asked = api();
    const { container } = show("made-of");
    const root = await screen.findByRole("treeitem", { name: /linux image/ });
    expect(asked.filter((a) => a.path.endsWith("/components")).length).toBe(1);
    expect(root.getAttribute("aria-expanded")).toBe("false");
    root.focus();
    await userEvent.keyboard("{ArrowRight}");
    await screen.findByText("⟨U+202E⟩gpj.exe");
    expect(asked.at(-1)!.query.get("parent")).toBe("0");
    await userEvent.keyboard("{ArrowDown}{Enter}");
    const link = await screen.findByRole("link", { name: "CVE-2025-31004" });
    expect(link.getAttribute("href")).toBe("/vulnerabilities/CVE-2025-31004");
    await expectAccessible(container);
  });
  it("says that a branch could not be loaded, and tries again", async () => {
    let down = true;
    api({ "GET /releases/r-infuso42/components": () => (down ? refuse(503, "unavailable", "no") : { items: [part(0)], total: 1, at: "", position: 0 }) });
    show("made-of");
    const line = await screen.findByRole("treeitem", { name: /could not be loaded/ });
    down = false;
    line.focus();
    await userEvent.keyboard("{Enter}");
    await screen.findByRole("treeitem", { name: /part 0/ });
  });
  it("lists what affects it with the way to it, and opens the decision box of who may decide", async () => {
    const asked = api();
    show("vulnerabilities");
    await screen.findByText("A handshake of the TLS library reads beyond its buffer");
    expect(asked.find((a) => a.path.endsWith("/exposures"))!.query.get("state")).toBe("fail,unknown");
    await userEvent.click(screen.getByRole("button", { name: "Decide on CVE-2025-31004" }));
    await waitFor(() => expect(asked.some((a) => a.path === "/findings/f-v1")).toBe(true));
    expect(posts(asked)).toEqual([]);
  });
  it.each([["statements", /The vulnerable code is never run/], ["quality", "NTIA minimum elements"], ["support", "Support ends"], ["instances", "PG-00"], ["documents", /line 412/]] as const)("has a part %s", async (tab, words) => {
    api();
    const { container } = show(tab);
    expect((await screen.findAllByText(words)).length).toBeGreaterThan(0);
    await expectAccessible(container);
  });
  it("says when it is not there", async () => {
    serve({ "GET /releases/r-infuso42": refuse(404, "not_found", "no such release") });
    show("made-of");
    await screen.findByText("This release is not known here");
  });
});
