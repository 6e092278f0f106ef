import { describe, expect, it } from "vitest";
import type { ObservationRow } from "../../api/types";
import { empty, feed, mostRows, mostWaiting } from "./feed";
import { add, noRates, series, span, mostSeries, type Rates } from "./rate";

const row = (seq: number, count = 1): ObservationRow => ({ seq, kind: "flow", title: "flow", sensor: "s", at: "2026-03-02T06:00:00Z", logged: "2026-03-02T06:00:00Z", count, summary: "" });
const rows = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => row(from - i));
const seqs = (list: ObservationRow[]) => list.map((r) => r.seq);
const came = (items: ObservationRow[], hold = false, left_out = 0) => ({ act: "came" as const, live: { items, left_out }, hold });

describe("the feed", () => {
  it("puts what is new on top, each position once", () => {
    let f = feed(empty, { act: "start", rows: rows(3, 1) });
    f = feed(f, came(rows(5, 3)));
    expect(seqs(f.rows)).toEqual([5, 4, 3, 2, 1]);
  });

  it("does not lose what streamed in before the first page", () => {
    let f = feed(empty, came(rows(9, 8)));
    f = feed(f, { act: "start", rows: rows(8, 6) });
    expect(seqs(f.rows)).toEqual([9, 8, 7, 6]);
  });

  it("takes the newer version of a repeated row", () => {
    let f = feed(empty, came([row(1), row(2)]));
    f = feed(f, came([row(2, 40)]));
    expect(f.rows.map((r) => [r.seq, r.count])).toEqual([[2, 40], [1, 1]]);
  });

  it("lets rows wait while the reader is busy, then shows them all", () => {
    let f = feed(empty, { act: "start", rows: rows(3, 1) });
    f = feed(f, came(rows(6, 4), true));
    expect([seqs(f.rows), f.waiting.length]).toEqual([[3, 2, 1], 3]);
    f = feed(f, { act: "show" });
    expect([seqs(f.rows), f.waiting.length]).toEqual([[6, 5, 4, 3, 2, 1], 0]);
  });

  it("counts what the server left out and what it could not hold itself", () => {
    let f = feed(empty, came(rows(50, 1), true, 7));
    f = feed(f, came(rows(50 + mostWaiting, 51), true, 5));
    expect([f.leftOut, f.waiting.length, f.gone]).toEqual([12, mostWaiting, 50]);
  });

  it("stays bounded", () => {
    let f = empty;
    for (let i = 0; i < 100; i++) f = feed(f, came(rows(i * 50 + 50, i * 50 + 1)));
    expect([f.rows.length, f.rows[0]?.seq]).toEqual([mostRows, 5000]);
  });
});

describe("rates", () => {
  const tick = (n: number, sensor = "a", kind = "flow") => ({ rates: [{ sensor, kind, n }] });

  it("draws missing seconds as gaps, and late ticks not", () => {
    let r = noRates;
    for (const at of [100, 101, 103, 103, 110]) r = add(r, tick(at), at);
    // 101→103 is one tick a little late, 103→110 a gap of five seconds.
    expect(series(r, "sensor")[0]!.values).toEqual([100, 101, 103, 103, null, null, null, null, null, null, 110]);
  });

  it("draws silence of one protocol as zero", () => {
    let r: Rates = add(noRates, tick(4, "a", "dicom.operation"), 1);
    r = add(r, tick(2, "a", "hl7.message"), 2);
    expect(series(r, "protocol").map((s) => [s.name, s.values])).toEqual([["dicom", [4, 0]], ["hl7", [0, 2]]]);
  });

  it("keeps five minutes", () => {
    let r = noRates;
    for (let i = 0; i < span * 2; i++) r = add(r, tick(i), i);
    expect([r.slots.length, r.first]).toEqual([span, span]);
    expect(add(r, tick(1), span * 9).slots).toHaveLength(1);
  });

  it("sums what is beyond eight series", () => {
    const r = add(noRates, { rates: Array.from({ length: 12 }, (_, i) => ({ sensor: `s${String(i).padStart(2, "0")}`, kind: "flow", n: 12 - i })) }, 1);
    const s = series(r, "sensor");
    expect([s.length, s.at(-1)!.name, s.at(-1)!.values[0]]).toEqual([mostSeries, "", 5 + 4 + 3 + 2 + 1]);
  });
});
