import type { Point } from "./layout";

/** Where a person dragged what, kept in this browser. At most `most` places: the oldest go first. */
const key = (site: string) => `wardround.map.${site}`;
const most = 2000;

export function remembered(site: string, store: Pick<Storage, "getItem"> | undefined = globalThis.localStorage): Map<string, Point> {
  try {
    const raw: unknown = JSON.parse(store?.getItem(key(site)) ?? "[]");
    if (!Array.isArray(raw)) return new Map();
    return new Map(raw.filter((e): e is [string, Point] => Array.isArray(e) && typeof e[0] === "string" && Number.isFinite(e[1]?.x) && Number.isFinite(e[1]?.y)));
  } catch {
    return new Map(); // a full, broken or forbidden store costs the memory, not the map
  }
}

export function remember(site: string, moved: Map<string, Point>, store: Pick<Storage, "setItem"> | undefined = globalThis.localStorage): void {
  const round = (p: Point) => ({ x: Math.round(p.x), y: Math.round(p.y) });
  try {
    store?.setItem(key(site), JSON.stringify([...moved].slice(-most).map(([id, p]) => [id, round(p)])));
  } catch {
    /* as above */
  }
}
