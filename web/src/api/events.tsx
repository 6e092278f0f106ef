import { createContext, useContext, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import { Stream } from "./stream";
import type { EventHandlers, EventState } from "./stream";
import type { Params } from "./http";

export type { EventHandlers, EventState } from "./stream";
export type Topic = "live" | "findings" | "assets" | "overview" | "sensors";

// Everything but observations shares one stream, so that moving between pages opens none: the server allows eight a session.
const shared: Topic[] = ["findings", "assets", "overview", "sensors"];

const Shared = createContext<Stream | null>(null);

/** Keeps the shared stream open while on is true: with a session. */
export function EventsProvider({ on, children }: { on: boolean; children: ReactNode }) {
  const [stream, setStream] = useState<Stream | null>(null);
  useEffect(() => {
    if (!on) return;
    const opened = new Stream({ topics: shared });
    opened.open();
    setStream(opened);
    return () => {
      opened.close();
      setStream(null);
    };
  }, [on]);
  return <Shared value={stream}>{children}</Shared>;
}

/**
 * Listens to topics while mounted. Topic "live" has a stream of its own, filtered by params (kind, sensor, asset).
 * state: connecting, live, lost (trying again), back (for five seconds after being lost), paused, off.
 */
export function useEvents(topics: Topic[], handlers: EventHandlers, params?: Params): { state: EventState; paused: boolean; setPaused: (paused: boolean) => void } {
  const common = useContext(Shared);
  const [own, setOwn] = useState<Stream | null>(null);
  const [paused, setPaused] = useState(false);
  const latest = useRef(handlers);
  useEffect(() => void (latest.current = handlers));

  const live = topics.includes("live");
  const asked = JSON.stringify({ topics: [...topics].sort(), params });
  useEffect(() => {
    if (!live || paused) return;
    const { topics, params } = JSON.parse(asked) as { topics: Topic[]; params?: Params };
    const opened = new Stream({ topics, params });
    opened.open();
    setOwn(opened);
    return () => {
      opened.close();
      setOwn(null);
    };
  }, [live, asked, paused]);

  const stream = live ? own : common;
  const wanted = topics.length > 0;
  useEffect(() => {
    if (!stream || !wanted || paused) return;
    return stream.listen({
      hello: (e) => latest.current.hello?.(e),
      tick: (e) => latest.current.tick?.(e),
      live: (e) => latest.current.live?.(e),
      changed: (e) => latest.current.changed?.(e),
      bye: (e) => latest.current.bye?.(e),
    });
  }, [stream, wanted, paused]);
  const state = useStreamState(stream);
  return { state: paused ? "paused" : state, paused, setPaused };
}

/** The state of the shared stream and the site's time at its last tick. */
export function useLive(): { state: EventState; at?: string; lag?: number } {
  const stream = useContext(Shared);
  const state = useStreamState(stream);
  const [tick, setTick] = useState<{ at?: string; lag?: number }>({});
  useEffect(() => {
    if (!stream) return;
    return stream.listen({ hello: (e) => setTick({ at: e.at }), tick: (e) => setTick({ at: e.at, lag: e.lag_ms }) });
  }, [stream]);
  return { state, ...tick };
}

const never = () => () => {};

function useStreamState(stream: Stream | null): EventState {
  return useSyncExternalStore(stream ? stream.watch : never, () => (stream ? stream.state : "off"));
}
