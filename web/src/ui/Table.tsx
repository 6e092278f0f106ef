import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useNavigate } from "react-router";
import { Button } from "./Button";
import { cx } from "./cx";
import { Icon } from "./Icon";
import { Skeleton } from "./Panel";
import "./Table.css";

export interface Column<T> {
  id: string;
  header: ReactNode;
  cell: (row: T) => ReactNode;
  /** CSS width: "120px", "30%"; without one the column shares what is left. */
  width?: string;
  align?: "start" | "end";
  /** The field the API sorts by. */
  sort?: string;
  /** Left out on a phone. */
  wide?: boolean;
}

export interface TableProps<T> {
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  /** What a screen reader calls the table. */
  caption: string;
  /** Enter, o or a click on the row goes here. */
  rowHref?: (row: T) => string;
  onOpen?: (row: T) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (selected: Set<string>) => void;
  /** Draw only the rows in view: for hundreds and more. The height is what the container leaves. */
  virtual?: boolean | { height: string; rowHeight?: number };
  /** "severity" or "-severity". */
  sort?: string;
  onSort?: (sort: string) => void;
  empty?: ReactNode;
  loading?: boolean;
  /** How many there are in all, when rows is a part. */
  total?: number;
  more?: boolean;
  onMore?: () => void;
  loadingMore?: boolean;
  /** Other keys on a row: {a: row => …}. */
  keys?: Record<string, (row: T) => void>;
}

// Height of the head, which stays in view over the rows.
const head = 33;

/**
 * A table worked with two hands: j/k or arrows move, Enter or o opens, x selects, Home and End go to the ends. One row is
 * in the tab order at a time. Virtual rows stay in one real table whose rows carry aria-rowindex, so that a screen reader
 * still counts them.
 */
export function Table<T>(props: TableProps<T>) {
  const { columns, rows, rowKey, caption, rowHref, onOpen, selected, onSelect, virtual, sort, onSort, empty, loading, total, more, onMore, loadingMore, keys } = props;
  const intl = useIntl();
  const navigate = useNavigate();
  const wrap = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const wantsFocus = useRef(false);
  const rowHeight = (typeof virtual === "object" && virtual.rowHeight) || 37;
  const view = useVirtualizer({ count: virtual ? rows.length : 0, getScrollElement: () => wrap.current, estimateSize: () => rowHeight, overscan: 12, scrollMargin: head, scrollPaddingStart: head, getItemKey: (i) => rowKey(rows[i]!) });

  const at = Math.max(0, current === null ? 0 : rows.findIndex((row) => rowKey(row) === current));
  useEffect(() => {
    if (!wantsFocus.current) return;
    const row = body.current?.querySelector<HTMLElement>(`tr[data-index="${at}"]`);
    if (!row) return;
    wantsFocus.current = false;
    row.focus({ preventScroll: !!virtual });
  });

  const move = (index: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (!row) return;
    wantsFocus.current = true;
    setCurrent(rowKey(row));
    if (virtual) view.scrollToIndex(Math.min(rows.length - 1, Math.max(0, index)));
    if (index >= rows.length - 1 && more) onMore?.();
  };
  const open = (row: T) => {
    if (onOpen) onOpen(row);
    else if (rowHref) void navigate(rowHref(row));
  };
  const toggle = (row: T) => {
    if (!onSelect) return;
    const next = new Set(selected);
    if (!next.delete(rowKey(row))) next.add(rowKey(row));
    onSelect(next);
  };
  const onKeyDown = (e: KeyboardEvent, row: T, index: number) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target !== e.currentTarget) return;
    const acts: Record<string, () => void> = {
      j: () => move(index + 1), ArrowDown: () => move(index + 1), k: () => move(index - 1), ArrowUp: () => move(index - 1),
      Home: () => move(0), End: () => move(rows.length - 1), PageDown: () => move(index + 10), PageUp: () => move(index - 10),
    };
    if (onOpen || rowHref) acts.Enter = acts.o = () => open(row);
    if (onSelect) acts.x = acts[" "] = () => toggle(row);
    for (const [key, act] of Object.entries(keys ?? {})) acts[key] = () => act(row);
    const act = acts[e.key];
    if (!act) return;
    e.preventDefault();
    e.stopPropagation();
    act();
  };

  if (loading && rows.length === 0) return <div className="wr-panel-body"><Skeleton lines={6} height={20} /></div>;
  if (rows.length === 0 && empty) return <>{empty}</>;

  const items = virtual ? view.getVirtualItems() : rows.map((_, index) => ({ index, key: index, start: 0, end: 0 }));
  const before = virtual ? (items[0]?.start ?? head) - head : 0;
  const after = virtual ? view.getTotalSize() - (items.at(-1)?.end ?? head) + head : 0;
  const all = rows.length > 0 && rows.every((row) => selected?.has(rowKey(row)));
  const interactive = !!(onOpen || rowHref);

  const line = (row: T, index: number) => {
    const key = rowKey(row);
    const isSelected = selected?.has(key);
    return (
      <tr
        key={key}
        data-index={index}
        ref={virtual ? view.measureElement : undefined}
        aria-rowindex={index + 2}
        aria-selected={onSelect ? !!isSelected : undefined}
        tabIndex={index === at ? 0 : -1}
        className={interactive ? "wr-table-open" : undefined}
        onFocus={() => setCurrent(key)}
        onKeyDown={(e) => onKeyDown(e, row, index)}
        onClick={(e) => interactive && !(e.target as HTMLElement).closest("a, button, input, select, label") && !getSelection()?.toString() && open(row)}
      >
        {onSelect && (
          <td className="wr-table-check">
            <input type="checkbox" tabIndex={-1} checked={!!isSelected} aria-label={intl.formatMessage({ id: "ui.table.select" }, { n: index + 1 })} onChange={() => toggle(row)} />
          </td>
        )}
        {columns.map((column) => <td key={column.id} className={cx(column.align === "end" && "wr-cell-end", column.wide && "wr-cell-wide")}>{column.cell(row)}</td>)}
      </tr>
    );
  };

  return (
    <div
      ref={wrap}
      className="wr-table-wrap"
      style={virtual ? { blockSize: typeof virtual === "object" ? virtual.height : "100%" } : undefined}
      onScroll={(e) => {
        const box = e.currentTarget;
        if (more && onMore && !loadingMore && box.scrollHeight - box.scrollTop - box.clientHeight < 600) onMore();
      }}
    >
      <table className="wr-table" aria-rowcount={(total ?? rows.length) + 1} role={onSelect ? "grid" : undefined} aria-multiselectable={onSelect ? true : undefined}>
        <caption>{caption}</caption>
        <colgroup>
          {onSelect && <col style={{ inlineSize: "40px" }} />}
          {columns.map((column) => <col key={column.id} className={cx(column.wide && "wr-cell-wide")} style={column.width ? { inlineSize: column.width } : undefined} />)}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {onSelect && (
              <th scope="col" className="wr-table-check">
                <input type="checkbox" checked={all} aria-label={intl.formatMessage({ id: "ui.table.all" })} onChange={() => onSelect(all ? new Set() : new Set(rows.map(rowKey)))} />
              </th>
            )}
            {columns.map((column) => {
              const down = sort === `-${column.sort}`;
              const on = column.sort !== undefined && (down || sort === column.sort);
              return (
                <th key={column.id} scope="col" className={cx(column.align === "end" && "wr-cell-end", column.wide && "wr-cell-wide")} aria-sort={column.sort && onSort ? (on ? (down ? "descending" : "ascending") : "none") : undefined}>
                  {column.sort && onSort ? (
                    <button type="button" className="wr-sort" onClick={() => onSort(down ? column.sort! : `-${column.sort}`)}>
                      {column.header}
                      {on && <Icon name={down ? "down" : "up"} size={12} />}
                    </button>
                  ) : column.header}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody ref={body}>
          {/* One cell without a span: columns that a phone leaves out must not come back through it. */}
          {before > 0 && <tr className="wr-table-pad" aria-hidden="true"><td style={{ blockSize: before }} /></tr>}
          {items.map(({ index }) => line(rows[index]!, index))}
          {after > 0 && <tr className="wr-table-pad" aria-hidden="true"><td style={{ blockSize: after }} /></tr>}
        </tbody>
      </table>
      {more && onMore && (
        <div className="wr-table-more">
          <Button small busy={loadingMore} onClick={onMore}><FormattedMessage id="ui.table.more" values={{ shown: rows.length, total: total ?? rows.length }} /></Button>
        </div>
      )}
    </div>
  );
}
