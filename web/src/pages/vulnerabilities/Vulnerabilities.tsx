import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useFilters, fileURL, usePage } from "../../api/client";
import type { VulnerabilityRow } from "../../api/types";
import { useTitle } from "../../app/title";
import { useI18n } from "../../i18n/I18n";
import { Banner, Button, Empty, Failure, FilterBar, Icon, LinkButton, Name, Num, PageHead, Panel, SeverityMark, siteNow, Table, Tag, Time, type Column } from "../../ui";
import { CannotTell, English, Epss, Exploited, Urgency } from "../vulnerability/marks";
import { Ask } from "./Ask";
import { decisions, defaults, params, states } from "./filters";
import "../vulnerability/portfolio.css";
import "./vulnerabilities.css";

const all = { ...defaults, ask: "" };

/** Everything that is known to concern this site, the most urgent first, with one sentence of why each. */
export default function Vulnerabilities() {
  const intl = useIntl();
  const { timeZone } = useI18n();
  const text = (id: string, v?: Record<string, string | number>) => intl.formatMessage({ id }, v);
  useTitle(text("vulnerabilities.title"));
  const [{ ask, ...filters }, set, clear] = useFilters(all);
  const asked = params(filters, siteNow(), timeZone);
  const list = usePage<VulnerabilityRow>("/vulnerabilities", { ...asked, limit: 100 }, { announce: ["findings"], keep: true });
  const filtered = Object.values(filters).some(Boolean);
  const any = { value: "", label: text("assets.any") };
  return (
    <div className="pf-page">
      <PageHead title={text("vulnerabilities.title")} actions={<LinkButton to={fileURL("/vulnerabilities", asked, "csv")} download="vulnerabilities.csv" icon="download"><FormattedMessage id="vulnerabilities.csv" /></LinkButton>}>
        <span role="status">{list.loading ? text("ui.loading") : text(filtered ? "vulnerabilities.count.filtered" : "vulnerabilities.count", { count: list.total })}</span>
      </PageHead>
      <Ask key={ask} q={ask} onAsk={(q) => set({ ask: q }, true)} />
      <Panel flush title={<FormattedMessage id="vulnerabilities.list" />} actions={
        <Button small icon="clock" aria-pressed={filters.since === "monday"} kind={filters.since === "monday" ? "primary" : "plain"} onClick={() => set({ since: filters.since === "monday" ? "" : "monday" })}><FormattedMessage id="vulnerabilities.monday" /></Button>
      }>
        <FilterBar label={text("vulnerabilities.filters")} search={{ id: "q", label: text("vulnerabilities.search") }} values={filters} onChange={set} onClear={() => (clear(), ask && set({ ask }))} filters={[
          { id: "severity", label: text("vulnerabilities.filter.severity"), options: [any, ...["critical", "high", "medium", "low"].map((s) => ({ value: s, label: text("vulnerabilities.atleast", { severity: text(`severity.${s}`) }) }))] },
          { id: "state", label: text("vulnerabilities.filter.state"), options: [any, ...states.map((s) => ({ value: s, label: text(`vulnerabilities.state.${s}`) }))] },
          { id: "decision", label: text("vulnerabilities.filter.decision"), options: [any, ...decisions.map((s) => ({ value: s, label: text(`urgency.${s}`) }))] },
          { id: "exploited", label: text("vulnerabilities.filter.exploited"), options: [any, { value: "true", label: text("tri.yes") }] },
        ]} />
        {list.news > 0 && <Banner kind="info" role="status" actions={<Button small icon="refresh" onClick={list.refresh}><FormattedMessage id="vulnerabilities.news.show" /></Button>}><FormattedMessage id="vulnerabilities.news" values={{ count: list.news }} /></Banner>}
        {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
        {!list.problem && (
          <Table
            caption={text("vulnerabilities.caption")} columns={columns} rows={list.items} rowKey={(v) => v.id} rowHref={(v) => `/vulnerabilities/${encodeURIComponent(v.id)}`} loading={list.loading}
            virtual={list.items.length > 60 ? { height: "72dvh", rowHeight: 58 } : false} total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore}
            empty={filtered
              ? <Empty title={text("vulnerabilities.none.filtered")}><Button onClick={clear}><FormattedMessage id="ui.filter.clear" /></Button></Empty>
              : <Empty title={text("vulnerabilities.none")}><p><FormattedMessage id="vulnerabilities.none.text" /></p><code className="pf-code">wardround feed import osv.zip{"\n"}wardround sbom import pump.cdx.json</code></Empty>}
          />
        )}
      </Panel>
    </div>
  );
}

const head = (id: string) => <FormattedMessage id={`vulnerabilities.column.${id}`} />;

const columns: Column<VulnerabilityRow>[] = [
  {
    id: "what", header: head("what"), cell: (v) => (
      <span className="pf-cell">
        <Link to={`/vulnerabilities/${encodeURIComponent(v.id)}`} tabIndex={-1}><Name value={v.title || v.id} /></Link>
        <span className="pf-marks wr-small wr-muted"><Name value={[v.id, ...(v.aliases ?? []).slice(0, 1)].join(" · ")} mono />{v.embargoed && <Tag kind="warning"><Icon name="lock" size={12} /><FormattedMessage id="vulnerability.embargoed" /></Tag>}</span>
      </span>
    ),
  },
  { id: "why", header: head("why"), width: "23%", wide: true, cell: (v) => <English value={v.priority.why} className="pf-why" /> },
  { id: "urgency", header: head("urgency"), width: "8.5rem", cell: (v) => <span className="pf-cell"><Urgency of={v.priority} />{v.priority.due && <span className="wr-small wr-muted"><FormattedMessage id="urgency.due" values={{ day: <Time at={v.priority.due} mode="date" /> }} /></span>}</span> },
  { id: "severity", header: head("severity"), width: "6.5rem", wide: true, cell: (v) => <span className="pf-cell"><SeverityMark severity={v.severity} />{v.score >= 0 && <span className="wr-small wr-muted"><FormattedMessage id="vulnerability.score" values={{ score: v.score }} /></span>}</span> },
  { id: "threat", header: head("threat"), width: "8.5rem", wide: true, cell: (v) => <span className="pf-cell">{v.exploited && <Exploited />}<span className="wr-small"><Epss value={v.epss} /></span></span> },
  {
    id: "where", header: head("where"), width: "9rem", wide: true, cell: (v) => (
      <span className="pf-cell wr-small">
        <span><FormattedMessage id="vulnerabilities.where" values={{ releases: v.releases, assets: v.assets }} /></span>
        {v.unknown > 0 && <CannotTell count={v.unknown} />}
        {v.claimed > 0 && <span className="wr-muted"><FormattedMessage id="counts.claimed" values={{ count: v.claimed }} /></span>}
      </span>
    ),
  },
  { id: "since", header: head("since"), width: "7.5rem", wide: true, cell: (v) => (v.since ? <Time at={v.since} mode="relative" /> : <Num value={null} />) },
];
