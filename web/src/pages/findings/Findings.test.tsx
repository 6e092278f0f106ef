import { cleanup, configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Finding, Session } from "../../api/types";
import { someone, Stage } from "../../app/testing";
import cases from "../cases/fixtures/cases.json";
import { posts, refuse, serve } from "../finding/serving";
import detail from "../finding/fixtures/finding.json";
import Findings from "./Findings";
import { canFold, findingParams, folded, noFilters, viewQuery } from "./filters";
import findings from "./fixtures/findings.json";
import hostile from "./fixtures/hostile.json";
import views from "./fixtures/views.json";

// The machine that runs this may be busy.
configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Where() {
  const { pathname, search } = useLocation();
  return <output data-testid="where">{pathname + search}</output>;
}
const where = () => screen.getByTestId("where").textContent;
const show = (at = "/findings", session: Session = someone) => render(<Stage at={at} session={session}><Findings /><Where /></Stage>);
const api = (more = {}) => serve({ "GET /findings": findings, "GET /cases": cases, "GET /views": views, "GET /checks": { items: [], total: 0, at: "", position: 0 }, ...more });
const rows = async () => {
  await waitFor(() => expect(document.querySelector("tbody tr[data-index]")).toBeTruthy());
  return [...document.querySelectorAll<HTMLElement>("tbody tr[data-index]")];
};

describe("the filters", () => {
  it("ask for what needs somebody unless told otherwise", () => {
    expect(findingParams(noFilters)).toMatchObject({ state: "open,acknowledged,mitigated,reopened", live: undefined, sort: "-severity" });
    expect(findingParams({ ...noFilters, state: "fixed" })).toMatchObject({ state: "fixed", live: "false" });
    expect(findingParams({ ...noFilters, state: "any" })).toMatchObject({ state: "", live: "false" });
    expect(findingParams({ ...noFilters, fold: "no" })).not.toHaveProperty("fold");
  });
  it("fold into cases only where cases know the filters", () => {
    expect(folded(noFilters)).toBe(true);
    expect(folded({ ...noFilters, state: "open,acknowledged,mitigated,reopened", zone: "icu", severity: "high" })).toBe(true);
    expect(folded({ ...noFilters, fold: "no" })).toBe(false);
    for (const f of [{ assignee: "me" }, { ward: "ICU" }, { state: "accepted" }, { overdue: "true" }, { asset: "a" }]) expect(canFold({ ...noFilters, ...f })).toBe(false);
  });
  it("are kept in a view as short as can be", () => {
    expect(viewQuery(noFilters)).toBe("");
    expect(viewQuery({ ...noFilters, assignee: "me", sort: "-criticality" })).toBe("assignee=me&sort=-criticality");
  });
});

describe("the queue", () => {
  it("folds alike findings into one line, which opens the case, or the finding if it is alone", async () => {
    const asked = api();
    show();
    const lines = await rows();
    expect(lines).toHaveLength(cases.items.length);
    expect(asked.some((a) => a.path === "/findings")).toBe(false);
    const many = cases.items.findIndex((c) => c.findings > 1);
    expect(within(lines[many]!).getByRole("link").getAttribute("href")).toBe(`/cases/${cases.items[many]!.id}`);
    expect(lines[many]!.textContent).toContain(String(cases.items[many]!.findings));
    const one = cases.items.findIndex((c) => c.findings === 1);
    expect(within(lines[one]!).getByRole("link").getAttribute("href")).toBe(`/findings/${cases.items[one]!.finding}`);
  });

  it("asks what the URL says, and says in the URL what is asked", async () => {
    const asked = api();
    show("/findings?severity=high&ward=ICU+2&fold=no");
    await rows();
    const first = asked.find((a) => a.path === "/findings")!;
    expect([first.query.get("severity"), first.query.get("ward"), first.query.get("state")]).toEqual(["high", "ICU 2", "open,acknowledged,mitigated,reopened"]);
    const user = userEvent.setup();
    await user.selectOptions(screen.getByRole("combobox", { name: "State" }), "accepted");
    await waitFor(() => expect(where()).toContain("state=accepted"));
    await user.click(screen.getByRole("button", { name: "Clear filters" }));
    await waitFor(() => expect(where()).toBe("/findings"));
  });

  it("exports what is shown, as a file of the API", async () => {
    api();
    show("/findings?severity=high&fold=no");
    await rows();
    const csv = screen.getByRole("link", { name: "CSV" });
    expect(csv.getAttribute("href")).toMatch(/^\/api\/v1\/findings\?.*format=csv.*severity=high/);
    expect(csv.hasAttribute("download")).toBe(true);
  });

  it("takes off what a link brought along", async () => {
    api();
    show("/findings?case=c-1&fold=no");
    await rows();
    await userEvent.click(screen.getByRole("button", { name: "Take this filter off" }));
    await waitFor(() => expect(where()).toBe("/findings?fold=no"));
  });

  it("shows what it does not know as text, right to left and without end", async () => {
    api({ "GET /findings": hostile });
    const { container } = show("/findings?fold=no");
    await rows();
    expect(container.querySelector("img")).toBeNull();
    expect(container.textContent).not.toContain("\u202e");
    expect(container.querySelectorAll("tbody bdi").length).toBeGreaterThan(hostile.items.length);
  });

  it("says why it is empty", async () => {
    api({ "GET /findings": { ...findings, items: [], total: 0 }, "GET /cases": { ...cases, items: [], total: 0 } });
    show();
    await screen.findByText("No finding asks for anybody");
    expect(screen.getByRole("link", { name: "See where nobody is looking" }).getAttribute("href")).toBe("/");
  });

  it("says what failed, and asks again", async () => {
    let broken = true;
    api({ "GET /cases": () => (broken ? refuse(500, "internal", "The board is being rebuilt.", "Try again in a minute.") : cases) });
    show();
    expect((await screen.findByRole("alert")).textContent).toContain("The board is being rebuilt.");
    broken = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await rows()).toHaveLength(cases.items.length);
  });
});

describe("names", () => {
  it("are told in the reader's language, and segments by what people call them", async () => {
    const first = findings.items[0]! as unknown as Finding;
    const title = "Zwei Maschinen beanspruchen eine Netzadresse";
    const asked = api({ "GET /settings/zones": { name: "zones", etag: '"1"', value: [{ id: first.zone, name: "Intensivstation" }] }, "GET /findings": { ...findings, items: [{ ...first, title, language: "de", ward: undefined }, { ...first, id: "f-2", check: "other", title: "Untold", language: "en", zone: "lab", ward: undefined }] } });
    render(<Stage at="/findings?fold=no" language="de"><Findings /></Stage>);
    const told = await screen.findByText(title);
    expect(asked.find((a) => a.path === "/findings")!.query.get("language")).toBe("de");
    expect(told.getAttribute("lang")).toBe("de");
    expect((await screen.findAllByText("Intensivstation")).map((el) => el.tagName)).toEqual(["OPTION", "BDI"]);
    expect(screen.getByText("Untold").getAttribute("lang")).toBe("en");
    expect(screen.getByText("lab")).toBeTruthy();
  });
});

describe("two hands on the keyboard", () => {
  it("moves, selects and opens", async () => {
    api();
    show("/findings?fold=no");
    const lines = await rows();
    const user = userEvent.setup();
    await user.keyboard("j");
    expect(document.activeElement).toBe(lines[0]);
    await user.keyboard("j");
    await waitFor(() => expect(document.activeElement).toBe((document.querySelectorAll("tbody tr[data-index]"))[1]));
    await user.keyboard("x");
    expect(await screen.findByText("1 selected")).toBeTruthy();
    await user.keyboard("{Enter}");
    expect(where()).toBe(`/findings/${findings.items[1]!.id}`);
  });

  it("opens the decision box, which decides nothing by itself", async () => {
    const asked = api({ [`GET /findings/${findings.items[0]!.id}`]: { ...detail, id: findings.items[0]!.id } });
    show("/findings?fold=no");
    await rows();
    const user = userEvent.setup();
    await user.keyboard("ja");
    const box = await screen.findByRole("dialog");
    await within(box).findByRole("radio", { name: /Acknowledge/ });
    expect(posts(asked)).toEqual([]);
  });

  it("goes to the evidence", async () => {
    api();
    show("/findings?fold=no");
    await rows();
    await userEvent.keyboard("je");
    expect(where()).toBe(`/findings/${findings.items[0]!.id}?evidence=newest`);
  });
});

describe("many at once", () => {
  const select = async (user: ReturnType<typeof userEvent.setup>, n: number) => {
    const lines = await rows();
    for (const line of lines.slice(0, n)) await user.click(within(line).getByRole("checkbox"));
  };

  it("are sent with one reason, and each refusal is shown by name", async () => {
    const [first, second] = findings.items as unknown as Finding[];
    const asked = api({
      "POST /findings/bulk": { done: [second!.id], refused: [{ id: first!.id, problem: { title: "x", status: 422, code: "invalid", detail: "It needs two people.", hint: "Decide it on its own page." } }] },
    });
    show("/findings?fold=no");
    const user = userEvent.setup();
    await select(user, 2);
    await user.click(screen.getByRole("button", { name: "False positive" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("on its own page");
    await user.click(within(dialog).getByRole("button", { name: "False positive" }));
    expect(within(dialog).getByText(/Say why/)).toBeTruthy();
    expect(posts(asked)).toEqual([]);
    await user.type(within(dialog).getByRole("textbox"), "Planned change 2291.");
    await user.click(within(dialog).getByRole("button", { name: "False positive" }));
    await screen.findByText("1 finding was changed.");
    expect(posts(asked)[0]!.body).toEqual({ ids: [first!.id, second!.id], act: "false positive", reason: "Planned change 2291." });
    const outcome = screen.getByRole("dialog");
    expect(outcome.textContent).toContain("It needs two people. Decide it on its own page.");
    await user.click(within(outcome).getAllByRole("button", { name: "Close" })[0]!);
    expect(await screen.findByText("1 selected")).toBeTruthy();
  });

  it("are not offered to whoever only reads", async () => {
    api();
    show("/findings?fold=no", { ...someone, permissions: ["view"] });
    const user = userEvent.setup();
    await select(user, 1);
    const bar = await screen.findByRole("region", { name: "Selected findings" });
    expect(within(bar).queryByRole("button", { name: "Acknowledge" })).toBeNull();
    expect(bar.textContent).toContain("does not decide");
  });
});

describe("saved views", () => {
  it("keep the filters under a name", async () => {
    const asked = api({ "POST /views": { id: "v-9" } });
    show("/findings?assignee=me");
    const user = userEvent.setup();
    await user.click(screen.getByRole("button", { name: "Views" }));
    await user.click(await screen.findByRole("menuitem", { name: /Save this view/ }));
    await user.type(screen.getByRole("textbox", { name: "Name of this view" }), "Mine");
    await user.click(screen.getByRole("button", { name: "Save view" }));
    await waitFor(() => expect(posts(asked)[0]?.body).toEqual({ name: "Mine", page: "findings", query: "assignee=me", shared: false }));
  });
  it("bring them back", async () => {
    api();
    show();
    const user = userEvent.setup();
    await waitFor(() => expect(document.querySelector("tbody tr")).toBeTruthy());
    await user.click(screen.getByRole("button", { name: "Views" }));
    await user.click(await screen.findByRole("menuitem", { name: /ICU 2, high and worse/ }));
    await waitFor(() => expect(where()).toBe("/findings?zone=icu&severity=high"));
  });
});
