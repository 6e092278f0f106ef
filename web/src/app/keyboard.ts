import { useEffect, useRef } from "react";

/** Is the reader typing? Single letters are letters then. */
export function typing(target: EventTarget | null): boolean {
  const el = target as HTMLElement | null;
  return !!el?.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable='true']");
}

/**
 * Single-key shortcuts of a page: useKeys({ a: decide, "g f": toFindings }). Silent while somebody types, a dialog is
 * open or a modifier is held. A first key of a pair waits a second for its second.
 */
export function useKeys(keys: Record<string, () => void>) {
  const latest = useRef(keys);
  useEffect(() => void (latest.current = keys));
  useEffect(() => {
    let first = "";
    let forget: ReturnType<typeof setTimeout> | undefined;
    const onKey = (e: KeyboardEvent) => {
      if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || document.querySelector("dialog[open]")) return;
      const map = latest.current;
      const act = (first && map[`${first} ${e.key}`]) || (first ? undefined : map[e.key]);
      clearTimeout(forget);
      if (act) {
        first = "";
        e.preventDefault();
        act();
        return;
      }
      first = Object.keys(map).some((k) => k.startsWith(`${e.key} `)) ? e.key : "";
      forget = setTimeout(() => (first = ""), 1000);
    };
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("keydown", onKey);
      clearTimeout(forget);
    };
  }, []);
}
