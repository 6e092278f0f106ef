import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useFilters, usePage } from "../../api/client";
import type { Component, ReleaseRow } from "../../api/types";
import { Button, cx, Empty, Failure, FilterBar, Icon, Name, Panel, plain, Skeleton, Table, Tag } from "../../ui";
import { Counts, Path } from "../vulnerability/marks";
import { lines, step, top, type Line } from "./tree";
import { useBranches } from "./useBranches";

const rowHeight = 34;

/** What a release is made of: opened branch by branch, with what is known of each and of all below it. */
export function Tree({ release: r }: { release: ReleaseRow }) {
  const intl = useIntl();
  const [filters, set, clear] = useFilters({ q: "" });
  if (!r.has_sbom) return <Empty level={2} title={intl.formatMessage({ id: "release.nosbom" })}><p><FormattedMessage id="release.nosbom.text" /></p><code className="pf-code">{`wardround sbom import --maker '${r.maker}' --product '${r.product}' --version '${r.version}' FILE`}</code></Empty>;
  return (
    <Panel flush title={<FormattedMessage id="release.madeof" values={{ count: r.components, unidentified: r.unidentified }} />}>
      <FilterBar label={intl.formatMessage({ id: "release.tree.filters" })} search={{ id: "q", label: intl.formatMessage({ id: "release.tree.search" }) }} filters={[]} values={filters} onChange={set} onClear={clear} />
      {filters.q ? <Found release={r.id} q={filters.q} /> : <Grown release={r.id} />}
    </Panel>
  );
}

function Grown({ release }: { release: string }) {
  const intl = useIntl();
  const { branches, load } = useBranches(release);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [current, setCurrent] = useState("");
  const [chosen, choose] = useState<Component | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const all = useMemo(() => lines(branches, open), [branches, open]);
  const view = useVirtualizer({ count: all.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 12, getItemKey: (i) => all[i]!.key });
  const at = Math.max(0, all.findIndex((l) => l.key === current));

  useEffect(() => {
    if (!wantsFocus.current) return;
    const line = box.current?.querySelector<HTMLElement>(`[data-index="${at}"]`);
    if (!line) return;
    wantsFocus.current = false;
    line.focus({ preventScroll: true });
  });

  const toggle = (c: Component) => {
    if (c.children === 0 || c.row < 0) return;
    setOpen((old) => {
      const next = new Set(old);
      if (!next.delete(c.row)) next.add(c.row);
      return next;
    });
    if (!open.has(c.row)) load(c.row);
  };
  const act = (line: Line) => {
    if (line.kind === "node") choose(line.component);
    else load(line.parent);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const rtl = getComputedStyle(e.currentTarget).direction === "rtl";
    const key = rtl ? ({ ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" }[e.key] ?? e.key) : e.key;
    if (key === "Enter" || key === "o") {
      e.preventDefault();
      act(all[at]!);
      return;
    }
    const { to, toggle: turned } = step(key, all, at);
    if (turned) toggle(turned);
    else if (to !== undefined && all[to]) {
      wantsFocus.current = true;
      setCurrent(all[to].key);
      view.scrollToIndex(to);
    } else return;
    e.preventDefault();
    e.stopPropagation();
  };

  if (branches.get(top)?.state === "loading" && all.length <= 1) return <div className="pf-waiting"><Skeleton lines={8} height={20} /></div>;
  if (all.length === 0) return <Empty title={intl.formatMessage({ id: "release.tree.empty" })} />;
  return (
    <div className={cx("rl-tree-split", chosen && "rl-tree-chosen")}>
      <div ref={box} className="rl-tree" role="tree" aria-label={intl.formatMessage({ id: "release.tree" })} onKeyDown={onKeyDown}>
        <div role="presentation" style={{ blockSize: view.getTotalSize(), position: "relative" }}>
          {view.getVirtualItems().map(({ index, start }) => {
            const line = all[index]!;
            return (
              <div
                key={line.key}
                role="treeitem"
                data-index={index}
                aria-level={line.level}
                aria-posinset={line.kind === "node" ? line.position : undefined}
                aria-setsize={line.kind === "node" ? line.siblings : undefined}
                aria-expanded={line.kind === "node" && line.component.children > 0 ? line.open : undefined}
                aria-selected={line.kind === "node" && chosen?.row === line.component.row}
                tabIndex={index === at ? 0 : -1}
                className="rl-line"
                style={{ insetBlockStart: start, paddingInlineStart: 16 + Math.min(line.level - 1, 16) * 20 }}
                onFocus={() => setCurrent(line.key)}
                onClick={() => act(line)}
              >
                {line.kind === "node" ? <Node line={line} onToggle={() => toggle(line.component)} /> : <Rest line={line} />}
              </div>
            );
          })}
        </div>
      </div>
      {chosen && <Chosen component={chosen} onClose={() => choose(null)} />}
    </div>
  );
}

function Node({ line, onToggle }: { line: Extract<Line, { kind: "node" }>; onToggle: () => void }) {
  const c = line.component;
  return (
    <>
      <span
        className={cx("rl-twist", line.open && "rl-twist-open")}
        aria-hidden="true"
        onClick={(e) => {
          e.stopPropagation();
          onToggle();
        }}
      >
        {c.children > 0 && c.row >= 0 && <Icon name="chevron" size={14} />}
      </span>
      <span className="rl-name"><Name value={[c.group, c.name].filter(Boolean).join("/")} />{c.version && <> <span className="wr-muted"><Name value={c.version} mono /></span></>}</span>
      {c.type && c.type !== "library" && <span className="wr-small wr-muted rl-type" lang="en">{plain(c.type)}</span>}
      {c.excluded && <Tag kind="off"><FormattedMessage id="release.excluded" /></Tag>}
      {!c.identified && !c.excluded && <Tag kind="off"><FormattedMessage id="release.unidentified" /></Tag>}
      <span className="rl-rolled"><Counts of={c.rolled} /></span>
      {c.below > 0 && <span className="wr-small wr-muted rl-below"><FormattedMessage id="release.below" values={{ count: c.below }} /></span>}
    </>
  );
}

function Rest({ line }: { line: Exclude<Line, { kind: "node" }> }) {
  if (line.kind === "loading") return <span className="wr-muted" aria-busy="true"><FormattedMessage id="ui.loading" /></span>;
  if (line.kind === "failed") return <span className="rl-failed"><Icon name="warning" size={14} /> <FormattedMessage id="release.tree.failed" /></span>;
  return <span className="rl-more"><FormattedMessage id="ui.table.more" values={{ shown: line.shown, total: line.total }} /></span>;
}

/** One component: what it is, where it stands, what is known of it. */
function Chosen({ component: c, onClose }: { component: Component; onClose: () => void }) {
  return (
    <aside className="rl-chosen" aria-live="polite">
      <div className="pf-split"><h3><Name value={c.name} wrap /></h3><Button small kind="quiet" icon="close" onClick={onClose}><FormattedMessage id="ui.close" /></Button></div>
      {c.path && <Path value={c.path} />}
      <dl className="pf-facts">
        <dt><FormattedMessage id="releases.version" /></dt><dd>{c.version ? <Name value={c.version} mono wrap /> : "—"}</dd>
        <dt><FormattedMessage id="release.identity" /></dt><dd>{c.identified ? <Name value={[c.purl ?? c.label, ...(c.cpes ?? [])].join(" · ")} mono wrap /> : <FormattedMessage id="release.unidentified.long" />}</dd>
        {c.supplier && <><dt><FormattedMessage id="release.supplier" /></dt><dd><Name value={c.supplier} wrap /></dd></>}
        {c.row < 0 && <><dt><FormattedMessage id="releases.release" /></dt><dd><Link to={`/releases/${encodeURIComponent(c.release)}`}><Name value={c.name} wrap /></Link></dd></>}
        <dt><FormattedMessage id="release.own" /></dt>
        <dd>{c.vulnerabilities && c.vulnerabilities.length > 0 ? <Ids ids={c.vulnerabilities} /> : <FormattedMessage id="releases.noneknown" />}</dd>
        <dt><FormattedMessage id="release.rolled" /></dt><dd><Counts of={c.rolled} empty={<FormattedMessage id="releases.noneknown" />} /></dd>
      </dl>
    </aside>
  );
}

function Ids({ ids }: { ids: readonly string[] }) {
  return <span className="pf-line">{ids.map((v) => <Link key={v} to={`/vulnerabilities/${encodeURIComponent(v)}`} className="wr-mono">{plain(v)}</Link>)}</span>;
}

/** What a search finds, wherever it stands. */
function Found({ release, q }: { release: string; q: string }) {
  const intl = useIntl();
  const list = usePage<Component>(`/releases/${encodeURIComponent(release)}/components`, { q, limit: 200 }, { keep: true });
  if (list.problem) return <Failure problem={list.problem} retry={list.refresh} />;
  return (
    <Table
      caption={intl.formatMessage({ id: "release.tree.found" }, { count: list.total })} rows={list.items} rowKey={(c) => String(c.row)} loading={list.loading} total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore}
      virtual={list.items.length > 60 ? { height: "64dvh", rowHeight: 56 } : false}
      empty={<Empty title={intl.formatMessage({ id: "release.tree.none" })} />}
      columns={[
        { id: "name", header: <FormattedMessage id="release.component" />, cell: (c) => <span className="pf-cell"><Name value={c.label} mono />{c.path && <span className="wr-small wr-muted pf-clip"><Path value={c.path} /></span>}</span> },
        { id: "own", header: <FormattedMessage id="release.own" />, width: "40%", wide: true, cell: (c) => (c.vulnerabilities?.length ? <Ids ids={c.vulnerabilities.slice(0, 4)} /> : c.identified ? <span className="wr-muted"><FormattedMessage id="releases.noneknown" /></span> : <Tag kind="off"><FormattedMessage id="release.unidentified" /></Tag>) },
      ]}
    />
  );
}
