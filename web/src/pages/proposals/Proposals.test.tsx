import { act, cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Session } from "../../api/types";
import { someone, Stage } from "../../app/testing";
import { type Asked, posts, refuse, serve } from "../finding/serving";
import all from "./fixtures/proposals.json";
import Proposals from "./Proposals";
import { patience } from "./useAnswers";

// The machine that runs this may be busy.
configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const path = (id: string) => `POST /proposals/${id}/answer`;
const api = (more = {}): Asked[] => serve({ "GET /proposals": all, ...Object.fromEntries(all.items.map((p) => [path(p.id), { ...p, state: "accepted" }])), ...more });
const show = (session: Session = someone) => render(<Stage session={session}><Proposals /></Stage>);
const question = async () => (await screen.findByRole("heading", { level: 2 })).textContent;
const press = (key: string) => fireEvent.keyDown(document.body, { key });
const wait = () => act(() => vi.advanceTimersByTime(patience + 1));

describe("the inventory's questions", () => {
  it("come one at a time, with what each answer means", async () => {
    api();
    show();
    expect(await question()).toBe("Are ENGINE HOSP and 10.20.10.20 one and the same?");
    expect(screen.getByText(/Both become one, under one id/)).toBeTruthy();
    expect(screen.getByText(/They stay two/)).toBeTruthy();
    expect(screen.getByText("7 open questions")).toBeTruthy();
  });

  it("are answered with one key, and sent after a moment", async () => {
    const asked = api();
    show();
    await question();
    press("y");
    expect(await question()).toBe("Is MON04 a patient monitor?");
    expect(posts(asked)).toEqual([]);
    wait();
    await waitFor(() => expect(posts(asked)).toMatchObject([{ path: "/proposals/p-1/answer", body: { accept: true } }]));
  });

  it("can be taken back without a trace", async () => {
    const asked = api();
    show();
    const first = await question();
    press("n");
    expect(screen.getByText(/^No:/)).toBeTruthy();
    press("u");
    expect(await question()).toBe(first);
    wait();
    expect(posts(asked)).toEqual([]);
  });

  it("send the answer before when the next one is given, and the last when the page is left", async () => {
    const asked = api();
    const { unmount } = show();
    await question();
    press("y");
    press("n");
    await waitFor(() => expect(posts(asked).map((p) => p.path)).toEqual(["/proposals/p-1/answer"]));
    unmount();
    expect(posts(asked).map((p) => [p.path, p.body])).toEqual([["/proposals/p-1/answer", { accept: true }], ["/proposals/p-2/answer", { accept: false }]]);
  });

  it("wait when skipped, and come back", async () => {
    const asked = api();
    show();
    const first = await question();
    for (let i = 0; i < all.items.length; i++) press("s");
    expect(await question()).toBe(first);
    expect(posts(asked)).toEqual([]);
  });

  it("are open again when the server refuses the answer", async () => {
    api({ [path("p-1")]: refuse(409, "conflict", "It was answered by r.huber.") });
    show();
    const first = await question();
    press("y");
    wait();
    expect((await screen.findByRole("alert")).textContent).toContain("It was answered by r.huber.");
    fireEvent.click(screen.getAllByRole("button", { name: /One or two/ })[0]!);
    expect(await question()).toBe(first);
  });

  it("show what was learned before it is adopted", async () => {
    api();
    show();
    await question();
    for (let i = 0; i < 5; i++) press("s");
    expect(await question()).toBe("Is what was learned in icu how it should be? (212 entries)");
    expect(screen.getByText("GATEWAY^ICU")).toBeTruthy();
    expect(screen.getByText("and 208 more")).toBeTruthy();
    expect(screen.getByRole("button", { name: /Adopt the list/ })).toBeTruthy();
  });

  it("are read, not answered, without the permission", async () => {
    const asked = api();
    const { unmount } = show({ ...someone, permissions: ["view"] });
    await question();
    press("y");
    unmount();
    expect(posts(asked)).toEqual([]);
  });

  it("are none when there are none", async () => {
    api({ "GET /proposals": { ...all, items: [], total: 0 } });
    show();
    expect(await screen.findByRole("heading", { name: "No open questions" })).toBeTruthy();
  });

  it("show hostile names as text", async () => {
    api();
    const { container } = show();
    await question();
    expect(container.querySelector("img")).toBeNull();
    expect(container.textContent).toContain("<img src=x onerror=alert(1)>");
  });
});
