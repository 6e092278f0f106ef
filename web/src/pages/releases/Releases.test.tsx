import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import { expectAccessible } from "../../app/axe";
import { someone, Stage } from "../../app/testing";
import type { Language } from "../../i18n/catalogue";
import { refuse, serve } from "../finding/serving";
import hostile from "./fixtures/hostile.json";
import sample from "./fixtures/releases.json";
import { peek } from "./peek";
import Releases from "./Releases";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Where() {
  const { pathname, search } = useLocation();
  return <output data-testid="where">{pathname + search}</output>;
}
const where = () => screen.getByTestId("where").textContent;
const show = (at = "/releases", session = someone, language: Language = "en") => render(<Stage at={at} session={session} language={language}><Releases /><Where /></Stage>);

/** An XMLHttpRequest that answers as told, after half of the bytes have left. */
// An upload of which half has left, and which is answered when the test says so, if it has something to say.
let answer: () => void = () => {};
function uploads(status: number, body: unknown, held = false): string[] {
  const asked: string[] = [];
  vi.stubGlobal("XMLHttpRequest", class {
    upload: { onprogress?: (e: { loaded: number; total: number; lengthComputable: boolean }) => void } = {};
    status = 0;
    responseText = "";
    onload?: () => void;
    open(_: string, url: string) { asked.push(url); }
    setRequestHeader() {}
    getResponseHeader() { return null; }
    abort() {}
    send(file: Blob) {
      this.upload.onprogress?.({ loaded: file.size / 2, total: file.size, lengthComputable: true });
      answer = () => {
        this.status = status;
        this.responseText = JSON.stringify(body);
        this.onload?.();
      };
      if (!held) setTimeout(answer, 30);
    }
  });
  return asked;
}
const bom = (component?: object) => new File([JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", metadata: { component } })], "pump.cdx.json", { type: "application/json" });

describe("what a document says it is of", () => {
  it("is read from CycloneDX, in JSON and in XML", () => {
    expect(peek(JSON.stringify({ bomFormat: "CycloneDX", metadata: { component: { name: "Infuso", version: "4.2", manufacturer: { name: "Linden" } } } }))).toEqual({ format: "CycloneDX", maker: "Linden", product: "Infuso", version: "4.2" });
    expect(peek('<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"><metadata><component type="device"><supplier><name>Linden</name></supplier><name>Infuso</name><version>4.2</version></component></metadata></bom>')).toMatchObject({ maker: "Linden", product: "Infuso", version: "4.2" });
  });
  it("is read from SPDX, in JSON, as tags, and in version 3", () => {
    expect(peek(JSON.stringify({ spdxVersion: "SPDX-2.3", documentDescribes: ["SPDXRef-b"], packages: [{ SPDXID: "SPDXRef-a", name: "zlib" }, { SPDXID: "SPDXRef-b", name: "Infuso", versionInfo: "4.2", supplier: "Organization: Linden (psirt@linden.example)" }] }))).toEqual({ format: "SPDX", maker: "Linden", product: "Infuso", version: "4.2" });
    expect(peek("SPDXVersion: SPDX-2.2\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-b\nPackageName: zlib\nSPDXID: SPDXRef-a\nPackageName: Infuso\nSPDXID: SPDXRef-b\nPackageVersion: 4.2\n")).toMatchObject({ product: "Infuso", version: "4.2" });
    expect(peek(JSON.stringify({ "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [{ type: "software_Sbom", rootElement: ["urn:1"] }, { spdxId: "urn:1", name: "image", software_packageVersion: "5" }] }))).toMatchObject({ product: "image", version: "5" });
  });
  it("is nothing for what is no bill of materials, and never a failure", () => {
    for (const odd of ["", "{", "[1,2]", "null", "<html>", "<bom", '{"bomFormat":"CycloneDX","metadata":[]}', '{"spdxVersion":"SPDX-2.3","packages":7}', "\u0000\u0001"]) expect(peek(odd).product).toBeUndefined();
  });
});

describe("the list", () => {
  it("says of each release who made it, its support, what it holds, and what is known", async () => {
    serve({ "GET /releases": sample });
    const { container } = show();
    const row = (await screen.findByText("Infuso 7 4.2.0")).closest("tr")!;
    expect(within(row).getByText("supported")).toBeTruthy();
    expect(within(row).getByText("1,284 components")).toBeTruthy();
    expect(within(row).getByText("1 exploited")).toBeTruthy();
    expect(within(row).getByText("cannot tell")).toBeTruthy();
    // Without a bill of materials nothing is green: it cannot be told.
    const blind = screen.getByText("CT Prisma VB40A").closest("tr")!;
    expect(within(blind).getByText("none")).toBeTruthy();
    await expectAccessible(container);
  });
  it("puts filters into the address and asks for them", async () => {
    const asked = serve({ "GET /releases": sample });
    show();
    await screen.findByText("Infuso 7 4.2.0");
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Bill of materials" }), "no");
    expect(where()).toBe("/releases?sbom=no");
    await waitFor(() => expect(asked.at(-1)!.query.get("sbom")).toBe("no"));
  });
  it("shows hostile names as the text they are", async () => {
    serve({ "GET /releases": hostile });
    show();
    await screen.findByText("<img src=x onerror=alert(1)> 4");
    expect(document.querySelector("img")).toBeNull();
    expect(screen.getByText("⟨U+202E⟩gpj.exe␇")).toBeTruthy();
  });
  it("says what to do when there is none, with the command; and what failed, with another try", async () => {
    let down = false;
    serve({ "GET /releases": () => (down ? refuse(503, "unavailable", "It is being rebuilt.") : { ...sample, items: [], total: 0 }) });
    show();
    await screen.findByText("No release is known yet");
    expect(screen.getByText(/wardround sbom import/)).toBeTruthy();
    cleanup();
    down = true;
    show();
    await screen.findByText("It is being rebuilt.");
    down = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    await screen.findByText("No release is known yet");
  });
  it.each([["de", "6 Versionen sind bekannt"], ["fr", "6 versions connues"]] as const)("speaks %s", async (language, words) => {
    serve({ "GET /releases": sample });
    show("/releases", someone, language);
    await screen.findByText(words);
  });
});

describe("bringing a bill of materials", () => {
  const open = async () => {
    serve({ "GET /releases": sample });
    show();
    await screen.findByText("Infuso 7 4.2.0");
    await userEvent.click(screen.getByRole("button", { name: "Bring a bill of materials …" }));
    return screen.getByLabelText("Drop a bill of materials here, or choose it");
  };
  it("takes what the document says, shows how much has left, and leads to the release", async () => {
    const asked = uploads(201, { id: "d-1", kind: "sbom", release: "r-9", release_name: "Linden Infuso 4.2", name: "pump.cdx.json", format: "CycloneDX 1.6", parts: 12 }, true);
    await userEvent.upload(await open(), bom({ name: "Infuso", version: "4.2", supplier: { name: "Linden" } }));
    await screen.findByDisplayValue("Infuso");
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    await screen.findByText("50% sent");
    act(() => answer());
    await screen.findByText(/is here: 12 components \(CycloneDX 1\.6\)/);
    expect(screen.getByRole("link", { name: "Open the release" }).getAttribute("href")).toBe("/releases/r-9");
    expect(asked[0]).toBe("/api/v1/documents?kind=sbom&maker=Linden&name=pump.cdx.json&product=Infuso&version=4.2");
  });
  it("asks for product and version where the document does not say", async () => {
    const asked = uploads(201, { id: "d-1", kind: "sbom", name: "x", format: "CycloneDX 1.6" });
    await userEvent.upload(await open(), bom());
    await screen.findByText(/does not say what it is of/);
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    await screen.findByText("Name the product.");
    expect(asked).toEqual([]);
    await userEvent.type(screen.getByLabelText("Product"), "Infuso");
    await userEvent.type(screen.getByLabelText("Version"), "4.2");
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() => expect(asked.length).toBe(1));
  });
  it("shows file, position and reason of what cannot be read", async () => {
    uploads(422, { code: "invalid", title: "invalid", status: 422, detail: "pump.cdx.json: line 412, /components/17/purl: no package URL", hint: "Nothing of it was taken." });
    await userEvent.upload(await open(), bom({ name: "Infuso", version: "4.2" }));
    await screen.findByDisplayValue("Infuso");
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    await screen.findByText("pump.cdx.json: line 412, /components/17/purl: no package URL");
  });
  it("is offered by a drop on the page, to who may", async () => {
    serve({ "GET /releases": sample });
    show();
    await screen.findByText("Infuso 7 4.2.0");
    fireEvent.drop(screen.getByText("Infuso 7 4.2.0"), { dataTransfer: { types: ["Files"], files: [bom({ name: "Dropped", version: "1" })] } });
    await screen.findByDisplayValue("Dropped");
    cleanup();
    show("/releases", { ...someone, permissions: ["view"] });
    await screen.findByText("Infuso 7 4.2.0");
    expect(screen.queryByRole("button", { name: "Bring a bill of materials …" })).toBeNull();
  });
});
