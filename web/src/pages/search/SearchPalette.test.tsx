import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Hit } from "../../api/types";
import { someone, Stage } from "../../app/testing";
import { refuse, serve } from "../finding/serving";
import sample from "./fixtures/hits.json";
import { isPath, opened, recent } from "./recent";
import SearchPalette, { grouped } from "./SearchPalette";

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
function Where() {
  const { pathname } = useLocation();
  return <output data-testid="where">{pathname}</output>;
}
const where = () => screen.getByTestId("where").textContent;
const hits = sample.items as Hit[];
const show = (onClose = vi.fn(), session = someone) => {
  render(<Stage session={session}><SearchPalette open onClose={onClose} /><Where /></Stage>);
  return onClose;
};

describe("the palette", () => {
  it("begins with the pages the reader may open", async () => {
    serve({});
    show(vi.fn(), { ...someone, permissions: ["view"] });
    expect(screen.getByRole("option", { name: "Assets" })).toBeTruthy();
    expect(screen.queryByRole("option", { name: "Live" })).toBeNull();
  });

  it("asks while one types, and goes where Enter points", async () => {
    const asked = serve({ "GET /search": sample });
    const close = show();
    await userEvent.type(screen.getByRole("combobox"), "gate");
    const first = await screen.findByRole("option", { name: /GATEWAY ICU.*gateway/ });
    expect(asked.at(-1)!.query.get("q")).toBe("gate");
    expect(first.getAttribute("aria-selected")).toBe("true");
    expect(screen.getByRole("combobox").getAttribute("aria-activedescendant")).toBe(first.id);
    await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
    expect(where()).toBe(hits[2]!.href);
    expect(close).toHaveBeenCalled();
  });

  it("goes round at the ends", async () => {
    serve({ "GET /search": sample });
    show();
    await userEvent.type(screen.getByRole("combobox"), "gate");
    await screen.findAllByRole("option", { name: /GATEWAY/ });
    await userEvent.keyboard("{ArrowUp}");
    expect(screen.getAllByRole("option").at(-1)!.getAttribute("aria-selected")).toBe("true");
  });

  it("remembers what was opened", async () => {
    serve({ "GET /search": sample });
    show();
    await userEvent.type(screen.getByRole("combobox"), "gate");
    await screen.findAllByRole("option", { name: /GATEWAY/ });
    await userEvent.keyboard("{Enter}");
    cleanup();
    show();
    expect(screen.getAllByRole("option")[0]!.textContent).toContain(hits[0]!.title);
    expect(screen.getByRole("group", { name: "Opened lately" })).toBeTruthy();
  });

  it("closes with Escape, says what it did not find, and what failed", async () => {
    serve({ "GET /search": { items: [] } });
    const close = show();
    await userEvent.type(screen.getByRole("combobox"), "zzz");
    await screen.findByText(/Nothing found for/);
    await userEvent.keyboard("{Escape}");
    expect(close).toHaveBeenCalled();
    cleanup();
    serve({ "GET /search": refuse(500, "internal", "x") });
    show();
    await userEvent.type(screen.getByRole("combobox"), "zzz");
    await screen.findByRole("alert");
  });

  it("shows hostile titles as text", async () => {
    serve({ "GET /search": { items: [{ kind: "asset", id: "1", title: "<img src=x>", href: "/assets/1" }] } });
    show();
    await userEvent.type(screen.getByRole("combobox"), "img");
    await screen.findByText("<img src=x>");
    expect(document.querySelector("dialog img")).toBeNull();
  });

  it("is closed when it is closed", async () => {
    serve({});
    render(<Stage><SearchPalette open={false} onClose={() => {}} /></Stage>);
    await waitFor(() => expect(document.querySelector("dialog[open]")).toBeNull());
  });
});

describe("what is found", () => {
  const page: Hit = { kind: "page", id: "checks", title: "Prüfungen", href: "/checks" };
  it("puts the kind of the best hit first, and pages by their names in this language, each once", () => {
    const g = grouped("prüf", [hits[3]!, { kind: "page", id: "checks", title: "Checks", href: "/checks" }], [page], []);
    expect(g.map((x) => [x.id, x.hits.map((h) => h.title)])).toEqual([["check", [hits[3]!.title]], ["page", ["Prüfungen"]]]);
  });
  it("leads nowhere but into this site", () => {
    expect([isPath("/assets/1"), isPath("//evil.test"), isPath("/\\evil.test"), isPath("javascript:alert(1)"), isPath(undefined)]).toEqual([true, false, false, false, false]);
    expect(grouped("x", [{ kind: "asset", id: "1", title: "x", href: "//evil.test" }], [], [])).toEqual([]);
  });
  it("is remembered eight times at most, the newest first, and a broken memory is none", () => {
    for (let i = 0; i < 12; i++) opened({ kind: "asset", id: `${i}`, title: `${i}`, href: `/assets/${i}`, severity: "high" });
    expect(recent().map((h) => h.id)).toEqual(["11", "10", "9", "8", "7", "6", "5", "4"]);
    expect(recent()[0]).not.toHaveProperty("severity");
    localStorage.setItem("wardround.recent", '[{"kind":"asset","id":"1","title":"x","href":"//evil"},7]');
    expect(recent()).toEqual([]);
    localStorage.setItem("wardround.recent", "{");
    expect(recent()).toEqual([]);
  });
});
