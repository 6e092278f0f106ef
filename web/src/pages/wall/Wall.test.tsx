import { cleanup, configure, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Stage } from "../../app/testing";
import { refuse, serve } from "../finding/serving";
import empty from "../overview/fixtures/empty.json";
import full from "../overview/fixtures/overview.json";
import Wall from "./Wall";

// The machine that runs this may be busy.
configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the wall", () => {
  it("says what is dangerous now, counts the rest, and is no patient alarm", async () => {
    serve({ "GET /overview": full });
    render(<Stage><Wall /></Stage>);
    await screen.findByText(full.now[0]!.title);
    expect(document.querySelectorAll("ol li")).toHaveLength(5);
    expect(screen.getByText(`and ${full.more + full.now.length - 5} more cases`)).toBeTruthy();
    expect(screen.getByText("not a patient alarm")).toBeTruthy();
    expect(screen.getByText("lost")).toBeTruthy();
    expect(document.querySelector("audio, video, marquee")).toBeNull();
  });
  it("never calls what is unwatched fine", async () => {
    serve({ "GET /overview": empty });
    render(<Stage><Wall /></Stage>);
    await screen.findByText("Nothing is known to be wrong now, in what is watched.");
    expect(screen.getByText("Nothing is watched.")).toBeTruthy();
  });
  it("says since when it is not up to date, and shows what it knew", async () => {
    let broken = false;
    serve({ "GET /overview": () => (broken ? refuse(503, "unavailable", "Shutting down.") : full) });
    vi.useFakeTimers({ shouldAdvanceTime: true });
    try {
      render(<Stage><Wall /></Stage>);
      await screen.findByText(full.now[0]!.title);
      broken = true;
      vi.advanceTimersByTime(20_000);
      await waitFor(() => expect(screen.getByText(/Not up to date/)).toBeTruthy());
      expect(screen.getByText(full.now[0]!.title)).toBeTruthy();
    } finally {
      vi.useRealTimers();
    }
  });
});
