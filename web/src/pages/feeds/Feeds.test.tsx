import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Feed } from "../../api/types";
import { expectAccessible } from "../../app/axe";
import { Stage } from "../../app/testing";
import { refuse, serve } from "../finding/serving";
import Feeds from "./Feeds";
import documents from "./fixtures/documents.json";
import sample from "./fixtures/feeds.json";
import { health, oldAfter, shown } from "./health";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const feed = (more: Partial<Feed>): Feed => ({ name: "x", kind: "osv", records: 1, newest: "", at: "2026-03-01T00:00:00Z", age_s: 60, ...more });

describe("the health of a feed", () => {
  it("is missing where components are and no record is, old after a week, else fresh", () => {
    expect(health(feed({ records: 0, missing: 3, age_s: -1 }), 0)).toBe("missing");
    expect(health(feed({ age_s: oldAfter + 1 }), 0)).toBe("old");
    expect(health(feed({ age_s: -1, at: "0001-01-01T00:00:00Z" }), 0)).toBe("old");
    expect(health(feed({}), 0)).toBe("fresh");
  });
  it("orders what needs a hand first", () => {
    const list = [feed({ name: "b" }), feed({ name: "a" }), feed({ name: "z", age_s: oldAfter * 2 }), feed({ name: "npm", records: 0, missing: 1 })];
    expect(shown(list, { q: "", health: "" }, 0).map((f) => f.name)).toEqual(["npm", "z", "a", "b"]);
    expect(shown(list, { q: "NPM", health: "missing" }, 0).length).toBe(1);
  });
});

describe("the page", () => {
  it("says of what nothing is known although it is here, what is old, and what could not be read", async () => {
    serve({ "GET /feeds": sample, "GET /documents": documents });
    const { container } = render(<Stage at="/feeds"><Feeds /></Stage>);
    expect((await screen.findByText(/Nothing is known of/)).textContent).toContain("312 components");
    expect(within(screen.getByText("cisa/csaf").closest("tr")!).getByText("older than a week")).toBeTruthy();
    await screen.findByText(/offset 18211/);
    await expectAccessible(container);
  });
  it("says how to get knowledge when there is none, and what failed", async () => {
    serve({ "GET /feeds": { ...sample, items: [], total: 0 }, "GET /documents": { ...documents, items: [], total: 0 } });
    render(<Stage at="/feeds" language="de"><Feeds /></Stage>);
    await screen.findByText("Noch ist kein Wissen da");
    expect(screen.getByText(/wardround feed update/)).toBeTruthy();
    cleanup();
    serve({ "GET /feeds": refuse(503, "unavailable", "It is being rebuilt."), "GET /documents": documents });
    render(<Stage at="/feeds"><Feeds /></Stage>);
    await screen.findByText("It is being rebuilt.");
  });
});
