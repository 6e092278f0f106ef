import { QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, useLocation } from "react-router";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { get, newQueryClient } from "../api/client";
import { I18nProvider } from "../i18n/I18n";
import { ToastProvider } from "../ui";
import { Site } from "./App";
import { expectAccessible } from "./axe";
import { Boundary } from "./Boundary";
import { typing, useKeys } from "./keyboard";
import { SessionProvider } from "./session";
import { messagesOf, someone, Stage } from "./testing";

const fetched = vi.fn<typeof fetch>();
let session: unknown = someone;

function Where() {
  const { pathname, search } = useLocation();
  return <output>{pathname + search}</output>;
}

function open(at: string, language: "en" | "fr" = "en") {
  return render(
    <QueryClientProvider client={newQueryClient()}>
      <I18nProvider initial={{ language, messages: messagesOf(language), timeZone: "UTC" }}>
        <MemoryRouter initialEntries={[at]}>
          <Where />
          <ToastProvider><SessionProvider waiting={null}><Site /></SessionProvider></ToastProvider>
        </MemoryRouter>
      </I18nProvider>
    </QueryClientProvider>,
  );
}

beforeEach(() => {
  session = someone;
  fetched.mockReset().mockImplementation(async (url) => {
    const path = String(url).slice("/api/v1".length);
    const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
    if (path === "/session") return session ? json(session) : json({ code: "unauthenticated", status: 401 }, 401);
    if (path === "/sign-in") return json({ first_run: false, password: true, passkey: false, oidc: [], origin: "live", site: "St. Example" });
    if (path === "/gone") return json({ code: "unauthenticated", status: 401 }, 401);
    return json({ items: [], total: 0, at: "2026-03-02T07:00:00Z", position: 1 });
  });
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => void vi.unstubAllGlobals());

describe("without a session", () => {
  test("a page leads to the sign-in and is remembered", async () => {
    session = null;
    open("/settings/tokens?x=1");
    await screen.findByText("Sign in", { selector: "h1" });
    expect(screen.getByText("/sign-in?to=%2Fsettings%2Ftokens%3Fx%3D1")).toBeDefined();
  });
  test("a session that ends under the reader leads there too", async () => {
    open("/nowhere");
    await screen.findByText("There is no such page");
    await act(async () => void (await get("/gone").catch(() => {})));
    await screen.findByText("Sign in", { selector: "h1" });
    expect(screen.getByText("/sign-in?to=%2Fnowhere")).toBeDefined();
  });
});

describe("the frame", () => {
  test("passes axe, says that it is no patient alarm, and names the site", async () => {
    const { container } = open("/nowhere");
    await screen.findByText("There is no such page");
    expect(screen.getAllByText("not a patient alarm").length).toBeGreaterThan(0);
    expect(screen.getByText("St. Example")).toBeDefined();
    await expectAccessible(container);
  });
  test.each(["simulated", "replay"])("wears a band when it is %s", async (origin) => {
    session = { ...someone, origin };
    open("/nowhere");
    expect(await screen.findByText(origin === "simulated" ? "SIMULATED" : "REPLAY")).toBeDefined();
  });
  test("wears none when it is live", async () => {
    open("/nowhere");
    await screen.findByText("There is no such page");
    expect(screen.queryByLabelText("Origin of what is shown")).toBeNull();
  });
  test("speaks French", async () => {
    open("/nowhere", "fr");
    expect(await screen.findByText("Cette page n’existe pas")).toBeDefined();
  });
  test("shows only pages that the role opens", async () => {
    session = { ...someone, permissions: ["view"] };
    open("/audit");
    expect(await screen.findByText("Your role does not open this page")).toBeDefined();
    expect(screen.queryByRole("link", { name: "Audit" })).toBeNull();
    expect(screen.getAllByRole("link", { name: "Findings" }).length).toBeGreaterThan(0);
  });
  test("goes to pages with g and a letter, and shows help with ?", async () => {
    const user = userEvent.setup();
    open("/nowhere");
    await screen.findByText("There is no such page");
    await user.keyboard("?");
    expect(await screen.findByRole("dialog", { name: "Keyboard" })).toBeDefined();
    await user.keyboard("{Escape}");
    await user.keyboard("gs");
    await waitFor(() => expect(screen.getByText(/^\/settings/)).toBeDefined());
    expect(document.activeElement?.id).toBe("main");
  });
});

describe("shortcuts", () => {
  function Story({ act }: { act: (key: string) => void }) {
    useKeys({ a: () => act("a"), "g f": () => act("g f") });
    return <input aria-label="reason" />;
  }
  test("are silent while somebody types, and with a modifier", () => {
    const acted = vi.fn();
    render(<Stage><Story act={acted} /></Stage>);
    fireEvent.keyDown(screen.getByLabelText("reason"), { key: "a" });
    fireEvent.keyDown(document.body, { key: "a", ctrlKey: true });
    expect(acted).not.toHaveBeenCalled();
    fireEvent.keyDown(document.body, { key: "a" });
    fireEvent.keyDown(document.body, { key: "g" });
    fireEvent.keyDown(document.body, { key: "f" });
    expect(acted.mock.calls.flat()).toEqual(["a", "g f"]);
  });
  test("know a box from a button", () => {
    document.body.innerHTML = '<textarea></textarea><button></button><input type="checkbox">';
    expect([...document.body.children].map(typing)).toEqual([true, false, false]);
    document.body.innerHTML = "";
  });
});

test("a page that breaks says what failed, what is safe and what to do, and the next page works", () => {
  const quiet = vi.spyOn(console, "error").mockImplementation(() => {});
  const Broken = () => {
    throw new Error("pump <b>exploded</b>");
  };
  const { rerender, container } = render(<Stage><Boundary path="/a"><Broken /></Boundary></Stage>);
  expect(screen.getByRole("alert").textContent).toContain("pump <b>exploded</b>");
  expect(container.querySelector("b")).toBeNull();
  expect(screen.getByText("Load again")).toBeDefined();
  rerender(<Stage><Boundary path="/b"><p>fine</p></Boundary></Stage>);
  expect(screen.getByText("fine")).toBeDefined();
  quiet.mockRestore();
});
