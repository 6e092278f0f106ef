// The one door to the API: plain calls (get, send, upload, download), hooks over them, the event stream, filters in the URL.
import { keepPreviousData, QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { InfiniteData, QueryKey, UseMutationResult, UseQueryResult } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { useEvents } from "./events";
import type { Topic } from "./events";
import { get, send } from "./http";
import type { Params } from "./http";
import { Problem } from "./problem";
import type { EventChanged, Page } from "./types";

export { base, download, fileURL, get, onSignedOut, query, send, speak, upload } from "./http";
export type { Params, SendOptions } from "./http";
export { Problem } from "./problem";
export { EventsProvider, useEvents, useLive } from "./events";
export type { EventHandlers, EventState, Topic } from "./events";

/** Queries aren't retried when the server has spoken; only a lost connection is tried again. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, err) => failures < 2 && (Problem.of(err).status === 0 || Problem.of(err).status >= 502),
        refetchOnWindowFocus: false,
        // The browser's word for "online" is about other networks: a server on this machine answers without any.
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}

export interface ApiOptions {
  /** A 401 says something of what was asked for, not of the session: it ends none. */
  quiet?: boolean;
  /** Refetch (in place, at most once a second) when one of these topics changes. */
  live?: Topic[];
  /** Refetch every so many milliseconds. */
  every?: number;
  /** For so many milliseconds the answer isn't asked for again by what is drawn meanwhile. */
  fresh?: number;
  enabled?: boolean;
  /** Keep showing the former answer while params change. */
  keep?: boolean;
}

export const keyOf = (path: string, params?: Params): QueryKey => [path, params ?? {}];

/** One resource: useApi<Overview>("/overview"). A null path waits. */
export function useApi<T>(path: string | null, params?: Params, options: ApiOptions = {}): UseQueryResult<T, Problem> {
  const client = useQueryClient();
  const key = keyOf(path ?? "", params);
  useTopics(options.live, useCalm(() => void client.invalidateQueries({ queryKey: key })));
  return useQuery<T, Problem>({
    queryKey: key,
    queryFn: ({ signal }) => get<T>(path!, params, { signal, quiet: options.quiet }),
    enabled: path !== null && options.enabled !== false,
    refetchInterval: options.every,
    ...(options.fresh !== undefined && { staleTime: options.fresh }),
    placeholderData: options.keep ? keepPreviousData : undefined,
  });
}

export interface Listed<T> {
  items: T[];
  total: number;
  /** Position in the log and time at which the first page was answered. */
  at?: string;
  position?: number;
  more: boolean;
  loadMore: () => void;
  loading: boolean;
  loadingMore: boolean;
  problem: Problem | null;
  /** How many changes have been announced since it was loaded; they wait until refresh(). */
  news: number;
  refresh: () => void;
}

/** A cursor list, page after page: usePage<Finding>("/findings", filters, {announce: ["findings"]}). */
export function usePage<T>(path: string | null, params?: Params, options: ApiOptions & { announce?: Topic[] } = {}): Listed<T> {
  const client = useQueryClient();
  const key = ["page", ...keyOf(path ?? "", params)];
  const [news, setNews] = useState({ key: "", count: 0 });
  const id = JSON.stringify(key);
  useTopics(options.announce, (topics, changed) => {
    const count = topics.reduce((sum, topic) => sum + Math.max(1, changed.counts[topic] ?? idsOf(changed, topic)), 0);
    setNews((old) => ({ key: id, count: (old.key === id ? old.count : 0) + count }));
  });
  useTopics(options.live, useCalm(() => void client.invalidateQueries({ queryKey: key })));
  const result = useInfiniteQuery<Page<T>, Problem>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => get<Page<T>>(path!, { ...params, cursor: pageParam as string | undefined }, { signal }),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.next || undefined,
    enabled: path !== null && options.enabled !== false,
    refetchInterval: options.every,
    placeholderData: options.keep ? keepPreviousData : undefined,
  });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = result;
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const first = data?.pages[0];
  return {
    items,
    total: data?.pages.at(-1)?.total ?? 0,
    at: first?.at,
    position: first?.position,
    more: hasNextPage,
    loadMore: useCallback(() => void (hasNextPage && !isFetchingNextPage && fetchNextPage()), [hasNextPage, isFetchingNextPage, fetchNextPage]),
    loading: result.isPending,
    loadingMore: isFetchingNextPage,
    problem: result.error,
    news: news.key === id ? news.count : 0,
    refresh: useCallback(() => {
      setNews({ key: "", count: 0 });
      const queryKey = JSON.parse(id) as QueryKey;
      // The first page stays in view while it is asked for again; without one there is only the failure to clear.
      const held = client.getQueryData<InfiniteData<Page<T>>>(queryKey);
      if (!held) return void client.resetQueries({ queryKey });
      client.setQueryData(queryKey, { pages: held.pages.slice(0, 1), pageParams: held.pageParams.slice(0, 1) });
      void client.invalidateQueries({ queryKey });
    }, [client, id]),
  };
}

export interface Sending<B> {
  body?: B;
  /** The version that was edited. */
  etag?: string;
  /** Instead of the hook's path: useSend("DELETE", "/tokens") with path "/tokens/T-1". */
  path?: string;
}

/** A change: const decide = useSend<Finding>("POST", `/findings/${id}/decision`, ["/findings", "/overview"]); decide.mutate({ body, etag }).
 * Afterwards every cached answer whose path starts with one of touches is fetched again. */
export function useSend<T = void, B = unknown>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, touches: string[] = []): UseMutationResult<T, Problem, Sending<B>> {
  const client = useQueryClient();
  return useMutation<T, Problem, Sending<B>>({
    mutationFn: (sending) => send<T>(method, sending.path ?? path, sending.body, { etag: sending.etag }),
    onSuccess: () => void refetch(client, touches),
  });
}

/** Marks every cached answer whose path starts with one of prefixes as stale. */
export function refetch(client: QueryClient, prefixes: string[]): Promise<void> {
  return client.invalidateQueries({
    predicate: ({ queryKey }) => {
      const path = queryKey[0] === "page" ? queryKey[1] : queryKey[0];
      return typeof path === "string" && prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
    },
  });
}

function idsOf(changed: EventChanged, topic: Topic): number {
  if (topic === "findings") return changed.findings?.length ?? 0;
  if (topic === "assets") return changed.assets?.length ?? 0;
  return 0;
}

const rest = 3_000;

/** Acts at once, then at most every three seconds, the last time included: a busy minute must not become a storm of requests. */
function useCalm(act: () => void): () => void {
  const latest = useRef(act);
  useEffect(() => void (latest.current = act));
  const state = useRef<{ until: number; timer?: ReturnType<typeof setTimeout> }>({ until: 0 });
  useEffect(() => () => clearTimeout(state.current.timer), []);
  return useCallback(() => {
    const held = state.current;
    const wait = held.until - Date.now();
    clearTimeout(held.timer);
    if (wait > 0) {
      held.timer = setTimeout(() => {
        held.until = Date.now() + rest;
        latest.current();
      }, wait);
      return;
    }
    held.until = Date.now() + rest;
    latest.current();
  }, []);
}

function useTopics(topics: Topic[] | undefined, act: (touched: Topic[], changed: EventChanged) => void) {
  useEvents(topics ?? [], {
    changed: (changed) => {
      const touched = (topics ?? []).filter((topic) => (topic === "overview" ? Object.values(changed.counts).some((n) => n > 0) : (changed.counts[topic] ?? idsOf(changed, topic)) > 0));
      if (touched.length > 0) act(touched, changed);
    },
  });
}

/** Filters that live in the URL: defaults are left out of it, so a shared link is short. */
export function useFilters<T extends Record<string, string>>(defaults: T): [T, (patch: Partial<T>, push?: boolean) => void, () => void] {
  const [search, setSearch] = useSearchParams();
  const names = Object.keys(defaults).join(" ");
  const values = useMemo(() => {
    const out: Record<string, string> = {};
    for (const name of names.split(" ")) out[name] = search.get(name) ?? defaults[name] ?? "";
    return out as T;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- defaults are written as a literal at each call
  }, [search, names]);
  const set = useCallback(
    (patch: Partial<T>, push = false) =>
      setSearch(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [name, value] of Object.entries(patch)) {
            if (value === undefined || value === defaults[name]) next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: !push },
      ),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [setSearch, names],
  );
  const clear = useCallback(() => setSearch((old) => {
    const next = new URLSearchParams(old);
    for (const name of names.split(" ")) next.delete(name);
    return next;
  }, { replace: true }), [setSearch, names]);
  return [values, set, clear];
}
