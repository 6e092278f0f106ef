import { lazy, Suspense, useMemo } from "react";
import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useApi, useFilters, usePage } from "../../api/client";
import type { Finding, Metrics, Spread, Support, SupportRow, VulnerabilityRow } from "../../api/types";
import { useTitle } from "../../app/title";
import { Empty, Failure, Name, Num, PageHead, Panel, siteNow, Skeleton, Table, type Column } from "../../ui";
import { Support as SupportMark } from "../releases/Releases";
import { ShareSaid } from "../vulnerability/Three";
import { history, span, type Month } from "./series";
import "../vulnerability/portfolio.css";
import "./fleet.css";

const Chart = lazy(() => import("./Chart"));

/** How fast a fleet learns, is patched, and gets the patch; whose support ends. Each figure says what share it has seen. */
export default function Fleet() {
  const intl = useIntl();
  const text = (id: string, v?: Record<string, string | number>) => intl.formatMessage({ id }, v);
  useTitle(text("fleet.title"));
  const { data: m, error, isPending, refetch } = useApi<Metrics>("/portfolio/metrics", undefined, { live: ["findings"] });
  return (
    <div className="pf-page">
      <PageHead title={text("fleet.title")}>{m ? <ShareSaid share={m.share} /> : text("fleet.about")}</PageHead>
      {error && !m && <Failure problem={error} retry={() => void refetch()} />}
      {isPending && <div className="pf-waiting"><Skeleton lines={6} height={20} /></div>}
      {m && m.share.releases === 0 && m.share.assets === 0 && <Empty level={2} title={text("fleet.none")}><p><FormattedMessage id="fleet.none.text" /></p><code className="pf-code">wardround sbom import pump.cdx.json</code></Empty>}
      {m && (
        <div className="fl-figures">
          <Figure id="verdict" of={m.verdict} />
          <Figure id="patch" of={m.patch}>{m.open > 0 && <Link to="/vulnerabilities?state=affected"><FormattedMessage id="fleet.open" values={{ count: m.open }} /></Link>}</Figure>
          <Figure id="deployed" of={m.deployed}>
            {m.patched_percent < 0 ? <span className="wr-muted"><FormattedMessage id="fleet.patched.none" /></span> : <FormattedMessage id="fleet.patched" values={{ patched: m.patched, instances: m.instances, percent: intl.formatNumber(m.patched_percent / 100, { style: "percent", maximumFractionDigits: 1 }) }} />}
          </Figure>
        </div>
      )}
      <OverTime />
      <Ending />
    </div>
  );
}

/** A spread in a sentence: half of them within, nine of ten within, the longest. */
function Figure({ id, of, children }: { id: "verdict" | "patch" | "deployed"; of: Spread; children?: ReactNode }) {
  const intl = useIntl();
  const said = (seconds: number) => {
    const s = span(seconds);
    return intl.formatNumber(s.value, { style: "unit", unit: s.unit, unitDisplay: "long", maximumFractionDigits: 1 });
  };
  return (
    <Panel title={<FormattedMessage id={`fleet.${id}`} />}>
      {of.n === 0 ? <p className="wr-muted"><FormattedMessage id={`fleet.${id}.none`} /></p> : (
        <>
          <p className="fl-big">{said(of.p50)}</p>
          <p><FormattedMessage id="fleet.spread" values={{ p90: said(of.p90), max: said(of.max), count: of.n }} /></p>
        </>
      )}
      {children && <p className="wr-small">{children}</p>}
      <p className="wr-small wr-muted"><FormattedMessage id={`fleet.${id}.about`} /></p>
    </Panel>
  );
}

const most = 500;

/** The same by month: what was found, what was fixed, how long it took. It rests on at most five hundred of each and says so. */
function OverTime() {
  const intl = useIntl();
  const text = (id: string, v?: Record<string, string | number>) => intl.formatMessage({ id }, v);
  const findings = usePage<Finding>("/findings", { check: "vulnerability.known", live: "false", sort: "-opened", limit: most, fields: "id,opened,fixed,state" });
  const known = usePage<VulnerabilityRow>("/vulnerabilities", { limit: most, fields: "id,published,since" });
  const now = new Date(siteNow()).toISOString().slice(0, 7);
  const rows = useMemo<Month[]>(() => history(findings.items, known.items, now), [findings.items, known.items, now]);
  const months = useMemo(() => rows.map((r) => r.month), [rows]);
  const opened = text("fleet.opened"), fixed = text("fleet.fixed"), open = text("fleet.stillopen"), verdict = text("fleet.publication"), patch = text("fleet.fixing");
  const flow = useMemo(() => [{ name: opened, values: rows.map((r) => r.opened), bars: true }, { name: fixed, values: rows.map((r) => r.fixed), bars: true, dashed: true }, { name: open, values: rows.map((r) => r.open) }], [rows, opened, fixed, open]);
  const days = useMemo(() => [{ name: verdict, values: rows.map((r) => r.verdict) }, { name: patch, values: rows.map((r) => r.patch), dashed: true }], [rows, verdict, patch]);
  const problem = findings.problem ?? known.problem;
  const last = rows.at(-1);
  return (
    <Panel title={<FormattedMessage id="fleet.overtime" />}>
      {problem && <Failure problem={problem} retry={() => (findings.refresh(), known.refresh())} />}
      {(findings.loading || known.loading) && <Skeleton lines={6} />}
      {!findings.loading && !known.loading && !problem && !last && <Empty title={text("fleet.overtime.none")}><p><FormattedMessage id="fleet.overtime.none.text" /></p></Empty>}
      {last && (
        <>
          <div className="pf-halves">
            <figure className="fl-figure">
              <figcaption><FormattedMessage id="fleet.flow" values={{ opened: last.opened, fixed: last.fixed, open: last.open }} /></figcaption>
              <Suspense fallback={<div className="fl-canvas" />}><Chart months={months} series={flow} unit={text("fleet.unit.findings")} label={text("fleet.flow.label", { months: rows.length, opened: last.opened, fixed: last.fixed, open: last.open })} /></Suspense>
              <Legend of={flow} />
            </figure>
            <figure className="fl-figure">
              <figcaption><FormattedMessage id="fleet.days" /></figcaption>
              <Suspense fallback={<div className="fl-canvas" />}><Chart months={months} series={days} unit={text("fleet.unit.days")} label={text("fleet.days.label", { months: rows.length, verdict: intl.formatNumber(last.verdict ?? 0, { maximumFractionDigits: 1 }), patch: intl.formatNumber(last.patch ?? 0, { maximumFractionDigits: 1 }) })} /></Suspense>
              <Legend of={days} />
            </figure>
          </div>
          <details className="fl-table">
            <summary><FormattedMessage id="fleet.table" /></summary>
            <Table caption={text("fleet.overtime")} columns={monthly(text)} rows={[...rows].reverse()} rowKey={(r) => r.month} />
          </details>
          <p className="wr-small wr-muted"><FormattedMessage id="fleet.rests" values={{ findings: findings.items.length, of: findings.total, known: known.items.length, all: known.total }} /></p>
        </>
      )}
    </Panel>
  );
}

/** The names of the lines, by their drawing: a colour alone tells nobody. */
function Legend({ of }: { of: { name: string; bars?: boolean; dashed?: boolean }[] }) {
  return (
    <ul className="fl-legend">
      {of.map((s, i) => (
        <li key={s.name}>
          <svg width="24" height="10" viewBox="0 0 24 10" aria-hidden="true">{s.bars ? <rect x="6" y="1" width="12" height="8" fill={s.dashed ? "none" : `var(--plot-${i + 1})`} stroke={`var(--plot-${i + 1})`} strokeWidth="1.500" /> : <path d="M0 5h24" stroke={`var(--plot-${i + 1})`} strokeWidth="2" strokeDasharray={s.dashed ? "4 3" : undefined} />}</svg>
          {s.name}
        </li>
      ))}
    </ul>
  );
}

const monthly = (text: (id: string) => string): Column<Month>[] => [
  { id: "month", header: text("fleet.month"), cell: (r) => r.month },
  { id: "opened", header: text("fleet.opened"), align: "end", cell: (r) => <Num value={r.opened} /> },
  { id: "fixed", header: text("fleet.fixed"), align: "end", cell: (r) => <Num value={r.fixed} /> },
  { id: "open", header: text("fleet.stillopen"), align: "end", cell: (r) => <Num value={r.open} /> },
  { id: "verdict", header: text("fleet.publication"), align: "end", wide: true, cell: (r) => <Num value={r.verdict} digits={1} unit={text("fleet.unit.d")} /> },
  { id: "patch", header: text("fleet.fixing"), align: "end", wide: true, cell: (r) => <Num value={r.patch} digits={1} unit={text("fleet.unit.d")} /> },
];

/** Whose support ends within so many months, and of whom nobody said. */
function Ending() {
  const intl = useIntl();
  const [{ months }, set] = useFilters({ months: "12" });
  const { data, error, isPending, refetch } = useApi<Support>("/portfolio/support", { months }, { keep: true });
  return (
    <Panel flush title={<FormattedMessage id="fleet.ending" />} actions={
      <select className="wr-input fl-months" aria-label={intl.formatMessage({ id: "fleet.within" })} value={months} onChange={(e) => set({ months: e.target.value })}>
        {[...new Set(["3", "6", "12", "24", "60", months])].map((n) => <option key={n} value={n}>{intl.formatMessage({ id: "fleet.months" }, { count: Number(n) })}</option>)}
      </select>
    }>
      {error && !data && <Failure problem={error} retry={() => void refetch()} />}
      {isPending && <div className="pf-waiting"><Skeleton lines={4} /></div>}
      {data && (
        <>
          <Table caption={intl.formatMessage({ id: "fleet.ending" })} columns={supported} rows={data.ending} rowKey={(r) => r.release} rowHref={(r) => `/releases/${encodeURIComponent(r.release)}/support`} virtual={data.ending.length > 60 ? { height: "50dvh", rowHeight: 54 } : false} empty={<Empty title={intl.formatMessage({ id: "fleet.ending.none" }, { count: Number(months) })} />} />
          {data.unknown.length > 0 && (
            <details className="fl-table">
              <summary><FormattedMessage id="fleet.unknown" values={{ count: data.unknown.length }} /></summary>
              <Table caption={intl.formatMessage({ id: "fleet.unknown" }, { count: data.unknown.length })} columns={supported} rows={data.unknown} rowKey={(r) => r.release} rowHref={(r) => `/releases/${encodeURIComponent(r.release)}/support`} virtual={data.unknown.length > 60 ? { height: "50dvh", rowHeight: 54 } : false} />
            </details>
          )}
          <p className="pf-share"><ShareSaid share={data.share} /></p>
        </>
      )}
    </Panel>
  );
}

const supported: Column<SupportRow>[] = [
  { id: "release", header: <FormattedMessage id="releases.release" />, cell: (r) => <span className="pf-cell"><Link to={`/releases/${encodeURIComponent(r.release)}`} tabIndex={-1}><Name value={`${r.product} ${r.version}`} /></Link><span className="wr-small wr-muted"><Name value={r.maker || "—"} /></span></span> },
  { id: "stage", header: <FormattedMessage id="releases.support" />, width: "13rem", cell: (r) => <SupportMark stage={r.stage} ends={r.ends} /> },
  { id: "instances", header: <FormattedMessage id="releases.instances" />, width: "7rem", align: "end", cell: (r) => <Num value={r.instances} /> },
];
