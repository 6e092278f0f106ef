import { base, get, query } from "./http";
import type { Params } from "./http";
import type { EventBye, EventChanged, EventHello, EventLive, EventTick } from "./types";

export type EventState = "off" | "connecting" | "live" | "lost" | "back" | "paused";

export interface EventHandlers {
  hello?: (e: EventHello) => void;
  tick?: (e: EventTick) => void;
  live?: (e: EventLive) => void;
  changed?: (e: EventChanged) => void;
  bye?: (e: EventBye) => void;
}

const names = ["hello", "tick", "live", "changed", "bye"] as const;

// A tick comes each second: silence this long means that nobody is there, whatever the socket says.
export const silence = 15_000;
const shownBack = 5_000;
const longest = 30_000;
// A page nobody sees lets its stream go after this long: over HTTP/1.1 a browser holds six connections to a host for
// all its tabs together, and a seventh page would wait for ever.
export const unseen = 10_000;

/**
 * One event stream that heals itself: it is opened again with a growing pause and a little chance in it (so that a
 * restarted server isn't met by all at once), watches for silence, and asks for the session when it can't come back
 * (EventSource doesn't tell 401 from a broken line).
 */
export class Stream {
  state: EventState = "off";
  private source?: EventSource;
  private readonly url: string;
  private readonly handlers = new Set<EventHandlers>();
  private readonly watchers = new Set<() => void>();
  private failures = 0;
  private wasLost = false;
  private retry?: ReturnType<typeof setTimeout>;
  private quiet?: ReturnType<typeof setTimeout>;
  private settle?: ReturnType<typeof setTimeout>;
  private rest?: ReturnType<typeof setTimeout>;
  private watched = false;
  private heardUpTo = "";

  constructor({ topics, params }: { topics: readonly string[]; params?: Params }) {
    this.url = base + "/events" + query({ ...params, topics });
  }

  open() {
    this.stop();
    this.watchPage();
    if (typeof EventSource === "undefined") return; // a test without one
    if (this.state !== "lost") this.set("connecting");
    const source = new EventSource(this.heardUpTo ? `${this.url}&after=${this.heardUpTo}` : this.url);
    this.source = source;
    for (const name of names) {
      source.addEventListener(name, (event) => {
        if (this.source !== source) return;
        this.heard();
        const id = (event as MessageEvent<string>).lastEventId;
        if (/^\d+$/.test(id ?? "")) this.heardUpTo = id; // who comes back is told what changed meanwhile
        let value: never;
        try {
          value = JSON.parse((event as MessageEvent<string>).data) as never;
        } catch {
          return; // a frame cut in two by a proxy; the next one stands for itself
        }
        this.handlers.forEach((h) => h[name]?.(value));
        if (name === "bye") this.lose();
      });
    }
    source.onopen = () => this.heard();
    source.onerror = () => this.source === source && this.lose();
    this.quiet = setTimeout(() => this.lose(), silence);
  }

  close() {
    this.stop();
    clearTimeout(this.rest);
    document.removeEventListener("visibilitychange", this.seen);
    removeEventListener("pagehide", this.leave);
    removeEventListener("pageshow", this.seen);
    this.watched = false;
    clearTimeout(this.settle);
    this.set("off");
  }

  listen(handlers: EventHandlers): () => void {
    this.handlers.add(handlers);
    return () => void this.handlers.delete(handlers);
  }

  readonly watch = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  };

  private watchPage() {
    if (this.watched) return;
    this.watched = true;
    document.addEventListener("visibilitychange", this.seen);
    addEventListener("pagehide", this.leave);
    addEventListener("pageshow", this.seen);
  }

  /** Rests while nobody looks, and goes on when somebody does. */
  private readonly seen = () => {
    clearTimeout(this.rest);
    if (document.visibilityState === "hidden") this.rest = setTimeout(() => this.stop(), unseen);
    else if (!this.source && this.state !== "lost") this.open();
  };

  /** A page kept for "back" holds no connection. */
  private readonly leave = () => this.stop();

  private heard() {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.lose(), silence);
    this.failures = 0;
    if (this.wasLost) {
      this.wasLost = false;
      this.set("back");
      this.settle = setTimeout(() => this.state === "back" && this.set("live"), shownBack);
    } else if (this.state !== "back") this.set("live");
  }

  private lose() {
    this.stop();
    this.wasLost = true;
    this.failures++;
    this.set("lost");
    if (this.failures === 2) void get("/session").catch(() => {}); // a 401 here ends the session for the whole page
    const pause = Math.min(longest, 1000 * 2 ** (this.failures - 1)) * (0.75 + Math.random() / 2);
    this.retry = setTimeout(() => this.open(), pause);
  }

  private stop() {
    clearTimeout(this.retry);
    clearTimeout(this.quiet);
    this.source?.close();
    this.source = undefined;
  }

  private set(state: EventState) {
    if (this.state === state) return;
    this.state = state;
    this.watchers.forEach((watcher) => watcher());
  }
}
