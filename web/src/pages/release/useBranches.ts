import { useCallback, useEffect, useRef, useState } from "react";
import { get } from "../../api/client";
import type { Component, Page } from "../../api/types";
import { type Branch, type Branches, top } from "./tree";

/** Asks for a parent's children when it is opened, page after page, and never for more at once than a page. */
export function useBranches(release: string): { branches: Branches; load: (parent: number) => void } {
  const [branches, set] = useState<Branches>(new Map());
  const held = useRef(branches);
  held.current = branches;
  const stop = useRef(new AbortController());

  const load = useCallback((parent: number) => {
    const before = held.current.get(parent);
    if (before?.state === "loading" || (before?.state === "here" && !before.next)) return;
    const signal = stop.current.signal;
    const put = (branch: Branch) => {
      if (signal.aborted) return;
      const next = new Map(held.current).set(parent, branch);
      held.current = next;
      set(next);
    };
    const items = before?.items ?? [];
    put({ items, total: before?.total ?? 0, next: before?.next, state: "loading" });
    get<Page<Component>>(`/releases/${encodeURIComponent(release)}/components`, { parent: parent === top ? undefined : parent, cursor: before?.next, limit: 500 }, { signal }).then(
      (page) => put({ items: [...items, ...page.items], total: page.total, next: page.next || undefined, state: "here" }),
      () => put({ items, total: before?.total ?? 0, next: before?.next, state: "failed" }),
    );
  }, [release]);

  useEffect(() => {
    stop.current = new AbortController();
    held.current = new Map();
    set(held.current);
    load(top);
    const mine = stop.current;
    return () => mine.abort();
  }, [load]);
  return { branches, load };
}
