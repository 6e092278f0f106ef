import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useApi, useFilters, usePage } from "../../api/client";
import type { Entry, Ledger } from "../../api/types";
import { useMay } from "../../app/session";
import { useTitle } from "../../app/title";
import { Banner, Button, Empty, Failure, FilterBar, Icon, LinkButton, Name, PageHead, Panel, Skeleton, Table, Time, plain, useOpen, type Column } from "../../ui";
import { word } from "../assets/words";
import { dayAfter, dayStart } from "./days";
import { ExportDialog } from "./ExportDialog";
import { Growth } from "./Growth";
import { Head } from "./Head";
import { Verify } from "./Verify";
import "./evidence.css";

const kinds = ["verdict", "action", "content", "gap", "erased", "key"];
const filterDefaults = { kind: "", from: "", to: "" };

/** The ledger: how it grows, what signs it, what stands in it, and whether a bundle is genuine. */
export default function Evidence() {
  const intl = useIntl();
  const text = (id: string, v?: Record<string, string | number>) => intl.formatMessage({ id }, v);
  useTitle(text("evidence.title"));
  const mayExport = useMay("evidence"), mayAudit = useMay("audit");
  const exporting = useOpen();
  const [filters, set, clear] = useFilters(filterDefaults);
  const ledger = useApi<Ledger>("/evidence", undefined, { every: 30_000 });
  const list = usePage<Entry>("/evidence/entries", { kind: filters.kind, from: dayStart(filters.from), to: dayAfter(filters.to), limit: 100 }, { keep: true });
  const l = ledger.data;
  const filtered = Object.values(filters).some(Boolean);
  return (
    <div className="ev-page">
      <PageHead title={text("evidence.title")} actions={
        <>
          {mayAudit && <LinkButton to="/audit" icon="audit"><FormattedMessage id="evidence.audit" /></LinkButton>}
          {mayExport && <Button icon="download" onClick={exporting.show}><FormattedMessage id="evidence.export" /></Button>}
        </>
      }>
        {l ? <FormattedMessage id={l.checkpoint ? "evidence.sentence" : "evidence.sentence.unsigned"} values={{ size: l.size, signed: l.checkpoint?.size ?? 0, time: <Time at={l.checkpoint?.at} mode="relative" /> }} /> : text("evidence.about")}
      </PageHead>
      {ledger.error && <Failure problem={ledger.error} retry={() => void ledger.refetch()} title={text("evidence.failed")} />}
      <div className="ev-top">
        <Panel title={<FormattedMessage id="evidence.head" />}>{l ? <Head ledger={l} /> : !ledger.error && <Skeleton lines={5} />}</Panel>
        <Panel title={<FormattedMessage id="evidence.growth" />}>
          {l ? <Growth days={l.growth} /> : !ledger.error && <Skeleton lines={5} />}
          {l && (
            <ul className="ev-kinds">
              {Object.entries(l.by_kind).sort(([, a], [, b]) => b - a).map(([k, n]) => (
                <li key={k}><Link to={`/evidence?kind=${encodeURIComponent(k)}`} aria-current={filters.kind === k ? "true" : undefined}><strong>{intl.formatNumber(n)}</strong> {kindWord(k)}</Link></li>
              ))}
            </ul>
          )}
        </Panel>
        <Panel title={<FormattedMessage id="evidence.verify" />}><Verify /></Panel>
      </div>
      <Panel flush title={<FormattedMessage id="evidence.entries" values={{ count: list.total }} />}>
        <FilterBar label={text("evidence.filters")} values={filters} onChange={set} onClear={clear}
          filters={[{ id: "kind", label: text("evidence.filter.kind"), options: [{ value: "", label: text("assets.any") }, ...[...new Set([...kinds, ...(filters.kind ? [filters.kind] : [])])].map((k) => ({ value: k, label: kindWord(k) }))] }]}>
          <label className="ev-day"><FormattedMessage id="evidence.from" /> <input type="date" className="wr-input" value={filters.from} max={filters.to || undefined} onChange={(e) => set({ from: e.target.value })} /></label>
          <label className="ev-day"><FormattedMessage id="evidence.to" /> <input type="date" className="wr-input" value={filters.to} min={filters.from || undefined} onChange={(e) => set({ to: e.target.value })} /></label>
        </FilterBar>
        {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
        {!list.problem && (
          <Table
            caption={text("evidence.caption")} columns={columns()} rows={list.items} rowKey={(e) => String(e.index)} rowHref={(e) => `/evidence/${e.index}`} loading={list.loading} virtual={list.items.length > 80 ? { height: "68dvh" } : false}
            total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore}
            empty={<Empty title={text(filtered ? "evidence.none.filtered" : "evidence.none")}><p>{text(filtered ? "evidence.none.filtered.detail" : "evidence.none.detail")}</p></Empty>}
          />
        )}
      </Panel>
      {!mayExport && <Banner><FormattedMessage id="evidence.mayexport" /></Banner>}
      {exporting.open && <ExportDialog onClose={exporting.hide} />}
    </div>
  );

  function kindWord(k: string): string {
    return `evidence.kind.${k}` in intl.messages ? text(`evidence.kind.${k}`) : plain(k);
  }

  function columns(): Column<Entry>[] {
    const head = (id: string) => <FormattedMessage id={`evidence.column.${id}`} />;
    return [
      { id: "index", header: head("index"), width: "4.5rem", align: "end", cell: (e) => <Link to={`/evidence/${e.index}`} tabIndex={-1}>{intl.formatNumber(e.index)}</Link> },
      { id: "kind", header: head("kind"), width: "8.5rem", cell: (e) => kindWord(e.kind) },
      { id: "what", header: head("what"), cell: (e) => (e.erased ? <span className="wr-muted"><Icon name="lock" size={12} /> <FormattedMessage id="evidence.erased" /></span> : <Name value={[e.reason && reasonWord(e.reason), summary(e.payload)].filter(Boolean).join(": ")} />) },
      { id: "leaf", header: head("leaf"), width: "20%", wide: true, cell: (e) => <Name value={e.leaf} mono /> },
      { id: "seq", header: head("seq"), width: "6rem", align: "end", wide: true, cell: (e) => intl.formatNumber(e.seq) },
      { id: "at", header: head("at"), width: "10.75rem", wide: true, cell: (e) => <Time at={e.at} /> },
    ];
  }

  function reasonWord(r: string): string {
    return `evidence.reason.${r}` in intl.messages ? text(`evidence.reason.${r}`) : word(intl, "source", r);
  }
}

/** A line of what an entry holds: what a reader looks for first, whatever kind it is. */
export function summary(payload: unknown): string {
  if (typeof payload !== "object" || payload === null) return "";
  const { fields, ...rest } = payload as Record<string, unknown>;
  // What a person did holds the observation that says so.
  const p: Record<string, unknown> = { ...(typeof fields === "object" ? fields : {}), ...rest };
  const s = (k: string) => (typeof p[k] === "string" ? p[k] : "");
  return [s("check") || s("act") || s("name") || s("finding"), s("state"), s("subject") || s("asset"), s("item")].filter(Boolean).join(" · ");
}
