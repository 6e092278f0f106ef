import { cleanup, configure, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { FindingDetail } from "../../api/types";
import { expectAccessible } from "../../app/axe";
import { Stage } from "../../app/testing";
import plainFinding from "./fixtures/finding.json";
import { posts, refuse, serve } from "./serving";
import { WorkOrder } from "./WorkOrder";

configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 30_000 });
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const finding: FindingDetail = { ...(plainFinding as unknown as FindingDetail), may: ["acknowledge", "assign"] };
const path = `/findings/${finding.id}/work-order`;
const show = (f: FindingDetail = finding) => render(<Stage><WorkOrder finding={f} /></Stage>);

describe("a work order", () => {
  it("is not offered where nobody has set it up, nor to who may not ask", async () => {
    let asked = serve({ [`GET ${path}`]: { webhook: false, link: false } });
    const { container } = show();
    await waitFor(() => expect(asked).toHaveLength(1));
    expect(container.querySelector("button")).toBeNull();
    cleanup();
    asked = serve({ [`GET ${path}`]: { webhook: true, link: true } });
    show({ ...finding, may: [] });
    await new Promise((done) => setTimeout(done, 50));
    expect(asked).toHaveLength(0);
  });

  it("is sent with a note, and leads to the form of the house", async () => {
    const asked = serve({ [`GET ${path}`]: { webhook: true, link: true }, [`POST ${path}`]: { id: "wo-1", sent: true, link: "https://cmms.example/new?t=A%20pump" } });
    const { container } = show();
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Ask for a work order" }));
    await user.type(screen.getByLabelText(/Note/), " before Monday ");
    await expectAccessible(container);
    await user.click(screen.getByRole("button", { name: "Send the order" }));
    expect((await screen.findByText("wo-1")).closest("[role=status]")!.textContent).toContain("on its way");
    expect(posts(asked)).toMatchObject([{ path, body: { note: "before Monday" } }]);
    expect(screen.getByRole("link").getAttribute("href")).toBe("https://cmms.example/new?t=A%20pump");
    expect(screen.getByRole("link").getAttribute("rel")).toContain("noopener");
  });

  it("says why it was not placed, and keeps what was typed", async () => {
    serve({ [`GET ${path}`]: { webhook: true, link: false }, [`POST ${path}`]: refuse(507, "full", "the disk is full") });
    show();
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Ask for a work order" }));
    await user.type(screen.getByLabelText(/Note/), "soon");
    await user.click(screen.getByRole("button", { name: "Send the order" }));
    expect((await screen.findByRole("alert")).textContent).toContain("the disk is full");
    expect(screen.getByLabelText<HTMLTextAreaElement>(/Note/).value).toBe("soon");
  });
});
