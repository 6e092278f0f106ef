import type { EventLive, ObservationRow } from "../../api/types";

/** What the page holds of the stream. Both lists are bounded: a ward speaks faster than anybody reads. */
export interface Feed {
  rows: ObservationRow[]; // newest first
  waiting: ObservationRow[]; // newest first, until the reader asks
  /** Not sent by the server, because more came than a page can show. */
  leftOut: number;
  /** Came while waiting, but no longer held here. */
  gone: number;
}

export const mostRows = 2000;
export const mostWaiting = 2000;

export const empty: Feed = { rows: [], waiting: [], leftOut: 0, gone: 0 };

export type FeedAct =
  | { act: "start"; rows: ObservationRow[] } // what the log already held
  | { act: "came"; live: EventLive; hold: boolean }
  | { act: "show" }
  | { act: "clear" };

/** The whole behaviour of the list: rows come in order, once each, and wait when the reader is busy. */
export function feed(f: Feed, a: FeedAct): Feed {
  switch (a.act) {
    case "clear":
      return empty;
    case "start": {
      // The stream may have been faster than the first page.
      const rows = join(f.rows, a.rows).slice(0, mostRows);
      return { ...f, rows };
    }
    case "came": {
      const leftOut = f.leftOut + a.live.left_out;
      if (!a.hold) return { ...f, rows: join(a.live.items, f.rows).slice(0, mostRows), leftOut };
      const known = new Set(f.rows.slice(0, 200).map((r) => r.seq));
      const waiting = join(a.live.items.filter((r) => !known.has(r.seq)), f.waiting);
      return { ...f, waiting: waiting.slice(0, mostWaiting), gone: f.gone + Math.max(0, waiting.length - mostWaiting), leftOut };
    }
    case "show":
      return { ...f, rows: join(f.waiting, f.rows).slice(0, mostRows), waiting: [], gone: 0 };
  }
}

/** One list of both, newest first, each position of the log once. A repeated row is a newer version of it: its count grew. */
function join(a: ObservationRow[], b: ObservationRow[]): ObservationRow[] {
  if (b.length === 0 && a.length < 2) return a;
  const first = a.at(-1), second = b[0];
  if (first && second && first.seq > second.seq && descends(a)) return [...a, ...b];
  const bySeq = new Map<number, ObservationRow>();
  for (const r of [...b, ...a]) bySeq.set(r.seq, r);
  return [...bySeq.values()].sort((x, y) => y.seq - x.seq);
}

function descends(rows: ObservationRow[]): boolean {
  return rows.every((r, i) => i === 0 || r.seq < rows[i - 1]!.seq);
}
