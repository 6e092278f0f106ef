import { cleanup, render, screen, within } from "@testing-library/react";
import { Route, Routes } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import { expectAccessible } from "../../app/axe";
import { Stage } from "../../app/testing";
import { refuse, serve } from "../finding/serving";
import diagnostics from "./fixtures/diagnostics.json";
import sample from "./fixtures/vex.json";
import Vex from "./Vex";
import VexPage from "./VexPage";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the documents", () => {
  it("say what became of their statements, those that match nothing too", async () => {
    serve({ "GET /vex": sample });
    const { container } = render(<Stage at="/vex"><Vex /></Stage>);
    const row = (await screen.findByText("infuso7.openvex.json")).closest("tr")!;
    for (const words of ["5 applied", "1 overruled", "1 expired", "2 match nothing", "1 conflict"]) expect(within(row).getByText(words)).toBeTruthy();
    expect(within(row).getByText("signature verified")).toBeTruthy();
    await expectAccessible(container);
  });
  it("say what to do when there is none", async () => {
    serve({ "GET /vex": { ...sample, items: [], total: 0 } });
    render(<Stage at="/vex" language="fr"><Vex /></Stage>);
    await screen.findByText("Aucune déclaration d’exploitabilité n’est encore là");
    expect(screen.getByText(/wardround vex/)).toBeTruthy();
  });
});

describe("one document", () => {
  const show = () => render(<Stage at="/vex/d-2"><Routes><Route path="/vex/:id" element={<VexPage />} /></Routes></Stage>);
  it("says of each statement what it matched, or the field that prevented it", async () => {
    serve({ "GET /documents/d-2": sample.items[0], "GET /vex/d-2/diagnostics": diagnostics });
    const { container } = show();
    const near = (await screen.findByText(/Nearest miss/)).closest("li")!;
    expect(within(near).getByText("matches nothing", { selector: ".wr-tag" })).toBeTruthy();
    expect(near.textContent).toContain("The statement says 4.2");
    expect(near.textContent).toContain("The product has 4.2.0");
    expect(screen.getByText(/Others say otherwise/).textContent).toContain("d-5");
    await expectAccessible(container);
  });
  it("says when it is not there", async () => {
    serve({ "GET /documents/d-2": refuse(404, "not_found", "no"), "GET /vex/d-2/diagnostics": diagnostics });
    show();
    await screen.findByText("This document is not known here");
  });
});
