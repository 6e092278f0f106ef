import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silence, Stream, unseen } from "./stream";
import type { EventState } from "./stream";

class FakeSource {
  static all: FakeSource[] = [];
  onopen?: () => void;
  onerror?: () => void;
  closed = false;
  private readonly listeners = new Map<string, (e: { data: string; lastEventId: string }) => void>();
  constructor(readonly url: string) {
    FakeSource.all.push(this);
  }
  addEventListener(name: string, listener: (e: { data: string; lastEventId: string }) => void) {
    this.listeners.set(name, listener);
  }
  close() {
    this.closed = true;
  }
  say(name: string, data: unknown, lastEventId = "") {
    this.listeners.get(name)?.({ data: typeof data === "string" ? data : JSON.stringify(data), lastEventId });
  }
}

const fetched = vi.fn<typeof fetch>();
let stream: Stream;
let states: EventState[];
const source = () => FakeSource.all.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5); // no chance in the pauses
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("fetch", fetched.mockReset().mockImplementation(async () => new Response("{}")));
  FakeSource.all = [];
  states = [];
  stream = new Stream({ topics: ["findings", "assets"] });
  stream.watch(() => states.push(stream.state));
  stream.open();
});
afterEach(() => {
  stream.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("is live from the first word", () => {
  expect(source().url).toBe("/api/v1/events?topics=findings%2Cassets");
  source().say("hello", { position: 1 });
  expect(states).toEqual(["connecting", "live"]);
});

test("hands events on, skips a broken one, and stops when told", () => {
  const ticks: number[] = [];
  const stop = stream.listen({ tick: (e) => ticks.push(e.position) });
  source().say("tick", { position: 5 });
  source().say("tick", '{"position":');
  stop();
  source().say("tick", { position: 6 });
  expect(ticks).toEqual([5]);
});

test("is lost on an error, comes back after a growing pause, and says so for a while", () => {
  source().say("hello", {});
  source().onerror!();
  expect(stream.state).toBe("lost");
  vi.advanceTimersByTime(999);
  expect(FakeSource.all).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(FakeSource.all).toHaveLength(2);
  source().onerror!();
  vi.advanceTimersByTime(1_999);
  expect(FakeSource.all).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(FakeSource.all).toHaveLength(3);
  source().say("hello", {});
  expect(stream.state).toBe("back");
  vi.advanceTimersByTime(5_000);
  expect(stream.state).toBe("live");
});

test("takes silence for a loss: a tick comes each second", () => {
  source().say("hello", {});
  vi.advanceTimersByTime(silence - 1);
  source().say("tick", {});
  vi.advanceTimersByTime(silence - 1);
  expect(stream.state).toBe("live");
  vi.advanceTimersByTime(1);
  expect(stream.state).toBe("lost");
  expect(FakeSource.all[0]!.closed).toBe(true);
});

test("asks for the session when it can't come back", () => {
  source().onerror!();
  vi.advanceTimersByTime(1_000);
  expect(fetched).not.toHaveBeenCalled();
  source().onerror!();
  expect(fetched.mock.calls[0]![0]).toBe("/api/v1/session");
});

test("pauses at most half a minute and a bit", () => {
  for (let i = 0; i < 12; i++) {
    source().onerror!();
    vi.advanceTimersToNextTimer();
  }
  const tried = FakeSource.all.length;
  source().onerror!();
  vi.advanceTimersByTime(29_999);
  expect(FakeSource.all).toHaveLength(tried);
  vi.advanceTimersByTime(1);
  expect(FakeSource.all).toHaveLength(tried + 1);
});

test("hears the server's good-bye, and an old source no more", () => {
  const first = source();
  first.say("bye", { reason: "shutting down" });
  expect(stream.state).toBe("lost");
  vi.advanceTimersByTime(1_000);
  first.say("tick", {});
  expect(stream.state).toBe("lost");
});

test("closes for good", () => {
  stream.close();
  vi.advanceTimersByTime(120_000);
  expect(FakeSource.all).toHaveLength(1);
  expect(stream.state).toBe("off");
});

test("lets go of the connection while nobody looks, and goes on when somebody does", () => {
  const look = (state: DocumentVisibilityState) => {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
    document.dispatchEvent(new Event("visibilitychange"));
  };
  source().say("hello", {});
  look("hidden");
  vi.advanceTimersByTime(unseen - 1);
  look("visible"); // a glance elsewhere costs nothing
  expect(FakeSource.all).toHaveLength(1);
  source().say("tick", {});
  look("hidden");
  vi.advanceTimersByTime(unseen);
  expect(FakeSource.all[0]!.closed).toBe(true);
  vi.advanceTimersByTime(120_000);
  expect(FakeSource.all).toHaveLength(1);
  look("visible");
  expect(FakeSource.all).toHaveLength(2);
  source().say("hello", {});
  expect(stream.state).toBe("live");
  dispatchEvent(new Event("pagehide"));
  expect(FakeSource.all[1]!.closed).toBe(true);
  dispatchEvent(new Event("pageshow"));
  expect(FakeSource.all).toHaveLength(3);
});

test("comes back with the last position it heard, so that it is told what changed meanwhile", () => {
  source().say("hello", {}, "4711");
  source().onerror!();
  vi.advanceTimersByTime(1_000);
  expect(FakeSource.all[1]!.url).toMatch(/&after=4711$/);
});
