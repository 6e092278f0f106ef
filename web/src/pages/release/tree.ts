import type { Component } from "../../api/types";

/** What is held of one parent's children: the pages that came so far. */
export interface Branch {
  items: Component[];
  total: number;
  next?: string;
  state: "loading" | "here" | "failed";
}

/** Branches by parent; -1 is the top. */
export type Branches = ReadonlyMap<number, Branch>;
export const top = -1;

/** One line of the drawn tree. */
export type Line =
  | { kind: "node"; key: string; component: Component; level: number; position: number; siblings: number; open: boolean }
  | { kind: "loading"; key: string; parent: number; level: number }
  | { kind: "failed"; key: string; parent: number; level: number }
  | { kind: "more"; key: string; parent: number; level: number; shown: number; total: number };

/** The lines in view order: what is open below what opened it. Iterative, because a document may nest a thousand deep. */
export function lines(branches: Branches, open: ReadonlySet<number>): Line[] {
  const out: Line[] = [];
  const stack: { parent: number; at: number; level: number }[] = [{ parent: top, at: 0, level: 1 }];
  const on = new Set<number>([top]); // a document that stands in itself ends here
  while (stack.length > 0) {
    const frame = stack[stack.length - 1]!;
    const branch = branches.get(frame.parent);
    const component = branch?.items[frame.at];
    if (!component) {
      if (branch?.state === "failed") out.push({ kind: "failed", key: `!${frame.parent}`, parent: frame.parent, level: frame.level });
      else if (!branch || branch.state === "loading") out.push({ kind: "loading", key: `…${frame.parent}`, parent: frame.parent, level: frame.level });
      else if (branch.next) out.push({ kind: "more", key: `+${frame.parent}`, parent: frame.parent, level: frame.level, shown: branch.items.length, total: branch.total });
      on.delete(frame.parent);
      stack.pop();
      continue;
    }
    frame.at++;
    const opened = component.children > 0 && component.row >= 0 && open.has(component.row) && !on.has(component.row);
    out.push({ kind: "node", key: `${frame.parent}/${component.row}/${frame.at}`, component, level: frame.level, position: frame.at, siblings: branch!.total, open: opened });
    if (!opened) continue;
    on.add(component.row);
    stack.push({ parent: component.row, at: 0, level: frame.level + 1 });
  }
  return out;
}

/** Where a key leads: the line to go to, and what opens or closes. */
export function step(key: string, all: readonly Line[], at: number): { to?: number; toggle?: Component } {
  const line = all[at];
  const last = all.length - 1;
  switch (key) {
    case "ArrowDown": case "j": return { to: Math.min(last, at + 1) };
    case "ArrowUp": case "k": return { to: Math.max(0, at - 1) };
    case "PageDown": return { to: Math.min(last, at + 10) };
    case "PageUp": return { to: Math.max(0, at - 10) };
    case "Home": return { to: 0 };
    case "End": return { to: last };
    case "ArrowRight":
      if (line?.kind !== "node" || line.component.children === 0) return {};
      return line.open ? { to: Math.min(last, at + 1) } : { toggle: line.component };
    case "ArrowLeft": {
      if (line?.kind === "node" && line.open) return { toggle: line.component };
      for (let i = at - 1; i >= 0; i--) if (all[i]!.level < (line?.level ?? 1)) return { to: i };
      return {};
    }
  }
  return {};
}
