import { useMemo } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useApi, useFilters } from "../../api/client";
import type { Check, Page } from "../../api/types";
import { useTitle } from "../../app/title";
import { Button, Empty, Failure, FilterBar, Name, Num, PageHead, SeverityMark, Skeleton, StateMark, Table, Time, Word, plain, siteNow, type Column } from "../../ui";
import { defaults, shown, stateOf } from "./filter";
import "./checks.css";

/** The catalogue: what is judged, how it fares here, what it costs. */
export default function Checks() {
  const intl = useIntl();
  const text = (id: string, v?: Record<string, string | number>) => intl.formatMessage({ id }, v);
  useTitle(text("checks.title"));
  const [filters, set, clear] = useFilters(defaults);
  const { data, error, isPending, refetch } = useApi<Page<Check>>("/checks", { limit: 500 }, { every: 30_000 });
  const now = siteNow();
  const rows = useMemo(() => shown(data?.items ?? [], filters, now), [data, filters, now]);
  const off = data?.items.filter((c) => c.off).length ?? 0, paused = data?.items.filter((c) => stateOf(c, now) === "paused").length ?? 0;
  const option = (value: string, label: string) => ({ value, label });
  return (
    <div className="ck-page">
      <PageHead title={text("checks.title")}>
        {data ? <span role="status">{text("checks.sentence", { count: data.items.length, shown: rows.length, off, paused })}</span> : text("checks.about")}
      </PageHead>
      <FilterBar label={text("checks.filters")} search={{ id: "q", label: text("checks.search") }} values={filters} onChange={set} onClear={clear} filters={[
        { id: "concern", label: text("assets.filter.concern"), options: [option("", text("assets.any")), ...["security", "privacy", "interoperability"].map((c) => option(c, text(`concern.${c}`)))] },
        { id: "state", label: text("assets.filter.status"), options: [option("", text("assets.any")), ...["on", "idle", "paused", "off"].map((s) => option(s, text(`checks.state.${s}`)))] },
      ]} />
      {error && <Failure problem={error} retry={() => void refetch()} />}
      {isPending && <div className="ck-waiting"><Skeleton lines={12} height={20} /></div>}
      {data && (
        <Table
          caption={text("checks.caption")} columns={columns()} rows={rows} rowKey={(c) => c.id} rowHref={(c) => `/checks/${encodeURIComponent(c.id)}`} sort={filters.sort} onSort={(sort) => set({ sort })}
          empty={<Empty title={text("checks.none")}><Button onClick={clear}><FormattedMessage id="ui.filter.clear" /></Button></Empty>}
        />
      )}
    </div>
  );

  function columns(): Column<Check>[] {
    const head = (id: string) => <FormattedMessage id={`checks.column.${id}`} />;
    return [
      {
        id: "title", header: head("title"), sort: "title", cell: (c) => (
          <span className="ck-name"><Link to={`/checks/${encodeURIComponent(c.id)}`} tabIndex={-1}><Name value={c.title} /></Link><span className="ck-id wr-mono">{plain(c.id)}</span></span>
        ),
      },
      { id: "concern", header: head("concern"), width: "8.75rem", wide: true, cell: (c) => <Word group="concern" value={c.concern} /> },
      { id: "severity", header: head("severity"), sort: "severity", width: "6.5rem", wide: true, cell: (c) => <SeverityMark severity={c.severity} /> },
      {
        id: "verdicts", header: head("verdicts"), sort: "-fail", width: "9.75rem", wide: true, cell: (c) => (
          <span className="ck-verdicts">
            {(["fail", "unknown", "pass"] as const).map((s) => ((c.verdicts[s] ?? 0) > 0 ? <span key={s} title={text(`checks.verdicts.${s}`, { count: c.verdicts[s] ?? 0 })}><StateMark state={s} severity={c.severity} bare /> <Num value={c.verdicts[s] ?? 0} /></span> : null))}
            {Object.values(c.verdicts).every((n) => !n) && <span className="wr-muted"><FormattedMessage id="checks.verdicts.none" /></span>}
          </span>
        ),
      },
      { id: "findings", header: head("findings"), sort: "findings", width: "5.5rem", align: "end", cell: (c) => (c.findings > 0 ? <Link to={`/findings?check=${encodeURIComponent(c.id)}`}><Num value={c.findings} /></Link> : <span className="wr-muted">{intl.formatNumber(0)}</span>) },
      { id: "cost", header: head("cost"), sort: "cost", width: "5.75rem", align: "end", wide: true, cell: (c) => (c.runs > 0 ? <Num value={c.cost_us} unit="µs" digits={c.cost_us < 10 ? 1 : 0} /> : <span className="wr-muted">{"—"}</span>) },
      { id: "last", header: head("last"), sort: "last", width: "8.5rem", wide: true, cell: (c) => (c.last_run ? <Time at={c.last_run} mode="relative" /> : <span className="wr-muted"><FormattedMessage id="checks.never" /></span>) },
      { id: "state", header: head("state"), width: "9.375rem", wide: true, cell: (c) => <CheckState c={c} now={now} /> },
    ];
  }
}

export function CheckState({ c, now }: { c: Check; now: number }) {
  const s = stateOf(c, now);
  return <span className={`ck-state ck-state-${s}`}><FormattedMessage id={`checks.state.${s}`} /></span>;
}
