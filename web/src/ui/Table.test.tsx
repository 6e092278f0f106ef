import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, test, vi } from "vitest";
import { expectAccessible } from "../app/axe";
import { Stage } from "../app/testing";
import { Table } from ".";
import type { TableProps } from ".";

interface Row {
  id: string;
  name: string;
}

const rows = ["PG-04", "V-06", "CT-2"].map((name, i) => ({ id: String(i), name }));

function Story(props: Partial<TableProps<Row>>) {
  const [selected, setSelected] = useState(new Set<string>());
  return (
    <Stage>
      <Table caption="Assets" rowKey={(row) => row.id} rows={rows} columns={[{ id: "name", header: "Name", cell: (row) => row.name, sort: "name" }]} selected={selected} onSelect={setSelected} {...props} />
    </Stage>
  );
}

const focused = () => document.activeElement?.textContent;

describe("a table", () => {
  test("passes axe, with and without selection", async () => {
    const { container, rerender } = render(<Story sort="-name" onSort={() => {}} />);
    await expectAccessible(container);
    rerender(<Story onSelect={undefined} selected={undefined} />);
    await expectAccessible(container);
  }, 20_000);

  test("has one row in the tab order and moves with j, k, arrows, Home and End", async () => {
    const user = userEvent.setup();
    const { container } = render(<Story />);
    const body = container.querySelector("tbody")!;
    expect(body.querySelectorAll('tr[tabindex="0"]')).toHaveLength(1);
    body.querySelector<HTMLElement>('tr[tabindex="0"]')!.focus();
    await user.keyboard("j");
    expect(focused()).toBe("V-06");
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(focused()).toBe("CT-2");
    await user.keyboard("k");
    expect(focused()).toBe("V-06");
    await user.keyboard("{Home}");
    expect(focused()).toBe("PG-04");
    await user.keyboard("{End}");
    expect(focused()).toBe("CT-2");
    expect(body.querySelectorAll('tr[tabindex="0"]')).toHaveLength(1);
  });

  test("opens with Enter and o, selects with x, and hands other keys on", async () => {
    const user = userEvent.setup();
    const opened = vi.fn();
    const decided = vi.fn();
    const { container } = render(<Story onOpen={opened} keys={{ a: decided }} />);
    container.querySelector<HTMLElement>('tbody tr[tabindex="0"]')!.focus();
    await user.keyboard("{Enter}jo");
    expect(opened.mock.calls.map(([row]) => (row as Row).name)).toEqual(["PG-04", "V-06"]);
    await user.keyboard("xja");
    expect(screen.getByText("V-06").closest("tr")!.getAttribute("aria-selected")).toBe("true");
    expect(decided).toHaveBeenCalledWith(rows[2]);
  });

  test("selects all and none by its head", async () => {
    const user = userEvent.setup();
    render(<Story />);
    const head = screen.getByLabelText("Select all rows shown");
    await user.click(head);
    expect(screen.getAllByRole("row", { selected: true })).toHaveLength(3);
    await user.click(head);
    expect(screen.queryAllByRole("row", { selected: true })).toHaveLength(0);
  });

  test("tells a screen reader how many rows there are, and which this is", () => {
    const { container } = render(<Story total={100_000} />);
    expect(container.querySelector("table")!.getAttribute("aria-rowcount")).toBe("100001");
    expect([...container.querySelectorAll("tbody tr")].map((row) => row.getAttribute("aria-rowindex"))).toEqual(["2", "3", "4"]);
  });

  test("sorts down first, then up, and says so", async () => {
    const user = userEvent.setup();
    const sorted = vi.fn();
    const { rerender } = render(<Story onSort={sorted} />);
    await user.click(screen.getByText("Name"));
    rerender(<Story onSort={sorted} sort="-name" />);
    expect(screen.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort")).toBe("descending");
    await user.click(screen.getByText("Name"));
    expect(sorted.mock.calls).toEqual([["-name"], ["name"]]);
  });

  test("draws only what is in view when it is virtual", async () => {
    // jsdom lays nothing out; the virtualiser asks for these.
    const row = vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(37);
    const height = vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(370);
    const width = vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(800);
    const many = Array.from({ length: 10_000 }, (_, i) => ({ id: String(i), name: `device ${i}` }));
    const { container } = render(<Story rows={many} virtual={{ height: "370px" }} />);
    await screen.findByText("device 0");
    const drawn = within(container.querySelector("tbody")!).getAllByRole("row").length;
    expect(drawn).toBeGreaterThan(5);
    expect(drawn).toBeLessThan(60);
    expect(container.querySelector("table")!.getAttribute("aria-rowcount")).toBe("10001");
    for (const size of [row, height, width]) size.mockRestore();
  });

  test("shows what stands for nothing", () => {
    render(<Story rows={[]} empty={<p>Nothing matches</p>} />);
    expect(screen.getByText("Nothing matches")).toBeDefined();
  });
});
