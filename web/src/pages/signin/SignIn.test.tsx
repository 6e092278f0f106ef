import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { expectAccessible } from "../../app/axe";
import { Stage } from "../../app/testing";
import Welcome from "../welcome/Welcome";
import SignIn from "./SignIn";

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };
let answers: Record<string, Answer>;
const sent: { path: string; body: unknown }[] = [];

beforeEach(() => {
  sent.length = 0;
  answers = { "GET /sign-in": { body: { first_run: false, password: true, passkey: true, oidc: [{ id: "house", name: "Hospital" }], origin: "simulated", site: "St. Example" } } };
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    const path = url.slice("/api/v1".length);
    if (init.body) sent.push({ path, body: JSON.parse(String(init.body)) });
    const answer = answers[`${init.method} ${path}`] ?? { status: 404, body: { code: "not_found", status: 404 } };
    return new Response(answer.status === 204 ? null : JSON.stringify(answer.body ?? {}), { status: answer.status ?? 200, headers: answer.headers });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  history.replaceState(null, "", "/");
});

const type = async (user: ReturnType<typeof userEvent.setup>, password: string) => {
  await user.type(await screen.findByLabelText("Name"), "m.keller");
  await user.type(screen.getByLabelText("Password"), `${password}{Enter}`);
};

describe("signing in", () => {
  test("passes axe, and names the site and what it shows", async () => {
    const { container } = render(<Stage session={null}><SignIn /></Stage>);
    await screen.findByLabelText("Name");
    expect(screen.getByText("SIMULATED")).toBeDefined();
    expect(screen.getByText("St. Example")).toBeDefined();
    await expectAccessible(container);
  });

  test("by password asks for the code, and sends six digits by itself", async () => {
    answers["POST /sign-in/password"] = { body: { next: "totp" } };
    answers["POST /sign-in/totp"] = { body: { next: "done" } };
    const user = userEvent.setup();
    render(<Stage session={null}><SignIn /></Stage>);
    await type(user, "correct horse");
    await user.type(await screen.findByLabelText("Code of your authenticator app"), "123 456");
    await waitFor(() => expect(sent.at(-1)).toEqual({ path: "/sign-in/totp", body: { code: "123456" } }));
    expect(sent[0]).toEqual({ path: "/sign-in/password", body: { name: "m.keller", password: "correct horse" } });
  });

  test("that fails says nothing about the name, empties the password and holds it", async () => {
    answers["POST /sign-in/password"] = { status: 401, body: { code: "unauthenticated", detail: "no such account m.keller" } };
    const user = userEvent.setup();
    render(<Stage session={null}><SignIn /></Stage>);
    await type(user, "wrong");
    expect((await screen.findByRole("alert")).textContent).toMatch(/did not match/);
    expect(screen.queryByText(/no such account/)).toBeNull();
    const box = screen.getByLabelText<HTMLInputElement>("Password");
    expect(box.value).toBe("");
    expect(document.activeElement).toBe(box);
  });

  test("too often waits, and counts down", async () => {
    answers["POST /sign-in/password"] = { status: 429, body: { code: "throttled" }, headers: { "retry-after": "90" } };
    const user = userEvent.setup();
    render(<Stage session={null}><SignIn /></Stage>);
    await type(user, "wrong");
    expect((await screen.findByRole("alert")).textContent).toMatch(/Wait 2 minutes/);
    const button = await screen.findByRole<HTMLButtonElement>("button", { name: /Wait \d+ s/ });
    expect(button.disabled).toBe(true);
  });

  test("by the house keeps where one wanted to go, and only within this site", async () => {
    const { unmount } = render(<Stage session={null} at="/sign-in?to=%2Ffindings%3Fzone%3Dicu"><SignIn /></Stage>);
    const way = async () => (await screen.findByRole("link", { name: /Hospital/ })).getAttribute("href");
    expect(await way()).toBe("/auth/oidc/house/start?to=%2Ffindings%3Fzone%3Dicu");
    unmount();
    render(<Stage session={null} at="/sign-in?to=https%3A%2F%2Fevil.example"><SignIn /></Stage>);
    expect(await way()).toBe("/auth/oidc/house/start?to=%2F");
  });

  test("before anybody has an account tells where the link is", async () => {
    answers["GET /sign-in"] = { body: { first_run: true, password: true, passkey: true, oidc: [], origin: "live", site: "" } };
    render(<Stage session={null}><SignIn /></Stage>);
    expect(await screen.findByText("Nobody has an account here yet")).toBeDefined();
    expect(screen.queryByLabelText("Password")).toBeNull();
  });
});

describe("a one-time link", () => {
  const arrive = (hash: string) => {
    history.replaceState(null, "", `/welcome${hash}`);
    return render(<Stage session={null} at="/welcome"><Welcome /></Stage>);
  };

  test("leaves the address at once and makes the first account", async () => {
    answers["GET /welcome/s3cret"] = { body: { purpose: "first-administrator", expires: "2026-11-22T12:00:00Z" } };
    answers["POST /welcome"] = { body: { next: "done" } };
    const user = userEvent.setup();
    const { container } = arrive("#s3cret");
    expect(location.href).not.toContain("s3cret");
    await user.type(await screen.findByLabelText("Name"), "mira");
    await expectAccessible(container);
    await user.type(screen.getByLabelText("Password"), "short");
    await user.click(screen.getByRole("button", { name: "Make the account" }));
    expect(screen.getByText("Use at least 12 characters.")).toBeDefined();
    expect(sent).toEqual([]);
    await user.type(screen.getByLabelText("Password"), " and then a sentence");
    await user.type(screen.getByLabelText("Password again"), "short and then a sentence");
    await user.click(screen.getByRole("button", { name: "Make the account" }));
    await waitFor(() => expect(sent).toEqual([{ path: "/welcome", body: { token: "s3cret", name: "mira", display: "", password: "short and then a sentence" } }]));
  });

  test.each(["", "#%E0%A4%A", "#used"])("%j that leads nowhere says so", async (hash) => {
    arrive(hash);
    expect(await screen.findByText("This link leads nowhere any more")).toBeDefined();
  });

  test("into the demo leads straight in, once", async () => {
    answers["GET /welcome/demo"] = { body: { purpose: "demo", expires: "2026-11-22T12:00:00Z" } };
    answers["POST /welcome"] = { status: 500, body: { code: "internal" } };
    const user = userEvent.setup();
    arrive("#demo");
    expect(await screen.findByRole("alert")).toBeDefined();
    expect(sent).toEqual([{ path: "/welcome", body: { token: "demo" } }]);
    answers["POST /welcome"] = { body: { next: "done" } };
    await user.click(screen.getByRole("button", { name: "Go in" }));
    await waitFor(() => expect(sent).toHaveLength(2));
  });
});
