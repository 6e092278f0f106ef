import { describe, expect, it } from "vitest";
import type { Finding } from "../../api/types";
import { differences, limits, needed, needsTwo, until } from "./acts";
import { dayLength, dayOf, endOfDay } from "./dates";

const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());

describe("the end of a day", () => {
  it.each([
    ["2026-03-20", "UTC", "2026-03-20T23:59:59.000Z"],
    ["2026-03-20", "Europe/Zurich", "2026-03-20T22:59:59.000Z"],
    ["2026-07-20", "Europe/Zurich", "2026-07-20T21:59:59.000Z"],
    // The clocks change within these days.
    ["2026-03-29", "Europe/Zurich", "2026-03-29T21:59:59.000Z"],
    ["2026-10-25", "Europe/Zurich", "2026-10-25T22:59:59.000Z"],
    ["2026-03-20", "Asia/Kathmandu", "2026-03-20T18:14:59.000Z"],
    ["2026-03-20", "America/St_Johns", "2026-03-21T02:29:59.000Z"],
  ])("%s in %s is %s", (day, zone, want) => {
    expect(iso(endOfDay(day, zone))).toBe(want);
    expect(dayOf(endOfDay(day, zone)!, zone)).toBe(day);
  });
  it("is none of what is no day", () => {
    for (const bad of ["", "2026-13-01", "2026-3-1", "tomorrow"]) expect(endOfDay(bad, "UTC")).toBeUndefined();
  });
});

describe("how long may be accepted", () => {
  const now = Date.parse("2026-03-02T12:00:00Z");
  it("is from tomorrow, and for two people at most 90 days", () => {
    expect(limits(now, "UTC", false)).toEqual({ first: "2026-03-03", last: undefined, usual: "2026-04-01" });
    expect(limits(now, "UTC", true)).toEqual({ first: "2026-03-03", last: "2026-05-31", usual: "2026-04-01" });
    expect(limits(now, "UTC", true, "2026-03-10T06:00:00Z")).toEqual({ first: "2026-03-03", last: "2026-03-10", usual: "2026-03-10" });
  });
  it("never ends after what the server allows", () => {
    expect(until("2026-03-10", "UTC", now, "2026-03-10T06:00:00Z")).toBe("2026-03-10T06:00:00.000Z");
    expect(until("2026-03-09", "UTC", now, "2026-03-10T06:00:00Z")).toBe("2026-03-09T23:59:59.000Z");
    expect(until("2026-03-11", "UTC", now, "2026-03-10T06:00:00Z")).toBeUndefined();
    expect(until("2026-03-01", "UTC", now)).toBeUndefined();
    expect(until("2026-03-09", "UTC", now)).toBe("2026-03-09T23:59:59.000Z");
    expect(dayLength).toBe(24 * 3600 * 1000);
  });
});

describe("who is still needed", () => {
  const by = (name: string, role: string) => ({ proposed: { state: "accepted" as const, by: [{ name, role }], reason: "", at: "", severity: "high" as const } });
  it("follows from who spoke first", () => {
    expect(needed(by("r.huber", "security"), "m.okafor")).toBe("clinical engineering");
    expect(needed(by("m.okafor", "clinical-engineering"), "r.huber")).toBe("anyone");
    expect(needed(by("M.Okafor ", "clinical-engineering"), "m.okafor")).toBe("you proposed");
    expect(needsTwo({ two_people: true }, "accept")).toBe(true);
    expect(needsTwo({ two_people: true }, "acknowledge")).toBe(false);
    expect(needsTwo({ two_people: false }, "false positive")).toBe(false);
  });
});

describe("what changed meanwhile", () => {
  const f = { state: "open", severity: "high", last_seen: "2026-03-02T06:00:00Z" } as Finding;
  it("is named, and nothing else", () => {
    expect(differences(f, { ...f })).toEqual([]);
    expect(differences(f, { ...f, state: "acknowledged", stale: true }).map((d) => d.what)).toEqual(["state", "stale"]);
  });
});
