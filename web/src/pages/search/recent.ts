import type { Hit } from "../../api/types";

const key = "wardround.recent";
const most = 8;
const kinds = new Set(["asset", "identifier", "finding", "case", "check", "page", "zone"]);

type Store = Pick<Storage, "getItem" | "setItem">;

/** What was opened from the palette lately, in this browser. Titles may name devices, never patients: the API knows none. */
export function recent(store: Store | undefined = globalThis.localStorage): Hit[] {
  try {
    const raw: unknown = JSON.parse(store?.getItem(key) ?? "[]");
    return Array.isArray(raw) ? raw.filter(isHit).slice(0, most) : [];
  } catch {
    return [];
  }
}

export function opened(hit: Hit, store: Store | undefined = globalThis.localStorage): void {
  try {
    // A severity would be old news by then.
    const { severity: _, ...kept } = hit;
    store?.setItem(key, JSON.stringify([kept, ...recent(store).filter((h) => h.href !== hit.href)].slice(0, most)));
  } catch {
    /* a full or forbidden store costs the memory, not the search */
  }
}

/** A stored entry is input like any other: only a path of this site is followed. */
function isHit(v: unknown): v is Hit {
  const h = v as Hit;
  return typeof h === "object" && h !== null && kinds.has(h.kind) && typeof h.id === "string" && typeof h.title === "string" && isPath(h.href);
}

export const isPath = (href: unknown): href is string => typeof href === "string" && /^\/(?![/\\])/.test(href);
