import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useFilters, usePage } from "../../api/client";
import type { Exposure } from "../../api/types";
import { useMay } from "../../app/session";
import { Button, Empty, Failure, FilterBar, Name, Panel, plain, SeverityMark, Skeleton, StateMark, Table, type Column } from "../../ui";
import { DecideDialog } from "../finding/DecideDialog";
import { CannotTell, English, Epss, Exploited, Path, Urgency } from "../vulnerability/marks";
import { ClaimSaid } from "../vulnerability/Three";

const defaults = { q: "", state: "fail,unknown", severity: "", exploited: "" };

/** What is known of a release, the most urgent first. */
export function Exposures({ release, has }: { release: string; has: boolean }) {
  const intl = useIntl();
  const text = (id: string, v?: Record<string, string | number>) => intl.formatMessage({ id }, v);
  const may = useMay("decide");
  const [filters, set, clear] = useFilters(defaults);
  const [deciding, decide] = useState<string | null>(null);
  const list = usePage<Exposure>(`/releases/${encodeURIComponent(release)}/exposures`, { ...filters, limit: 100 }, { live: ["findings"], keep: true });
  const filtered = Object.entries(filters).some(([k, v]) => v !== defaults[k as keyof typeof defaults]);
  const any = { value: "", label: text("assets.any") };
  const columns: Column<Exposure>[] = [
    {
      id: "what", header: text("vulnerabilities.column.what"), cell: (e) => (
        <span className="pf-cell">
          <Link to={`/vulnerabilities/${encodeURIComponent(e.vulnerability)}`} tabIndex={-1}><Name value={e.title || e.vulnerability} /></Link>
          <span className="wr-small wr-muted"><Name value={e.vulnerability} mono /></span>
        </span>
      ),
    },
    {
      id: "where", header: text("release.where"), width: "30%", wide: true, cell: (e) => (
        <span className="pf-cell wr-small">
          {e.places?.[0] ? <span className="pf-clip"><Path value={e.places[0].path} /></span> : e.why && <English value={e.why} className="pf-why" />}
          {(e.count ?? 0) > 1 && <span className="wr-muted"><FormattedMessage id="place.more" values={{ count: (e.count ?? 1) - 1 }} /></span>}
          {e.fixed && e.fixed.length > 0 && <span className="pf-clip"><FormattedMessage id="place.fixed" values={{ version: <bdi className="wr-mono">{plain(e.fixed.join(", "))}</bdi> }} /></span>}
        </span>
      ),
    },
    { id: "state", header: text("release.answer"), width: "10rem", cell: (e) => <span className="pf-cell">{e.state === "unknown" ? <CannotTell /> : e.state === "pass" ? <StateMark state="pass" /> : <SeverityMark severity={e.severity} />}{e.claim && <span className="wr-small wr-muted"><FormattedMessage id="release.claim" /></span>}</span> },
    { id: "urgency", header: text("vulnerabilities.column.urgency"), width: "9rem", wide: true, cell: (e) => <Urgency of={e.priority} /> },
    { id: "threat", header: text("vulnerabilities.column.threat"), width: "9.5rem", wide: true, cell: (e) => <span className="pf-cell">{e.exploited && <Exploited />}<span className="wr-small"><Epss value={e.epss} /></span></span> },
    ...(may ? [{ id: "act", header: <span className="wr-hidden"><FormattedMessage id="vulnerability.decide" /></span>, width: "7rem", wide: true, align: "end" as const, cell: (e: Exposure) => e.finding && <Button small aria-label={text("vulnerability.decide.on", { name: plain(e.vulnerability) })} onClick={() => decide(e.finding!)}><FormattedMessage id="vulnerability.decide" /></Button> }] : []),
  ];
  return (
    <Panel flush title={<FormattedMessage id="release.exposures" values={{ count: list.total }} />}>
      <FilterBar label={text("vulnerabilities.filters")} search={{ id: "q", label: text("vulnerabilities.search") }} values={filters} onChange={set} onClear={clear} filters={[
        { id: "state", label: text("release.answer"), options: [{ value: "fail,unknown", label: text("release.answer.live") }, { value: "fail", label: text("vulnerabilities.state.affected") }, { value: "unknown", label: text("vulnerabilities.state.unknown") }, { value: "pass", label: text("vulnerabilities.state.not_affected") }] },
        { id: "severity", label: text("vulnerabilities.filter.severity"), options: [any, ...["critical", "high", "medium", "low"].map((s) => ({ value: s, label: text("vulnerabilities.atleast", { severity: text(`severity.${s}`) }) }))] },
        { id: "exploited", label: text("vulnerabilities.filter.exploited"), options: [any, { value: "true", label: text("tri.yes") }] },
      ]} />
      {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
      {!list.problem && (
        <Table caption={text("release.exposures", { count: list.total })} columns={columns} rows={list.items} rowKey={(e) => e.vulnerability} rowHref={(e) => `/vulnerabilities/${encodeURIComponent(e.vulnerability)}`} loading={list.loading}
          virtual={list.items.length > 60 ? { height: "68dvh", rowHeight: 58 } : false} total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore} keys={{ a: (e) => may && e.finding && decide(e.finding) }}
          empty={filtered
            ? <Empty title={text("vulnerabilities.none.filtered")}><Button onClick={clear}><FormattedMessage id="ui.filter.clear" /></Button></Empty>
            : <Empty title={text("release.exposures.none")}><p><FormattedMessage id={has ? "release.exposures.none.text" : "release.exposures.none.nosbom"} /></p><code className="pf-code">{has ? "wardround feed status" : "wardround sbom import FILE"}</code></Empty>} />
      )}
      {deciding && <DecideDialog id={deciding} onClose={() => (decide(null), list.refresh())} />}
    </Panel>
  );
}

/** What statements say of a release: who claims what, on what ground, how long it holds. */
export function Statements({ release }: { release: string }) {
  const intl = useIntl();
  const list = usePage<Exposure>(`/releases/${encodeURIComponent(release)}/exposures`, { claimed: "true", limit: 100 }, { live: ["findings"] });
  return (
    <Panel title={<FormattedMessage id="release.statements" values={{ count: list.total }} />}>
      {list.loading && <Skeleton lines={3} />}
      {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
      {!list.loading && !list.problem && list.items.length === 0 && <Empty title={intl.formatMessage({ id: "release.statements.none" })}><p><FormattedMessage id="release.statements.none.text" /></p><code className="pf-code">wardround vex explain FILE</code></Empty>}
      <ul className="pf-list">
        {list.items.map((e) => (
          <li key={e.vulnerability}>
            <span className="pf-split"><Link to={`/vulnerabilities/${encodeURIComponent(e.vulnerability)}`}><Name value={e.title ? `${e.vulnerability} · ${e.title}` : e.vulnerability} wrap /></Link><SeverityMark severity={e.severity} /></span>
            {e.claim && <ClaimSaid claim={e.claim} />}
            {e.claim?.document && <Link className="wr-small" to={`/vex/${encodeURIComponent(e.claim.document)}`}><FormattedMessage id="release.statement.open" /></Link>}
          </li>
        ))}
      </ul>
      {list.more && <Button small busy={list.loadingMore} onClick={list.loadMore}><FormattedMessage id="ui.table.more" values={{ shown: list.items.length, total: list.total }} /></Button>}
    </Panel>
  );
}

