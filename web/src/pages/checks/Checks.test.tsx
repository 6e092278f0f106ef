import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes, useLocation } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Check } from "../../api/types";
import { someone, Stage } from "../../app/testing";
import { refuse, serve } from "../finding/serving";
import CheckPage from "./CheckPage";
import Checks from "./Checks";
import { defaults, holds, sections, shown, stateOf } from "./filter";
import detail from "./fixtures/check.json";
import sample from "./fixtures/checks.json";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
function Where() {
  const { pathname, search } = useLocation();
  return <output data-testid="where">{pathname + search}</output>;
}
const show = (at = "/checks", session = someone) =>
  render(<Stage at={at} session={session}><Routes><Route path="/checks" element={<Checks />} /><Route path="/checks/:id" element={<CheckPage />} /></Routes><Where /></Stage>);
const path = "/checks/mqtt.anonymous";
const api = (more = {}) => serve({ "GET /checks": sample, [`GET ${path}`]: detail, ...more });
const all = sample.items as unknown as Check[];
const now = Date.parse("2026-03-02T07:00:00Z");

describe("the catalogue", () => {
  it("lists every check, by title unless told otherwise", async () => {
    api();
    show();
    const table = await screen.findByRole("table", { name: "Checks" });
    const titles = within(table).getAllByRole("row").slice(1).map((r) => r.querySelector("a")!.textContent);
    expect(titles).toHaveLength(all.length);
    expect(titles).toEqual([...titles].sort(new Intl.Collator().compare));
  });

  it("finds by words, control and protocol", () => {
    const ids = (q: string) => shown(all, { ...defaults, q }, now).map((c) => c.id);
    expect(ids("mqtt.anonymous")).toEqual(["mqtt.anonymous"]);
    expect(ids("device-authentication")).toContain("mqtt.anonymous");
    expect(ids("no such words")).toEqual([]);
  });

  it("tells apart what judges, what is off, what is paused and what has seen nothing", () => {
    const c = all[0]!;
    const of = (more: Partial<Check>) => stateOf({ ...c, off: undefined, paused_until: undefined, runs: 3, ...more }, now);
    expect([of({}), of({ runs: 0 }), of({ paused_until: "2026-03-02T07:30:00Z" }), of({ paused_until: "2026-03-02T06:30:00Z" }), of({ off: { by: "x", at: "", reason: "y" } })]).toEqual(["on", "idle", "paused", "on", "off"]);
  });

  it("sorts by number where it shows one", () => {
    const costs = shown(all, { ...defaults, sort: "-cost" }, now).map((c) => c.cost_us);
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
  });

  it("says what failed", async () => {
    api({ "GET /checks": refuse(500, "internal", "The catalogue cannot be read.") });
    show();
    await screen.findByText("The catalogue cannot be read.");
  });
});

describe("a check", () => {
  it("says what it means, what a finding says, and shows its fixtures as examples", async () => {
    api();
    show(path);
    await screen.findByRole("heading", { level: 1, name: detail.title });
    expect(screen.getByText(detail.doc)).toBeTruthy();
    expect(screen.getByText("At the bedside").nextSibling!.textContent).toContain("connect to broker");
    const hit = screen.getByText("Found:").closest("details")!;
    expect(hit.textContent).toContain("The broker takes in a client that shows no password");
    expect(within(hit).getByText(/"kind":"mqtt.session"/)).toBeTruthy();
    expect(screen.getByText("7 days")).toBeTruthy();
    expect(screen.getByText("IEC 62443-3-3 SR 1.2")).toBeTruthy();
  });

  it("is switched off with a reason, and not without", async () => {
    const asked = api({ [`PUT ${path}/off`]: detail });
    show(path);
    await userEvent.click(await screen.findByRole("button", { name: "Switch off …" }));
    const dialog = screen.getByRole("dialog");
    const go = within(dialog).getByRole("button", { name: "Switch off …" }) as HTMLButtonElement;
    expect(go.disabled).toBe(true);
    await userEvent.type(within(dialog).getByRole("textbox"), "  replaced in April ");
    await userEvent.click(go);
    await waitFor(() => expect(asked.find((a) => a.method === "PUT")).toMatchObject({ path: `${path}/off`, body: { reason: "replaced in April" } }));
  });

  it("says who switched it off and why, and is switched on again with a reason", async () => {
    const off = { ...detail, off: { by: "m.keller", at: "2026-03-01T09:12:00Z", reason: "<b>ticket</b> CE-4411" } };
    const asked = api({ [`GET ${path}`]: off, [`DELETE ${path}/off`]: detail });
    show(path);
    await screen.findByText("<b>ticket</b> CE-4411");
    await userEvent.click(screen.getByRole("button", { name: "Switch on again" }));
    const dialog = screen.getByRole("dialog");
    await userEvent.type(within(dialog).getByRole("textbox"), "done");
    await userEvent.click(within(dialog).getByRole("button", { name: "Switch on again" }));
    await waitFor(() => expect(asked.find((a) => a.method === "DELETE")!.query.get("reason")).toBe("done"));
  });

  it("sets all of its thresholds at once, and only numbers", async () => {
    const asked = api({ [`PUT ${path}/thresholds`]: detail });
    show(path);
    const times = await screen.findByLabelText("times");
    await userEvent.clear(times);
    await userEvent.type(times, "x");
    expect(screen.getByText("This is not a number.")).toBeTruthy();
    await userEvent.clear(times);
    await userEvent.type(times, "5");
    await userEvent.type(screen.getByLabelText("Reason"), "noisy");
    await userEvent.click(screen.getByRole("button", { name: "Set thresholds" }));
    await waitFor(() => expect(asked.find((a) => a.method === "PUT")?.body).toEqual({ thresholds: { times: 5 }, reason: "noisy" }));
  });

  it("is not for everybody to tune", async () => {
    api();
    show(path, { ...someone, permissions: ["view"] });
    await screen.findByRole("heading", { level: 1 });
    expect(screen.queryByRole("button", { name: /Switch/ })).toBeNull();
    expect(screen.queryByLabelText("times")).toBeNull();
  });
});

describe("what a check is written in", () => {
  it("reads how long a verdict holds", () => {
    expect([holds("168h0m0s"), holds("1h0m0s"), holds("90s"), holds("for ever"), holds("")]).toEqual([{ value: 7, unit: "day" }, { value: 1, unit: "hour" }, undefined, undefined, undefined].map((x, i) => (i === 2 ? { value: 90, unit: "second" } : x)));
  });
  it("reads a fixture's sections", () => {
    expect(sections("About.\n\n-- settings --\nlearn 10m\n-- want --\nfail x\n")).toEqual([{ name: "", text: "About." }, { name: "settings", text: "learn 10m" }, { name: "want", text: "fail x" }]);
  });
});
