import { cleanup, configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Stage } from "../../app/testing";
import { serve } from "../finding/serving";
import CasePage from "./CasePage";
import detail from "./fixtures/case.json";

// The machine that runs this may be busy.
configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const members = { items: detail.items, total: detail.total, at: "2026-03-02T07:00:00Z", position: 1 };
const show = () => render(<Stage at={`/cases/${detail.id}`}><Routes><Route path="/cases/:id" element={<CasePage />} /></Routes></Stage>);

describe("a case", () => {
  it("is one line, and its members under it", async () => {
    const asked = serve({ [`GET /cases/${detail.id}`]: detail, "GET /findings": members });
    show();
    expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe(detail.title);
    await waitFor(() => expect(document.querySelectorAll("tbody tr[data-index]")).toHaveLength(detail.items.length));
    const first = document.querySelector<HTMLElement>("tbody tr[data-index]")!;
    expect(within(first).getByRole("link", { name: detail.items[0]!.asset_name }).getAttribute("href")).toBe(`/findings/${detail.items[0]!.id}`);
    expect(asked.find((a) => a.path === "/findings")!.query.get("case")).toBe(detail.id);
    expect(screen.getByText(detail.bedside)).toBeTruthy();
  });
  it("shows fixed ones when asked", async () => {
    const asked = serve({ [`GET /cases/${detail.id}`]: detail, "GET /findings": members });
    show();
    await userEvent.click(await screen.findByRole("button", { name: "Show fixed ones as well" }));
    await waitFor(() => expect(asked.at(-1)!.query.get("live")).toBe("false"));
  });
  it("that is not there says so", async () => {
    serve({});
    show();
    expect(await screen.findByRole("alert")).toBeTruthy();
  });
});
