import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { expectAccessible } from "../../app/axe";
import { Stage } from "../../app/testing";
import { serve } from "../finding/serving";
import vulnerabilities from "../vulnerabilities/fixtures/vulnerabilities.json";
import findings from "./fixtures/findings.json";
import metrics from "./fixtures/metrics.json";
import support from "./fixtures/support.json";
import Fleet from "./Fleet";
import { history, median, months, span } from "./series";

// A canvas draws nothing here; what is drawn stands as a table below it, too.
vi.mock("./Chart", () => ({ default: ({ label }: { label: string }) => <div role="img" aria-label={label} /> }));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the history", () => {
  it("counts what was found, fixed and open by month, and leaves a gap where there is nothing to measure", () => {
    const got = history(
      [{ opened: "2026-01-10T00:00:00Z", fixed: "2026-03-11T00:00:00Z", state: "fixed" }, { opened: "2026-01-20T00:00:00Z", state: "open" }, { opened: "2026-03-01T00:00:00Z", fixed: "2026-03-05T00:00:00Z", state: "reopened" }],
      [{ published: "2026-01-08T00:00:00Z", since: "2026-01-10T00:00:00Z" }, { published: "2026-02-01T00:00:00Z" }], "2026-03");
    expect(got).toEqual([
      { month: "2026-01", opened: 2, fixed: 0, open: 2, verdict: 2, patch: null },
      { month: "2026-02", opened: 0, fixed: 0, open: 2, verdict: null, patch: null },
      { month: "2026-03", opened: 1, fixed: 1, open: 2, verdict: null, patch: 60 },
    ]);
  });
  it("is empty without events, and bounded whatever the clocks say", () => {
    expect(history([], [], "2026-03")).toEqual([]);
    expect(history([{ opened: "1971-01-01T00:00:00Z", state: "open" }], [], "2026-03").length).toBe(36);
    expect(history([{ opened: "2031-01-01T00:00:00Z", state: "open" }], [], "2026-03").map((m) => m.month)).toEqual(["2026-03"]);
    expect(history([{ opened: "0001-01-01T00:00:00Z", state: "open" }], [], "2026-03")).toEqual([]);
  });
  it("crosses the year", () => expect(months("2025-11", "2026-02")).toEqual(["2025-11", "2025-12", "2026-01", "2026-02"]));
  it("takes medians and speaks in fitting units", () => {
    expect([median([]), median([3, 1, 2]), median([4, 1])]).toEqual([null, 2, 2.5]);
    expect([span(42), span(600), span(9000), span(1_814_400)]).toEqual([{ value: 42, unit: "second" }, { value: 10, unit: "minute" }, { value: 2.5, unit: "hour" }, { value: 21, unit: "day" }]);
  });
});

describe("the page", () => {
  const api = (more = {}) => serve({ "GET /portfolio/metrics": metrics, "GET /portfolio/support": support, "GET /findings": findings, "GET /vulnerabilities": vulnerabilities, ...more });
  it("says the three figures in sentences, with what they have seen", async () => {
    const asked = api();
    const { container } = render(<Stage at="/fleet"><Fleet /></Stage>);
    await screen.findByText("42 seconds");
    expect(screen.getByText("21 days")).toBeTruthy();
    expect(screen.getByText("143 of 198 devices patched (72.2%)")).toBeTruthy();
    expect(screen.getAllByText(/has seen 5 of 6 releases/).length).toBe(2);
    await screen.findByText(/This rests on 62 of 62 findings/);
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Within" }), "24");
    await waitFor(() => expect(asked.at(-1)!.query.get("months")).toBe("24"));
    await expectAccessible(container);
  }, 20_000);
  it("says that nothing had to be patched rather than a percentage of nothing", async () => {
    const none = { n: 0, p50: 0, p90: 0, max: 0 };
    api({ "GET /portfolio/metrics": { ...metrics, verdict: none, patch: none, deployed: none, open: 0, instances: 0, patched: 0, patched_percent: -1 }, "GET /findings": { ...findings, items: [], total: 0 }, "GET /vulnerabilities": { ...vulnerabilities, items: [], total: 0 } });
    render(<Stage at="/fleet"><Fleet /></Stage>);
    await screen.findByText("No device had to be patched.");
    expect(screen.getByText("Nothing was patched yet.")).toBeTruthy();
    await screen.findByText("Nothing has happened that could be drawn");
  });
});
