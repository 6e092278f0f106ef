import { act, renderHook, waitFor } from "@testing-library/react";
import { useLocation } from "react-router";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Stage } from "../app/testing";
import { EventsProvider, useApi, useFilters, useLive, usePage, useSend } from "./client";
import type { ReactNode } from "react";

const asked: string[] = [];
let names = ["PG-04", "V-06", "CT-2"];
let sources: FakeSource[] = [];

class FakeSource {
  listeners = new Map<string, (e: { data: string }) => void>();
  constructor(readonly url: string) {
    sources.push(this);
  }
  addEventListener(name: string, listener: (e: { data: string }) => void) {
    this.listeners.set(name, listener);
  }
  close() {
    sources = sources.filter((s) => s !== this);
  }
  say(name: string, data: unknown) {
    act(() => this.listeners.get(name)!({ data: JSON.stringify(data) }));
  }
}

beforeEach(() => {
  asked.length = 0;
  names = ["PG-04", "V-06", "CT-2"];
  sources = [];
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push(`${init.method} ${url.slice("/api/v1".length)}`);
    const { searchParams, pathname } = new URL(url, "http://localhost");
    if (pathname.endsWith("/assets") && init.method === "GET") {
      const from = Number(searchParams.get("cursor") ?? 0);
      return new Response(JSON.stringify({ items: names.slice(from, from + 2), next: from + 2 < names.length ? String(from + 2) : undefined, total: names.length, at: "", position: 1 }));
    }
    return new Response(JSON.stringify({ name: names[0] }));
  });
});
afterEach(() => void vi.unstubAllGlobals());

const wrapper = ({ children }: { children: ReactNode }) => <Stage><EventsProvider on>{children}</EventsProvider></Stage>;

describe("a list", () => {
  test("comes page after page, and knows how many there are", async () => {
    const { result } = renderHook(() => usePage<string>("/assets", { zone: "icu" }), { wrapper });
    await waitFor(() => expect(result.current.items).toEqual(["PG-04", "V-06"]));
    expect(result.current).toMatchObject({ total: 3, more: true });
    act(() => result.current.loadMore());
    await waitFor(() => expect(result.current.items).toEqual(["PG-04", "V-06", "CT-2"]));
    expect(result.current.more).toBe(false);
    expect(asked).toEqual(["GET /assets?zone=icu", "GET /assets?cursor=2&zone=icu"]);
  });

  test("announces what is new, and waits to be asked", async () => {
    const { result } = renderHook(() => usePage<string>("/assets", {}, { announce: ["assets"] }), { wrapper });
    await waitFor(() => expect(result.current.items).toHaveLength(2));
    names = ["NEW", ...names];
    sources[0]!.say("changed", { assets: ["a-9"], counts: { assets: 1 } });
    sources[0]!.say("changed", { findings: ["f-1"], counts: { findings: 4 } });
    expect(result.current.news).toBe(1);
    expect(result.current.items[0]).toBe("PG-04");
    act(() => result.current.refresh());
    expect(result.current.items[0]).toBe("PG-04"); // in view until the answer is there
    await waitFor(() => expect(result.current.items[0]).toBe("NEW"));
    expect(result.current.news).toBe(0);
  });
});

describe("one resource", () => {
  test("is fetched again after a change that touches it, and after no other", async () => {
    const { result } = renderHook(() => ({ asset: useApi<{ name: string }>("/assets/a-1"), other: useApi("/overview"), send: useSend("PATCH", "/assets/a-1", ["/assets"]) }), { wrapper });
    await waitFor(() => expect(result.current.asset.data).toEqual({ name: "PG-04" }));
    await waitFor(() => expect(asked).toHaveLength(2));
    names = ["PG-05"];
    await act(async () => void (await result.current.send.mutateAsync({ body: {}, etag: '"1"' })));
    await waitFor(() => expect(result.current.asset.data).toEqual({ name: "PG-05" }));
    expect(asked.slice(2)).toEqual(["PATCH /assets/a-1", "GET /assets/a-1"]);
  });
  test("follows its topic", async () => {
    const { result } = renderHook(() => useApi<{ name: string }>("/overview", {}, { live: ["overview"] }), { wrapper });
    await waitFor(() => expect(result.current.data).toBeDefined());
    names = ["changed"];
    sources[0]!.say("changed", { counts: {} });
    expect(asked).toHaveLength(1);
    sources[0]!.say("changed", { counts: { findings: 2 } });
    await waitFor(() => expect(result.current.data).toEqual({ name: "changed" }));
  });
  test("is asked for at most every three seconds, and the last change isn't missed", async () => {
    renderHook(() => useApi("/overview", {}, { live: ["overview"] }), { wrapper });
    await waitFor(() => expect(sources).toHaveLength(1));
    await waitFor(() => expect(asked).toHaveLength(1));
    vi.useFakeTimers({ shouldAdvanceTime: true });
    for (let i = 0; i < 5; i++) {
      sources[0]!.say("changed", { counts: { findings: 1 } });
      await act(() => vi.advanceTimersByTimeAsync(500));
    }
    expect(asked).toHaveLength(2);
    await act(() => vi.advanceTimersByTimeAsync(3_000));
    expect(asked).toHaveLength(3);
    vi.useRealTimers();
  });
});

test("one stream serves the whole page, and ends with it", async () => {
  const { result, unmount } = renderHook(() => ({ live: useLive(), a: usePage("/assets", {}, { announce: ["assets"] }), b: useApi("/overview", {}, { live: ["overview"] }) }), { wrapper });
  await waitFor(() => expect(sources).toHaveLength(1));
  expect(result.current.live.state).toBe("connecting");
  sources[0]!.say("tick", { at: "2026-03-02T07:00:01Z", position: 1, lag_ms: 12, per_s: 0, rates: [] });
  expect(result.current.live).toMatchObject({ state: "live", at: "2026-03-02T07:00:01Z", lag: 12 });
  unmount();
  expect(sources).toHaveLength(0);
});

test("filters live in the address, without what is usual", () => {
  const { result } = renderHook(() => ({ filters: useFilters({ q: "", state: "open", zone: "" }), at: useLocation().search }), { wrapper: ({ children }) => <Stage at="/findings?zone=icu&tab=2">{children}</Stage> });
  expect(result.current.filters[0]).toEqual({ q: "", state: "open", zone: "icu" });
  act(() => result.current.filters[1]({ q: "pump", zone: "" }));
  expect(result.current.at).toBe("?tab=2&q=pump");
  act(() => result.current.filters[1]({ state: "" }));
  expect(result.current.filters[0].state).toBe("");
  act(() => result.current.filters[1]({ state: "open" }));
  act(() => result.current.filters[2]());
  expect(result.current.at).toBe("?tab=2");
});
