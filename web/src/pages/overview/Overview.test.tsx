import { cleanup, configure, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Change, Overview as Answer, Session } from "../../api/types";
import { someone, Stage } from "../../app/testing";
import type { Language } from "../../i18n/catalogue";
import { Sentence } from "./Changes";
import empty from "./fixtures/empty.json";
import hostile from "./fixtures/hostile.json";
import full from "./fixtures/overview.json";
import Overview from "./Overview";

// The machine that runs this may be busy.
configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function answer(body: unknown, status = 200) {
  const fetched = vi.fn(async () => new Response(JSON.stringify(body), { status, headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" } }));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}
const show = (session: Session = someone, language: Language = "en") => render(<Stage session={session} language={language}><Overview /></Stage>);
const hrefs = (el: HTMLElement) => within(el).queryAllByRole("link").map((a) => a.getAttribute("href"));
const panel = async (name: string) => {
  await waitFor(() => expect(document.querySelector("[aria-busy]")).toBeNull());
  return screen.getByRole("heading", { name }).closest("section")!;
};

describe("the overview", () => {
  it("says what is dangerous now, the worst first, and opens it", async () => {
    answer(full);
    show();
    const lines = within(within(await panel("Now")).getByRole("list")).getAllByRole("listitem");
    expect(lines).toHaveLength(8);
    expect(lines[0]!.textContent).toContain("critical");
    expect(lines[0]!.textContent).toContain("Two machines claim one network address");
    const one = full.now.find((c) => c.findings === 1)!;
    const many = full.now.find((c) => c.findings > 1)!;
    expect(hrefs(await panel("Now"))).toEqual(expect.arrayContaining([`/findings/${one.finding}`, `/cases/${many.id}`]));
  });

  it("counts so that each number opens exactly what it counts", async () => {
    answer(full);
    show();
    const now = await panel("Now");
    const high = (full.counts as Record<string, number>).critical! + (full.counts as Record<string, number>).high!;
    const link = within(now).getByRole("link", { name: `${high} high or worse` });
    const search = new URLSearchParams(link.getAttribute("href")!.split("?")[1]);
    expect([search.get("severity"), search.get("state"), search.get("fold")]).toEqual(["high", "open,acknowledged,mitigated,reopened", "no"]);
  });

  it("opens the assets behind each number of the matrix, the worst state first", async () => {
    answer(full);
    show();
    const table = within(await panel("Coverage")).getByRole("table");
    const cells = within(table).getAllByRole("cell");
    expect(cells).toHaveLength(12);
    const row = full.coverage.rows[0]!;
    expect(hrefs(cells[0]!).slice(0, 3)).toEqual([
      "/assets?kind=device&concern=security&status=failing",
      "/assets?kind=device&concern=security&status=unknown",
      "/assets?kind=device&concern=security&status=passing",
    ]);
    expect(within(cells[0]!).getByRole("link", { name: new RegExp(`Devices, security: ${row.cells[0]!.failing} failing, the worst high`) })).toBeTruthy();
    expect(cells[0]!.textContent).toContain("19 of 21 checks fresh");
    // Models and privacy: nobody looks at four, two are unknown. Never green, never a bare percentage.
    const models = cells[10]!;
    expect(hrefs(models)[0]).toContain("status=unwatched");
    expect(table.textContent).not.toContain("%");
  });

  it("never hides an unknown behind a pass", async () => {
    const body = structuredClone(full) as unknown as Answer;
    body.coverage.rows[0]!.cells[0] = { concern: "security", worst: "none", failing: 0, passing: 400, unknown: 1, unwatched: 0, checks_fresh: 1, checks_applicable: 2 };
    answer(body);
    show();
    const cell = within(within(await panel("Coverage")).getByRole("table")).getAllByRole("cell")[0]!;
    expect(hrefs(cell)[0]).toContain("status=unknown");
    expect(cell.textContent).toContain("1 unknown");
  });

  it("offers three ways to begin when nothing is watched, to whoever may", async () => {
    answer(empty);
    show({ ...someone, setup: true });
    await screen.findByRole("heading", { name: "Nothing is watched yet" });
    expect(screen.getAllByRole("link").map((a) => a.getAttribute("href"))).toHaveLength(3);
    cleanup();
    answer(empty);
    show({ ...someone, setup: true, permissions: ["view"] });
    await screen.findByText("Ask an administrator to add a sensor.");
    expect(screen.queryAllByRole("link")).toHaveLength(0);
  });

  it("says what failed and keeps quiet about what it does not know", async () => {
    answer({ title: "Unavailable", status: 500, detail: "The store does not answer.", code: "internal", hint: "Look at the disk." }, 500);
    show();
    expect((await screen.findByRole("alert")).textContent).toContain("The store does not answer.");
    expect(screen.queryByRole("heading", { name: "Coverage" })).toBeNull();
  });

  it("shows hostile names as text", async () => {
    answer(hostile);
    const { container } = show();
    await panel("Now");
    expect(container.querySelector("img[src=x]")).toBeNull();
    expect(container.textContent).toContain("<img src=x onerror=alert(1)>");
    expect(container.textContent).not.toContain("\u202e");
  });

  it("leads only to pages of its own", async () => {
    const body = structuredClone(full) as unknown as Answer;
    body.changes = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"].map((href, i) => ({ ...body.changes[0]!, id: `x${i}`, href }));
    answer(body);
    show();
    expect(hrefs(await panel("Since yesterday"))).toEqual(["/", "/", "/", "/"]);
  });

  it("does not look at what the reader may not answer", async () => {
    answer(full);
    show({ ...someone, permissions: ["view"] });
    await panel("Now");
    await waitFor(() => expect(screen.queryByText(/The inventory has/)).toBeNull());
  });
});

describe("a change in words", () => {
  const base = { id: "c", at: "2026-03-02T06:00:00Z", href: "/" } as const;
  const words = (c: Partial<Change> & { kind: string; count: number }, language: Language) => {
    const { container } = render(<Stage language={language}><Sentence change={{ ...base, ...c }} /></Stage>);
    const text = container.textContent;
    cleanup();
    return text;
  };
  it.each(["en", "de", "fr"] as const)("has one and many for every kind in %s, with every value in its place", (language) => {
    for (const c of full.changes as Change[]) {
      for (const count of [1, 7]) {
        const text = words({ ...c, count, name: "NAME", title: "TITLE", by: "BY", zone: "ZONE", from: "FROM" }, language)!;
        expect(text, c.kind).not.toMatch(/[{}]|undefined|overview\./);
        if (/^(asset|sensor)\./.test(c.kind)) expect(text, c.kind).toMatch(count === 1 || c.kind.startsWith("sensor") ? /NAME/ : /7/);
      }
    }
  });
  it("names what it does not know by its title", () => {
    expect(words({ kind: "something.new", count: 1, title: "A thing happened" }, "en")).toBe("A thing happened");
  });
  it("says what a silence does not mean", () => {
    expect(words({ kind: "asset.quiet", count: 1, name: "V-06", ward: "ICU 2" }, "en")).toMatch(/^V-06 not seen on the network \(ICU 2\) since 0?6:00(.AM)?; this says nothing about the patient$/);
  });
});
