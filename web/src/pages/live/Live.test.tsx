import { act, cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Stage } from "../../app/testing";
import { refuse, serve } from "../finding/serving";
import { flatten } from "./fields";
import whole from "./fixtures/observations.json";
import Live from "./Live";

vi.mock("./Plot", () => ({ default: ({ label }: { label: string }) => <div role="img" aria-label={label} /> }));

// A stream in the test's hand.
class Source {
  static all: Source[] = [];
  onopen?: () => void;
  onerror?: () => void;
  private readonly heard = new Map<string, (e: MessageEvent) => void>();
  constructor(readonly url: string) { Source.all.push(this); }
  addEventListener(name: string, f: (e: MessageEvent) => void) { this.heard.set(name, f); }
  close() {}
  say(name: string, data: unknown) { act(() => this.heard.get(name)?.({ data: JSON.stringify(data) } as MessageEvent)); }
  static last() { return Source.all.at(-1)!; }
}

beforeAll(() => Object.defineProperties(HTMLElement.prototype, { clientHeight: { configurable: true, value: 500 }, clientWidth: { configurable: true, value: 1200 }, offsetHeight: { configurable: true, value: 37 } }));
beforeEach(() => {
  Source.all = [];
  vi.stubGlobal("EventSource", Source);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const sample = { ...whole, items: whole.items.slice(0, 60).filter((o, i) => i < 8 || o.personal.length > 0).slice(0, 10) };
const sensors = { items: [{ id: "mirror-1", state: "watching", since: "", last: "", packets_per_s: 1, bytes_per_s: 1, observations_per_s: 1, drops: 0, parse_failures: 0, gap_bytes: 0, rate: [1, null, 3] }], total: 1, at: "", position: 1 };
const api = (more = {}) => serve({ "GET /observations": sample, "GET /sensors": sensors, ...more });
const top = sample.items[0]!;
const fresh = (n: number, from = top.seq) => Array.from({ length: n }, (_, i) => ({ ...top, seq: from + n - i, kind: "dns.lookup", title: "dns.lookup" }));
function Where() {
  const { pathname, search } = useLocation();
  return <output data-testid="where">{pathname + search}</output>;
}
const show = (at = "/live") => render(<Stage at={at}><Live /><Where /></Stage>);
const rows = async () => {
  await waitFor(() => expect(document.querySelector("tbody tr[data-index]")).toBeTruthy());
  return [...document.querySelectorAll<HTMLElement>("tbody tr[data-index]")];
};

describe("the live page", () => {
  it("shows what the log holds, then what comes on top of it", async () => {
    api();
    show();
    await rows();
    Source.last().say("live", { items: fresh(2), left_out: 0 });
    await waitFor(async () => expect((await rows())[0]!.textContent).toContain("DNS lookup"));
    Source.last().say("tick", { at: "2026-03-02T07:00:00Z", position: 9, per_s: 51, lag_ms: 14, rates: [{ sensor: "mirror-1", kind: "dns.lookup", n: 51 }] });
    expect(screen.getByText(/observations a second,/).textContent).toBe("51 observations a second, 14ms behind the network");
    await screen.findByRole("img", { name: /dns 51/ });
  });

  it("lets new rows wait while paused, counts them, and says what was left out", async () => {
    api();
    show();
    await rows();
    await userEvent.click(screen.getByRole("button", { name: "Pause" }));
    Source.last().say("live", { items: fresh(3), left_out: 120 });
    expect((await rows())[0]!.textContent).not.toContain("DNS lookup");
    expect(screen.getByText("120 were left out here")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "3 new observations wait" }));
    expect((await rows())[0]!.textContent).toContain("DNS lookup");
    expect(screen.getByRole("button", { name: "Pause" })).toBeTruthy();
  });

  it("does not move what somebody reads", async () => {
    api();
    show();
    (await rows())[0]!.focus();
    await userEvent.keyboard("{Enter}");
    const side = screen.getByRole("complementary", { name: "The observation chosen" });
    Source.last().say("live", { items: fresh(4), left_out: 0 });
    expect(screen.getByRole("button", { name: "4 new observations wait" })).toBeTruthy();
    await userEvent.click(within(side).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: /wait/ })).toBeNull());
  });

  it("asks the log and the stream for the same", async () => {
    const asked = api();
    show("/live?kind=hl7.message&sensor=mirror-1");
    await rows();
    expect(asked.find((a) => a.path === "/observations")!.query.get("kind")).toBe("hl7.message");
    expect(Source.last().url).toContain("kind=hl7.message");
    expect(Source.last().url).toContain("sensor=mirror-1");
    await userEvent.selectOptions(screen.getByLabelText("Kind"), "");
    await waitFor(() => expect(Source.last().url).not.toContain("kind="));
  });

  it("shows of personal fields only that they were there", async () => {
    api();
    show();
    const hl7 = sample.items.findIndex((o) => o.personal.length > 0);
    (await rows())[hl7]!.click();
    const side = await screen.findByRole("complementary");
    expect(within(side).getAllByText("present, not kept").length).toBeGreaterThan(0);
  });

  it("says that the stream is broken and that watching goes on", async () => {
    api();
    show();
    await rows();
    act(() => Source.last().onerror?.());
    await screen.findByText(/Watching goes on; what passes meanwhile is in the log/);
  });

  it("says so when no sensor runs, and when the log cannot be read", async () => {
    api({ "GET /sensors": { ...sensors, items: [] }, "GET /observations": refuse(500, "internal", "The log cannot be read.") });
    show();
    await screen.findByText(/No sensor runs/);
    await screen.findByText("The log cannot be read.");
  });
});

describe("fields", () => {
  it("never show the value of what is personal, even if the API sent one", () => {
    const shown = flatten({ a: { present: true }, b: "Müller", c: { d: "x", e: false }, f: [1, 2], g: { present: false } }, new Set(["b", "c.e"]));
    expect(shown).toEqual([
      { name: "a", value: "true", personal: true }, { name: "b", value: "true", personal: true }, { name: "c.d", value: "x", personal: false },
      { name: "c.e", value: "false", personal: true }, { name: "f", value: "1, 2", personal: false }, { name: "g", value: "false", personal: true },
    ]);
    expect(flatten({ name: { family: "Müller" } }, new Set(["name"]))).toEqual([{ name: "name.family", value: "true", personal: true }]);
  });
  it("are bounded", () => expect(flatten(Object.fromEntries(Array.from({ length: 999 }, (_, i) => [`f${i}`, i])), new Set())).toHaveLength(200));
});
