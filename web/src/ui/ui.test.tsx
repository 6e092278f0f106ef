import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import type { ReactElement } from "react";
import { describe, expect, test, vi } from "vitest";
import { Problem } from "../api/client";
import { expectAccessible } from "../app/axe";
import { Stage } from "../app/testing";
import { Banner, Button, Checkbox, Confirm, Dialog, Empty, Failure, Field, FilterBar, IconButton, Menu, Name, PageHead, Panel, plain, Provenance, Secret, Segments, Select, SeverityMark, Skeleton, Sparkline, StateMark, Tabs, TextInput, Time } from ".";

const show = (element: ReactElement, language: "en" | "de" = "en") => render(<Stage language={language}>{element}</Stage>);

describe("every component passes axe", () => {
  const noop = () => {};
  const cases: [string, ReactElement][] = [
    ["buttons", <><Button kind="primary">Save</Button><Button busy>Wait</Button><IconButton icon="close" label="Close" /></>],
    ["fields", <><Field label="Name" hint="as typed" error="missing"><TextInput value="" onChange={noop} /></Field><Field label="Kind"><Select value="a" onChange={noop} options={[{ value: "a", label: "A" }]} /></Field><Checkbox checked={false} onChange={noop} label="On" hint="or off" /><Segments label="Theme" value="a" onChange={noop} options={[{ value: "a", label: "A" }, { value: "b", label: "B" }]} /></>],
    ["marks", <><SeverityMark severity="critical" count={3} /><SeverityMark severity="low" bare /><StateMark state="unknown" count={63} /><StateMark state="unwatched" /></>],
    ["panel", <Panel title="Coverage" actions={<Button>All</Button>}>text</Panel>],
    ["head", <PageHead title="Findings">a sentence</PageHead>],
    ["states", <><Skeleton /><Empty title="Nothing"><p>why</p></Empty><Banner kind="warning" role="status">old</Banner><Failure problem={new Problem({ code: "internal", status: 500, detail: "It broke." })} retry={noop} /></>],
    ["filters", <FilterBar label="Findings" search={{ id: "q", label: "Search" }} filters={[{ id: "s", label: "State", options: [{ value: "", label: "any" }, { value: "open", label: "open" }] }]} values={{ q: "", s: "open" }} onChange={noop} onClear={noop} />],
    ["text", <><Name value="PG-04" /><Time at="2026-03-02T06:15:17Z" /><Provenance source="hl7.message" at="2026-03-02T06:15:17Z" confidence={0.6} /><Secret value="abc" /></>],
    ["sparkline", <Sparkline values={[1, null, 3]} label="rate" />],
    ["tabs", <Tabs label="Asset" value="a" onChange={noop} tabs={[{ id: "a", label: "Who", content: "who" }, { id: "b", label: "What", content: "what" }]} />],
    ["dialog", <Dialog title="Decide" open onClose={noop} actions={<Button>Accept</Button>}><Field label="Reason"><TextInput value="" onChange={noop} /></Field></Dialog>],
  ];
  test.each(cases)("%s", async (_, element) => {
    const { container } = show(element);
    await expectAccessible(container);
  });
});

describe("a name off the wire", () => {
  test("is text, whatever it holds", () => {
    const { container } = show(<Name value={'<img src=x onerror="alert(1)">'} />);
    expect(container.querySelector("img")).toBeNull();
    expect(container.textContent).toContain("<img");
    expect(container.querySelector("bdi")).not.toBeNull();
  });
  test.each([
    ["invoice\u202egnp.exe", "invoice⟨U+202E⟩gnp.exe"],
    ["two\nlines\u0000", "two␊lines␀"],
    ["zero\u200bwidth", "zero⟨U+200B⟩width"],
    ["Ürün 药 مضخة", "Ürün 药 مضخة"],
  ])("%j is shown as %j", (raw, shown) => expect(plain(raw)).toBe(shown));
});

describe("state is told without colour", () => {
  test("unknown and nobody looking have words and shapes of their own", () => {
    const { container } = show(<><StateMark state="unknown" /><StateMark state="unwatched" /><StateMark state="pass" /></>);
    expect(container.textContent).toBe("unknownnobody lookingpass");
    const shapes = [...container.querySelectorAll("svg")].map((svg) => svg.innerHTML.replace(/_r_\w+_|«\w+»/g, ""));
    expect(new Set(shapes).size).toBe(3);
    expect(shapes[0]).toContain("pattern");
    expect(shapes[1]).toContain("stroke-dasharray");
  });
  test("in German", () => {
    show(<SeverityMark severity="critical" count={1204} />, "de");
    expect(screen.getByText("kritisch")).toBeDefined();
    expect(screen.getByText("1.204")).toBeDefined();
  });
});

describe("a time", () => {
  test("carries UTC beside the viewer's own", () => {
    show(<Time at="2026-03-02T06:15:17Z" />);
    expect(screen.getByText(/2026/).getAttribute("title")).toContain("2026-03-02 06:15:17 UTC");
  });
  test.each([undefined, "", "nonsense", "0001-01-01T00:00:00Z"])("%j is a dash", (at) => {
    const { container } = show(<Time at={at} />);
    expect(container.textContent).toBe("—");
  });
});

describe("a dialog", () => {
  function Story() {
    const [open, setOpen] = useState(false);
    return (
      <>
        <Button onClick={() => setOpen(true)}>Decide</Button>
        <Dialog title="Accept until" open={open} onClose={() => setOpen(false)} actions={<Button>Accept</Button>}>
          <Field label="Reason"><TextInput value="" onChange={() => {}} /></Field>
        </Dialog>
      </>
    );
  }
  test("takes the focus, keeps it, and gives it back on Escape", async () => {
    const user = userEvent.setup();
    show(<Story />);
    const opener = screen.getByText("Decide");
    await user.click(opener);
    expect(document.activeElement).toBe(screen.getByLabelText("Reason"));
    await user.tab();
    expect(document.activeElement).toBe(screen.getByText("Accept"));
    await user.tab();
    expect(document.activeElement).toBe(screen.getByLabelText("Close"));
    await user.tab({ shift: true });
    expect(document.activeElement).toBe(screen.getByText("Accept"));
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(document.activeElement).toBe(opener);
  });
  test("that ends something begins on Cancel", () => {
    show(<Confirm title="Delete?" open onClose={() => {}} onConfirm={() => {}} verb="Delete" danger>It cannot be taken back.</Confirm>);
    expect(document.activeElement?.textContent).toBe("Cancel");
  });
});

describe("a menu", () => {
  test("opens with Down, moves, jumps by letter, and gives the focus back", async () => {
    const user = userEvent.setup();
    const chosen = vi.fn();
    show(<Menu label="Account" items={[{ id: "a", label: "Profile" }, { id: "b", label: "Settings", disabled: true }, { id: "c", label: "Sign out", onSelect: chosen }]} />);
    const button = screen.getByLabelText("Account");
    button.focus();
    await user.keyboard("{ArrowDown}");
    expect(document.activeElement?.textContent).toBe("Profile");
    await user.keyboard("{ArrowUp}");
    expect(document.activeElement?.textContent).toBe("Sign out");
    await user.keyboard("p{Escape}");
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(button);
    await user.keyboard("{ArrowDown}{End}{Enter}");
    expect(chosen).toHaveBeenCalledOnce();
  });
});

describe("tabs", () => {
  test("move with arrows, round the ends", async () => {
    const user = userEvent.setup();
    function Story() {
      const [at, set] = useState("a");
      return <Tabs label="Asset" value={at} onChange={set} tabs={["a", "b", "c"].map((id) => ({ id, label: `Tab ${id}`, content: `Panel ${id}` }))} />;
    }
    show(<Story />);
    screen.getByText("Tab a").focus();
    await user.keyboard("{ArrowLeft}");
    expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Tab c");
    expect(document.activeElement?.textContent).toBe("Tab c");
    await user.keyboard("{Home}");
    expect(screen.getByRole("tabpanel").textContent).toBe("Panel a");
  });
});

describe("a field", () => {
  test("is wired to its label, hint and error", () => {
    show(<Field label="Reason" hint="A sentence." error="Say why."><TextInput value="" onChange={() => {}} /></Field>);
    const box = screen.getByLabelText("Reason");
    expect(box.getAttribute("aria-invalid")).toBe("true");
    const described = box.getAttribute("aria-describedby")!.split(" ").map((id) => document.getElementById(id)?.textContent);
    expect(described).toEqual(["A sentence.", "Say why."]);
  });
  test("of search waits for the typing to rest", () => {
    vi.useFakeTimers();
    const changed = vi.fn();
    show(<FilterBar label="Findings" search={{ id: "q", label: "Search" }} filters={[]} values={{ q: "" }} onChange={changed} />);
    fireEvent.change(screen.getByLabelText("Search"), { target: { value: "pu" } });
    fireEvent.change(screen.getByLabelText("Search"), { target: { value: "pump" } });
    vi.advanceTimersByTime(249);
    expect(changed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(changed.mock.calls).toEqual([[{ q: "pump" }]]);
    vi.useRealTimers();
  });
});
