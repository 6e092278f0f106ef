import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { expectAccessible } from "../../app/axe";
import { someone, Stage } from "../../app/testing";
import { dayBegins } from "./day";
import { tidy } from "./notices";
import Notifications from "./Notifications";
import { faults, isPrefix, slug } from "./prefix";
import { keptSecret } from "./Secret";
import Tokens from "./Tokens";
import WorkOrders from "./WorkOrders";
import { Zones } from "./Zones";

interface Sent {
  method: string;
  path: string;
  body: unknown;
  etag: string | undefined;
}

const sent: Sent[] = [];
let answer: (method: string, path: string) => Response;
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const zones = [{ id: "icu", name: "Intensive care", prefixes: ["10.20.1.0/24"] }];

beforeEach(() => {
  sent.length = 0;
  answer = (method, path) => (path.startsWith("/settings/zones") ? json({ name: "zones", value: zones, etag: method === "PUT" ? '"2"' : '"1"', by: "m.keller", at: "2026-11-20T08:00:00Z" }) : json({ items: [], total: 0 }));
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    const path = url.slice("/api/v1".length);
    if (init.method !== "GET") sent.push({ method: init.method!, path, body: init.body ? JSON.parse(String(init.body)) : undefined, etag: (init.headers as Record<string, string>)["If-Match"] });
    return answer(init.method!, path);
  });
});
afterEach(() => void vi.unstubAllGlobals());

test.each([
  ["10.20.1.0/24", true], ["0.0.0.0/0", true], ["2001:db8::/32", true], ["::1/128", true], ["fe80::1:2/64", true],
  ["10.20.1.0", false], ["10.20.1/24", false], ["10.20.1.256/24", false], ["10.0.0.0/33", false], ["010.0.0.0/8", false],
  ["2001:db8::/129", false], ["1::2::3/64", false], ["1:2:3:4:5:6:7:8:9/64", false], ["10.0.0.0/8; rm", false],
])("%s is a network: %s", (text, is) => expect(isPrefix(text)).toBe(is));

test("an identifier comes from the name and is nobody else's", () => {
  expect(slug("Intensivstation Süd 2", [])).toBe("intensivstation-sud-2");
  expect(slug("ICU", [{ id: "icu", name: "" }, { id: "icu-2", name: "" }])).toBe("icu-3");
  expect(slug("重症", [])).toBe("zone");
});

test("faults are named by place", () => {
  const found = faults([{ id: "icu", name: "", prefixes: ["10.0.0.0/8", "nonsense", ""] }, { id: "icu", name: "" }, { id: "Not so", name: "" }]);
  expect([...found]).toEqual([["0 prefixes", "nonsense"], ["1 id", "zones.id.taken"], ["2 id", "zones.id.wrong"]]);
});

test.each([
  ["2026-01-15", "UTC", 0, "2026-01-15T00:00:00.000Z"],
  ["2026-01-15", "Europe/Zurich", 0, "2026-01-14T23:00:00.000Z"],
  ["2026-03-29", "Europe/Zurich", 0, "2026-03-28T23:00:00.000Z"], // the clock changes on this day
  ["2026-03-29", "Europe/Zurich", 1, "2026-03-29T22:00:00.000Z"],
  ["2026-12-31", "Asia/Kathmandu", 1, "2026-12-31T18:15:00.000Z"],
  ["2026-1-1", "UTC", 0, ""],
])("%s in %s, %d later, begins at %s", (day, zone, plus, at) => expect(dayBegins(day, zone, plus)).toBe(at));

test("a route sends only what its channel uses", () => {
  const { routes } = tidy({ routes: [{ name: "ICU", channel: { kind: "teams", url: "https://t.example", secret: "left over", server: "m:25" }, escalate_to: "", escalate_after_minutes: 5 }] });
  expect(JSON.parse(JSON.stringify(routes))).toEqual([{ name: "ICU", channel: { kind: "teams", url: "https://t.example" } }]);
});

describe("zones", () => {
  test("are added with a reason and the version that was read", async () => {
    const user = userEvent.setup();
    const { container } = render(<Stage><Zones /></Stage>);
    await user.click(await screen.findByRole("button", { name: "Add a zone" }));
    await user.type(screen.getByLabelText("Name"), "Radiology");
    await user.tab();
    await user.type(screen.getByLabelText("Networks"), "10.20.30.0/24{Enter}2001:db8::/x");
    expect(screen.getByRole("alert").textContent).toContain("2001:db8::/x");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save" }).disabled).toBe(true);
    await user.type(screen.getByLabelText("Networks"), "{Backspace}64");
    await user.type(screen.getByLabelText(/^Why/), "new wing");
    await expectAccessible(container);
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toEqual({ method: "PUT", path: "/settings/zones", etag: '"1"', body: { value: [...zones, { id: "radiology", name: "Radiology", prefixes: ["10.20.30.0/24", "2001:db8::/64"] }], reason: "new wing" } });
  });

  test("that somebody else changed meanwhile are not overwritten", async () => {
    const read = answer;
    answer = (method, path) => (method === "PUT" ? json({ code: "precondition", status: 412 }, 412) : read(method, path));
    const user = userEvent.setup();
    render(<Stage><Zones /></Stage>);
    await user.click(await screen.findByRole("button", { name: "Edit Intensive care" }));
    await user.type(screen.getByLabelText("Name"), " 2");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/Somebody changed this/);
    await user.click(screen.getByRole("button", { name: "Load theirs" }));
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("Intensive care"));
  });

  test("are read, not edited, without the permission", async () => {
    render(<Stage session={{ ...someone, permissions: ["view"] }}><Zones /></Stage>);
    await screen.findByText("Intensive care");
    expect(screen.queryByRole("button", { name: /Edit|Add/ })).toBeNull();
  });
});

describe("a token", () => {
  test("is shown once, with what it may", async () => {
    answer = (method) => (method === "POST" ? json({ id: "t-1", name: "cron", secret: "wr_abc", permissions: ["view"] }) : json({ items: [], total: 0 }));
    const user = userEvent.setup();
    render(<Stage session={{ ...someone, permissions: ["view", "observe"] }}><Tokens /></Stage>);
    await user.click(screen.getByRole("button", { name: "Make a token" }));
    expect(screen.getAllByRole("checkbox")).toHaveLength(2); // never more than the owner may
    await user.type(screen.getByLabelText("Name"), "cron");
    await user.click(screen.getByRole("button", { name: "Make the token" }));
    expect(await screen.findByText("wr_abc")).toBeDefined();
    expect(sent[0]!.body).toMatchObject({ name: "cron", permissions: ["view"] });
    await user.click(screen.getByRole("button", { name: "I have kept it" }));
    expect(screen.queryByText("wr_abc")).toBeNull();
  });
});

describe("a route of notices", () => {
  const route = { name: "night", channel: { kind: "webhook", url: "https://a.example/", secret: keptSecret } };
  beforeEach(() => {
    let stored = { routes: [route] };
    let version = 1;
    answer = (method, path) => {
      if (path.startsWith("/settings/notifications")) {
        if (method === "PUT") {
          // The server shows of a secret only that it is there.
          const { value } = sent.at(-1)!.body as { value: typeof stored };
          stored = { routes: value.routes.map((r) => ({ ...r, channel: { ...r.channel, secret: keptSecret } })) };
          version++;
        }
        return json({ name: "notifications", value: stored, etag: `"${version}"`, by: "root", at: "2026-11-20T08:00:00Z" });
      }
      if (path.startsWith("/notifications/test")) return json({ code: "cannot_tell", status: 422, title: "x", detail: "answered 410 Gone" }, 422);
      return json({ items: [{ id: "m-1", type: "work-order", title: "A pump", severity: "high", at: "2026-11-20T08:00:00Z", route: "work-orders", channel: "webhook", state: "sent", attempts: 1 }], total: 1 });
    };
  });

  test("keeps its secret unless another is typed, and can be tried once it is saved", async () => {
    const user = userEvent.setup();
    const { container } = render(<Stage><Notifications /></Stage>);
    await user.click(await screen.findByRole("button", { name: "Edit night" }));
    const secret = screen.getByLabelText<HTMLInputElement>("Secret that signs");
    expect(secret.value).toBe("");
    await user.type(secret, "new");
    await user.clear(secret);
    await user.clear(screen.getByLabelText("Name of the route"));
    await user.type(screen.getByLabelText("Name of the route"), "day");
    await expectAccessible(container);
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]!.body).toMatchObject({ value: { routes: [{ name: "day", channel: { secret: keptSecret } }] } });

    await user.type(screen.getByLabelText("Secret that signs"), "hush");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent).toHaveLength(2));
    expect(sent[1]).toMatchObject({ etag: '"2"', body: { value: { routes: [{ channel: { secret: "hush" } }] } } });
    await waitFor(() => expect(screen.queryByRole("button", { name: "Save" })).toBeNull());
    await user.click(screen.getByRole("button", { name: "Done" }));
    const test = screen.getByRole<HTMLButtonElement>("button", { name: "Send a test" });
    expect(test.disabled).toBe(false);
    await user.click(test);
    expect((await screen.findByRole("alert")).textContent).toMatch(/The test did not arrive.*410 Gone/);
  });

  test("a work order is called so in the list of what was sent", async () => {
    render(<Stage><Notifications /></Stage>);
    expect(await screen.findByText("Work orders")).toBeDefined();
  });
});

test("where work orders go is sent without what has no meaning", async () => {
  answer = (method, path) => json(path.startsWith("/settings/work-orders") ? { name: "work-orders", value: { link: "", webhook: { url: "https://cmms.example/", secret: keptSecret } }, etag: method === "PUT" ? '"2"' : '"1"' } : { items: [], total: 0 });
  const user = userEvent.setup();
  render(<Stage><WorkOrders /></Stage>);
  await user.clear(await screen.findByLabelText("Address that takes work orders"));
  await user.type(screen.getByLabelText("Link that opens the form of your system"), "https://cmms.example/new?t={{title}");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]!.body).toEqual({ value: { link: "https://cmms.example/new?t={title}", webhook: {} }, reason: "" });
});
