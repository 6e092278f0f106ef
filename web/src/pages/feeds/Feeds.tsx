import { FormattedMessage, useIntl } from "react-intl";
import { useFilters, usePage } from "../../api/client";
import type { Feed, PortfolioDocument } from "../../api/types";
import { useTitle } from "../../app/title";
import { Banner, Button, Empty, Failure, FilterBar, Glyph, Icon, Name, Num, PageHead, Panel, plain, siteNow, Table, Time, type Column } from "../../ui";
import { English } from "../vulnerability/marks";
import { health, shown, type Health } from "./health";
import "../vulnerability/portfolio.css";

const defaults = { q: "", health: "" };

/** Where knowledge comes from, how old it is, and of what nothing is known although it is here. */
export default function Feeds() {
  const intl = useIntl();
  const text = (id: string, v?: Record<string, string | number>) => intl.formatMessage({ id }, v);
  useTitle(text("feeds.title"));
  const [filters, set, clear] = useFilters(defaults);
  const list = usePage<Feed>("/feeds", { limit: 500 }, { every: 60_000 });
  const failures = usePage<PortfolioDocument>("/documents", { kind: "knowledge", problem: "true", limit: 20 }, { every: 60_000 });
  const now = siteNow();
  const rows = shown(list.items, filters, now);
  const missing = list.items.filter((f) => (f.missing ?? 0) > 0);
  const records = list.items.reduce((n, f) => n + f.records, 0);
  return (
    <div className="pf-page">
      <PageHead title={text("feeds.title")}>
        <span role="status">{list.loading ? text("ui.loading") : text("feeds.sentence", { count: list.items.filter((f) => f.records > 0).length, records })}</span>
      </PageHead>
      {missing.map((f) => (
        <Banner key={f.name} kind="warning"><FormattedMessage id="feeds.missing" values={{ name: <strong><bdi>{plain(f.name)}</bdi></strong>, count: f.missing ?? 0 }} /> <code>{`wardround feed import ${f.name}.zip`}</code></Banner>
      ))}
      <FilterBar label={text("feeds.filters")} search={{ id: "q", label: text("feeds.search") }} values={filters} onChange={set} onClear={clear} filters={[
        { id: "health", label: text("feeds.health"), options: [{ value: "", label: text("assets.any") }, ...(["fresh", "old", "missing"] as const).map((h) => ({ value: h, label: text(`feeds.health.${h}`) }))] },
      ]} />
      {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
      {!list.problem && (
        <Table caption={text("feeds.caption")} columns={columns(now)} rows={rows} rowKey={(f) => `${f.kind} ${f.name}`} loading={list.loading}
          virtual={rows.length > 60 ? { height: "70dvh", rowHeight: 40 } : false}
          empty={list.items.length > 0
            ? <Empty level={2} title={text("feeds.none.filtered")}><Button onClick={clear}><FormattedMessage id="ui.filter.clear" /></Button></Empty>
            : <Empty level={2} title={text("feeds.none")}><p><FormattedMessage id="feeds.none.text" /></p><code className="pf-code">wardround feed update{"\n"}wardround feed import osv.zip kev.json epss.csv</code></Empty>} />
      )}
      {failures.items.length > 0 && (
        <Panel title={<FormattedMessage id="feeds.failed" values={{ count: failures.total }} />}>
          <p className="wr-muted"><FormattedMessage id="feeds.failed.text" /></p>
          <ul className="pf-list">
            {failures.items.map((d) => (
              <li key={d.id}>
                <span className="pf-split"><strong><Name value={d.name} wrap /></strong><span className="wr-small wr-muted"><Name value={d.source ?? ""} /> <Time at={d.at} mode="relative" /></span></span>
                <span><Icon name="warning" size={14} /> <English value={d.problem ?? ""} /></span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}

function Mark({ of }: { of: Health }) {
  const shape = { fresh: "pass", old: "medium", missing: "unknown" } as const;
  return <span className={`wr-mark wr-mark-${shape[of]}`}><Glyph of={shape[of]} /><span className="wr-mark-label"><FormattedMessage id={`feeds.health.${of}`} /></span></span>;
}

const head = (id: string) => <FormattedMessage id={`feeds.column.${id}`} />;

const columns = (now: number): Column<Feed>[] => [
  { id: "name", header: head("name"), cell: (f) => <span className="pf-cell"><strong><Name value={f.name} /></strong><span className="wr-small wr-muted"><Name value={[f.kind, ...(f.ecosystems ?? [])].filter(Boolean).join(" · ")} /></span></span> },
  { id: "health", header: head("health"), width: "10rem", cell: (f) => <Mark of={health(f, now)} /> },
  { id: "records", header: head("records"), width: "8rem", align: "end", cell: (f) => <Num value={f.records} /> },
  { id: "at", header: head("at"), width: "10rem", wide: true, cell: (f) => <Time at={f.at} mode="relative" /> },
  { id: "newest", header: head("newest"), width: "10rem", wide: true, cell: (f) => <Time at={f.newest} mode="date" /> },
  { id: "trust", header: head("trust"), width: "10rem", wide: true, cell: (f) => <Trust value={f.trust} /> },
  { id: "missing", header: head("missing"), width: "9rem", align: "end", wide: true, cell: (f) => ((f.missing ?? 0) > 0 ? <Num value={f.missing} /> : <span className="wr-muted">{"—"}</span>) },
];

/** What the signature of a source was worth. */
export function Trust({ value }: { value?: string }) {
  const intl = useIntl();
  const id = `trust.${value || "unsigned"}`;
  return <>{id in intl.messages ? intl.formatMessage({ id }) : <Name value={value ?? ""} />}</>;
}
