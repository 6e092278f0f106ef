import { cleanup, configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { FindingDetail, Session } from "../../api/types";
import { someone, Stage } from "../../app/testing";
import { siteNow } from "../../ui";
import type { Language } from "../../i18n/catalogue";
import proved from "../../evidence/testdata/proof.json";
import { dayLength, dayOf } from "./dates";
import plainFinding from "./fixtures/finding.json";
import hostile from "./fixtures/hostile.json";
import proposedFinding from "./fixtures/proposed.json";
import FindingPage from "./FindingPage";
import { posts, refuse, serve } from "./serving";

// The machine that runs this may be busy.
configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const finding = plainFinding as unknown as FindingDetail;
const proposed = proposedFinding as unknown as FindingDetail;
const as = (name: string, ...roles: Session["account"]["grants"][number]["role"][]): Session => ({ ...someone, account: { ...someone.account, name, grants: roles.map((role) => ({ role, site: "*", product: "*" })) } });
const show = (f: FindingDetail, { at = "", session = someone, language = "en" as Language } = {}) =>
  render(<Stage at={`/findings/${f.id}${at}`} session={session} language={language}><Routes><Route path="/findings/:id" element={<FindingPage />} /></Routes></Stage>);
const api = (f: FindingDetail, more = {}) => serve({ [`GET /findings/${f.id}`]: f, "GET /people": { items: [], total: 0, at: "", position: 0 }, ...more });
const ready = () => screen.findByRole("heading", { level: 1 });

describe("a finding", () => {
  it("speaks in five parts, in the order of need", async () => {
    api(finding);
    show(finding);
    await ready();
    const parts = [...document.querySelectorAll("[data-part]")];
    expect(parts.map((p) => p.querySelector("h2")!.textContent)).toEqual(["At the bedside", "Do", "Don’t", "Why we say so", "Evidence"]);
    expect(parts[0]!.textContent).toContain(finding.voice.at_the_bedside);
    expect([...parts[1]!.querySelectorAll("dt")].map((d) => d.textContent)).toEqual(["Ward", "Clinical engineering", "Security"]);
    expect(parts[3]!.textContent).toContain(`Wrong if ${finding.voice.wrong_if}`);
    expect(screen.getByText(/reviewed by a clinician/)).toBeTruthy();
  });

  it("says in which language its text is when it is another one", async () => {
    const asked = api(finding);
    show(finding, { language: "de" });
    await ready();
    expect(asked[0]!.query.get("language")).toBe("de");
    expect(screen.getByText(/Dieser Text ist auf Englisch/)).toBeTruthy();
    expect(screen.getByText(finding.voice.dont).getAttribute("lang")).toBe("en");
  });

  it("says by whose date it is due, and tells facts and reasons in words where there are some", async () => {
    const due = { ...finding, due: "2026-03-08T12:00:00Z", due_by: "terms" as const, severity: "high" as const, language: "de", facts: { direction: "opened by the device" }, facts_told: { direction: "vom Gerät geöffnet" } };
    api({ ...due, asset_card: { ...finding.asset_card!, criticality_reason: "dient Pumpe 3 (Therapie)", language: "de" } });
    show(due, { language: "de" });
    await ready();
    expect(screen.getByText(/nach den Fristen des Hauses für Schwere hoch/)).toBeTruthy();
    expect(screen.getByText("vom Gerät geöffnet")).toBeTruthy();
    expect(screen.queryByText("opened by the device")).toBeNull();
    expect(screen.getByText("dient Pumpe 3 (Therapie)").getAttribute("lang")).toBe("de");
    cleanup();
    const agreed = { ...due, due_by: "assignment" as const, assignment: { to: "r.huber", by: "anna", at: "2026-03-01T12:00:00Z", due: "2026-03-08T12:00:00Z" } };
    api({ ...agreed, asset_card: { ...finding.asset_card!, criticality_reason: "a later version says so", language: "de", english: ["criticality_reason"] } });
    show(agreed, { language: "fr" });
    await ready();
    expect(screen.getByText(/convenue avec/).textContent).toContain("r.huber");
    expect(screen.getByText("a later version says so").getAttribute("lang")).toBe("en");
  });

  it("words what people decided in the reader's language, and leaves their own words as they are", async () => {
    const row = { index: 4, seq: 9, at: "2026-03-02T06:20:00Z", act: "finding accepted", by: "anna", detail: "f-1 until 2026-04-01 all of its asset planned" };
    const said = { ...finding, decisions: [
      { ...row, said: { state: "accepted" as const, until: "2026-04-01T00:00:00Z", scope: "asset", text: "Umbau geplant" } },
      { ...row, index: 5, act: "finding assigned", said: { to: "r.huber" } },
      { ...row, index: 6, act: "finding decision refused", detail: "f-1 too long" },
    ] };
    api(said);
    show(said, { language: "de" });
    await ready();
    const history = screen.getByRole("heading", { name: "Verlauf" }).closest("section")!;
    expect(history.textContent).toMatch(/anna.*akzeptiert.*bis.*Diese Prüfung bei der ganzen Komponente: Umbau geplant/);
    expect(history.textContent).toContain("gegeben an r.huber");
    expect(history.textContent).toContain("f-1 too long");
    expect(history.textContent).not.toContain("all of its asset");
  });

  it("shows of personal fields only that they were there", async () => {
    api(finding);
    show(finding);
    await ready();
    const field = screen.getByText("user_name").closest("div")!;
    expect(field.textContent).toContain("was there; its text was not kept");
  });

  it("shows hostile names as text", async () => {
    const f = hostile as unknown as FindingDetail;
    api(f);
    const { container } = show(f);
    await ready();
    expect(container.querySelector("img")).toBeNull();
    expect(container.textContent).not.toMatch(/[\u202a-\u202e\u200f]/);
    expect(container.textContent).toContain("<img src=x onerror=alert(1)>");
  });

  it("says what failed", async () => {
    serve({});
    show(finding);
    expect((await screen.findByRole("alert")).textContent).toContain("nothing at");
  });
});

describe("deciding", () => {
  const choose = async (user: ReturnType<typeof userEvent.setup>, name: RegExp) => user.click(await screen.findByRole("radio", { name }));

  it("begins at a key, and waits for a person", async () => {
    const asked = api(finding);
    show(finding);
    await ready();
    await userEvent.keyboard("a");
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("radio", { name: /Acknowledge/ })));
    expect(posts(asked)).toEqual([]);
  });

  it("acknowledges the version that was read", async () => {
    const asked = api(finding, { [`POST /findings/${finding.id}/decision`]: { ...finding, state: "acknowledged" } });
    show(finding);
    const user = userEvent.setup();
    await choose(user, /Acknowledge/);
    await user.click(screen.getByRole("button", { name: "Acknowledge" }));
    await screen.findByText("Acknowledged.");
    expect(posts(asked)).toMatchObject([{ path: `/findings/${finding.id}/decision`, etag: finding.etag, body: { state: "acknowledged", reason: "" } }]);
  });

  it("accepts until a day to come, with a reason, never without", async () => {
    const asked = api({ ...finding, max_until: undefined }, { [`POST /findings/${finding.id}/decision`]: { ...finding, state: "accepted" } });
    show(finding);
    const user = userEvent.setup();
    await choose(user, /Accept until/);
    await user.click(screen.getByRole("button", { name: /^Accept until/ }));
    expect(screen.getByText(/Say why/)).toBeTruthy();
    const day = screen.getByLabelText("Until the end of") as HTMLInputElement;
    await user.clear(day);
    await user.type(screen.getByRole("textbox", { name: "Why" }), "New certificate on Friday.");
    await user.click(screen.getByRole("button", { name: /^Accept until/ }));
    expect(screen.getByText("Say until when.")).toBeTruthy();
    expect(posts(asked)).toEqual([]);
    const wanted = dayOf(siteNow() + 10 * dayLength, "UTC");
    await user.type(day, wanted);
    await user.click(screen.getByRole("button", { name: /^Accept until/ }));
    await screen.findByText("Accepted.");
    expect(posts(asked)[0]!.body).toEqual({ state: "accepted", reason: "New certificate on Friday.", until: `${wanted}T23:59:59.000Z` });
  });

  it("says of a false positive how far it reaches", async () => {
    const asked = api(finding, { [`POST /findings/${finding.id}/decision`]: { ...finding, state: "false positive" } });
    show(finding);
    const user = userEvent.setup();
    await choose(user, /False positive/);
    await user.type(screen.getByRole("textbox", { name: "Why" }), "It is the test broker.");
    await user.click(screen.getByRole("radio", { name: "This check on the whole asset" }));
    await user.click(screen.getByRole("button", { name: "Mark as a false positive" }));
    await screen.findByText("Marked as a false positive.");
    expect(posts(asked)[0]!.body).toEqual({ state: "false positive", reason: "It is the test broker.", scope: "asset" });
  });

  it("assigns, also to oneself", async () => {
    const asked = api(finding, { [`POST /findings/${finding.id}/assignment`]: finding });
    show(finding);
    const user = userEvent.setup();
    await choose(user, /Assign/);
    await user.click(screen.getByRole("button", { name: "I do" }));
    await user.click(screen.getByRole("button", { name: "Assign" }));
    await screen.findByText("Assigned.");
    expect(posts(asked)).toMatchObject([{ etag: finding.etag, body: { to: "mira" } }]);
  });

  it("offers only what the reader may do", async () => {
    const f = { ...finding, may: ["acknowledge"] as FindingDetail["may"] };
    api(f);
    show(f);
    await ready();
    expect(screen.getAllByRole("radio")).toHaveLength(1);
  });

  it("notices that it changed meanwhile, shows what, keeps what was typed, and says it of what is now", async () => {
    const now = { ...finding, etag: '"9"', severity: "high" as const, state: "acknowledged" as const, assignment: { to: "r.huber", by: "r.huber", at: finding.opened } };
    let current: FindingDetail = finding;
    const asked = serve({
      [`GET /findings/${finding.id}`]: () => current,
      [`POST /findings/${finding.id}/decision`]: ({ etag }: { etag: string }) => (etag === now.etag ? { ...now, state: "mitigated" } : refuse(412, "precondition", "It changed.")),
    });
    show(finding);
    const user = userEvent.setup();
    await choose(user, /Mitigated/);
    await user.type(screen.getByRole("textbox", { name: "Why" }), "The firewall lets only modalities in.");
    current = now;
    await user.click(screen.getByRole("button", { name: "Mark as mitigated" }));
    const conflict = await screen.findByRole("alert");
    expect(conflict.textContent).toContain("It changed meanwhile");
    expect(conflict.textContent).toContain("Severity: medium, now high");
    expect(conflict.textContent).toContain("State: open, now acknowledged");
    expect(conflict.textContent).toContain("With: nothing, now r.huber");
    expect((screen.getByRole("textbox", { name: "Why" }) as HTMLTextAreaElement).value).toBe("The firewall lets only modalities in.");
    await user.click(screen.getByRole("button", { name: "Mark as mitigated" }));
    await screen.findByText("Marked as mitigated.");
    expect(posts(asked).map((p) => p.etag)).toEqual([finding.etag, now.etag]);
  });

  it("shows a refusal with what to do", async () => {
    api(finding, { [`POST /findings/${finding.id}/decision`]: refuse(422, "invalid", "At most 90 days.", "Choose an earlier day.") });
    show(finding);
    const user = userEvent.setup();
    await choose(user, /Acknowledge/);
    await user.click(screen.getByRole("button", { name: "Acknowledge" }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/At most 90 days.*Choose an earlier day/);
  });
});

describe("two people", () => {
  it("are explained to the first, who only proposes", async () => {
    const f = { ...proposed, proposed: undefined, max_until: undefined };
    const asked = api(f, { [`POST /findings/${f.id}/decision`]: proposed });
    show(f, { session: as("r.huber", "security") });
    const user = userEvent.setup();
    await user.click(await screen.findByRole("radio", { name: /Accept until/ }));
    expect(screen.getByText(/two people must say so/)).toBeTruthy();
    await user.type(screen.getByRole("textbox", { name: "Why" }), "The beds are being rebuilt.");
    await user.click(screen.getByRole("button", { name: /^Propose to accept until/ }));
    await screen.findByText(/Proposed\. It counts once a second person agrees/);
    expect(posts(asked)).toHaveLength(1);
  });

  it("name who proposed, why, and who is still needed", async () => {
    api(proposed);
    show(proposed, { session: as("someone.else", "security") });
    await ready();
    expect(screen.getByText(/Still needed: somebody of clinical engineering/)).toBeTruthy();
    expect(screen.getByText("Beds 1 to 3 are being rebuilt until Friday; their pumps are in the store room.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Agree/ })).toBeNull();
  });

  it("do not let one person be both", async () => {
    api(proposed);
    show(proposed, { session: as("R.Huber", "clinical-engineering") });
    await ready();
    expect(screen.getByText(/You cannot agree with yourself/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Agree/ })).toBeNull();
  });

  it("decide when a clinical engineer agrees, in own words", async () => {
    const until = `${dayOf(siteNow() + 5 * dayLength, "UTC")}T18:00:00Z`;
    const f: FindingDetail = { ...proposed, max_until: undefined, proposed: { ...proposed.proposed!, until } };
    const asked = api(f, { [`POST /findings/${f.id}/decision`]: { ...f, proposed: undefined, state: "accepted" } });
    show(f, { session: as("m.okafor", "clinical-engineering") });
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: /Agree/ }));
    expect(posts(asked)).toEqual([]);
    await user.type(screen.getByRole("textbox", { name: "Why" }), "Seen in the store room.");
    await user.click(screen.getByRole("button", { name: /^Accept until/ }));
    await screen.findByText("Accepted.");
    expect(posts(asked)[0]!.body).toMatchObject({ state: "accepted", reason: "Seen in the store room.", until: `${until.slice(0, 10)}T23:59:59.000Z` });
  });
});

describe("its evidence", () => {
  const evidence = { "GET /evidence/entries/5": proved.entry, "GET /evidence/entries/5/proof": proved.proof, "GET /evidence": proved.ledger };

  it("is proved in the page, from a key", async () => {
    api(finding, evidence);
    show(finding);
    await ready();
    await userEvent.keyboard("e");
    const drawer = await screen.findByRole("dialog");
    await within(drawer).findByText(/Proved: this entry is in the ledger/);
    expect(within(drawer).getAllByText("computed here, agrees")).toHaveLength(proved.proof.steps.length + 4);
  });

  it("is refused when a word of it was changed", async () => {
    api(finding, { ...evidence, "GET /evidence/entries/5": { ...proved.entry, canonical: proved.entry.canonical.replace('"fail"', '"pass"') } });
    show(finding, { at: "?evidence=5" });
    expect((await screen.findByRole("alert")).textContent).toContain("does not hold together");
    expect(screen.getByText("computed here, differs")).toBeTruthy();
  });

  it("says when there is none yet", async () => {
    const f = { ...finding, leaf: undefined };
    api(f);
    show(f, { at: "?evidence=newest" });
    await screen.findByText(/No entry of the ledger stands behind this yet/);
  });
});
