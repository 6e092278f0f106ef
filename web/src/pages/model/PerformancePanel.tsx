import { lazy, Suspense, useState } from "react";
import { FormattedMessage, useIntl, type IntlShape } from "react-intl";
import { useApi, useFilters } from "../../api/client";
import type { ModelDetail, ModelPerformance, PerformanceFigure, PerformanceGroup, PerformanceSpan } from "../../api/types";
import { Banner, Failure, Name, Num, Panel, plain, Skeleton, Time } from "../../ui";
import { GroupMultiples } from "./GroupMultiples";
import { One, scores, share, worst } from "./Judgements";

const Charts = { Time: lazy(() => import("./PerformanceChart")), Reliability: lazy(() => import("./ReliabilityChart")), Benefit: lazy(() => import("./BenefitChart")) };

/** A figure as its operating point makes it: "sensitivity at first". */
export const figureName = (intl: IntlShape, metric: string, point?: string) => {
  const name = intl.formatMessage({ id: `metric.${metric}`, defaultMessage: plain(metric).replace(/[{}<>']/g, "") });
  return point ? intl.formatMessage({ id: "performance.at" }, { name, point: plain(point) }) : name;
};

export const interval = (intl: IntlShape, f: { value: number; low?: number; high?: number }) => (f.low === undefined || f.high === undefined ? share(intl, f.value) : intl.formatMessage({ id: "performance.value" }, { value: share(intl, f.value), low: share(intl, f.low), high: share(intl, f.high) }));

/** How right it is: what was judged, then every figure over time with its interval, beside what was estimated before the outcomes came. */
export function PerformancePanel({ of: m }: { of: ModelDetail }) {
  const [picked, pick] = useFilters({ score: "", metric: "", at: "" });
  const { data: p, error, isPending, refetch } = useApi<ModelPerformance>(`/models/${encodeURIComponent(m.key)}/performance`, { score: picked.score, metric: picked.metric, point: picked.at }, { keep: true, live: ["findings"] });
  const list = worst(m.judgements.filter((j) => scores.includes(j.topic)));
  return (
    <Panel title={<FormattedMessage id="model.performance" />}>
      {list.length === 0 && (!p || p.spans.length === 0) && <p className="wr-muted"><FormattedMessage id="model.performance.none" /></p>}
      <ul className="pf-list">{list.slice(0, 20).map((j) => <One key={j.topic + (j.item ?? "") + j.at} of={j} />)}</ul>
      {error && !p && <Failure problem={error} retry={() => void refetch()} />}
      {isPending && <Skeleton lines={6} />}
      {p && (p.whole || p.estimates.length > 0 || p.spans.length > 0) && <Figures of={p} pick={pick} />}
      {p && p.problems.length > 0 && <Banner kind="warning" role="status"><FormattedMessage id="performance.unread" values={{ count: p.problems.length }} /></Banner>}
    </Panel>
  );
}

function Figures({ of: p, pick }: { of: ModelPerformance; pick: (x: { score?: string; metric?: string; at?: string }) => void }) {
  const intl = useIntl();
  const name = figureName(intl, p.metric, p.point);
  const choices = p.choices.some((c) => c.metric === p.metric && (c.point ?? "") === (p.point ?? "")) ? p.choices : [{ metric: p.metric, point: p.point }, ...p.choices];
  const now = p.whole?.figures.find((f) => f.metric === p.metric && (f.point ?? "") === (p.point ?? ""));
  const before = p.reference?.figures.find((f) => f.metric === p.metric && (f.point ?? "") === (p.point ?? ""));
  const late = p.spans.filter((s) => s.came).length;
  return (
    <section className="md-picture" aria-label={intl.formatMessage({ id: "performance.over" }, { name })}>
      <div className="pf-split">
        <h3>{intl.formatMessage({ id: "performance.over" }, { name })}</h3>
        <span className="md-groups">
          {p.scores.length > 1 && <label><FormattedMessage id="performance.score" />{" "}<select className="wr-input" value={p.score} onChange={(e) => pick({ score: e.target.value })}>{p.scores.map((s) => <option key={s} value={s}>{plain(s)}</option>)}</select></label>}
          {" "}<label><FormattedMessage id="performance.figure" />{" "}
            <select className="wr-input" value={JSON.stringify([p.metric, p.point ?? ""])} onChange={(e) => { const [metric, at] = JSON.parse(e.target.value) as [string, string]; pick({ metric, at }); }}>
              {choices.map((c) => <option key={c.metric + (c.point ?? "")} value={JSON.stringify([c.metric, c.point ?? ""])}>{figureName(intl, c.metric, c.point)}</option>)}
            </select>
          </label>
        </span>
      </div>
      <p>
        {now && p.whole && <><FormattedMessage id="performance.now" values={{ value: interval(intl, now), units: Math.round(p.whole.units), cases: p.whole.cases }} />{" "}</>}
        {!now && p.whole && <><FormattedMessage id="performance.few" values={{ cases: p.whole.cases, others: p.whole.others }} />{" "}</>}
        {before && <><FormattedMessage id="performance.before" values={{ value: interval(intl, before) }} />{" "}</>}
        {p.limits.map((l, i) => <span key={i}><FormattedMessage id={l.at_least !== undefined ? "performance.limit.least" : "performance.limit.most"} values={{ by: intl.formatMessage({ id: `performance.by.${l.by}` }), limit: share(intl, l.at_least ?? l.at_most ?? 0) }} />{" "}</span>)}
        {late > 0 && <FormattedMessage id="performance.late" values={{ count: late }} />}
      </p>
      <Suspense fallback={<div className="md-canvas" />}><Charts.Time of={p} name={name} /></Suspense>
      <ul className="md-legend">
        <li><svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true"><path d="M0 6h26" stroke="var(--plot-1)" strokeWidth="2.500" /><circle cx="13" cy="6" r="4" fill="var(--plot-1)" /></svg><FormattedMessage id="performance.measured" /></li>
        {late > 0 && <li><svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true"><path d="M13 1 18 6 13 11 8 6z" fill="var(--surface)" stroke="var(--plot-1)" strokeWidth="2" /></svg><FormattedMessage id="performance.came" /></li>}
        {p.estimates.length > 0 && <li><svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true"><path d="M0 6h26" stroke="var(--plot-5)" strokeWidth="2" strokeDasharray="4 3" /></svg><FormattedMessage id="performance.estimated" /></li>}
        <li><svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true"><path d="M0 1h26v10H0z" fill="var(--plot-1)" opacity="0.220" /></svg><FormattedMessage id="performance.band" values={{ level: intl.formatNumber(p.level, { style: "percent" }) }} /></li>
        {p.limits.length > 0 && <li><svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true"><path d="M0 6h26" stroke="var(--plot-3)" strokeWidth="2" strokeDasharray="2 2" /></svg><FormattedMessage id="performance.limit" /></li>}
      </ul>
      <Guesses of={p} />
      {p.groups.length > 0 && <><h3 className="md-sub"><FormattedMessage id="performance.groups" values={{ name }} /></h3><GroupMultiples of={p.groups} limits={p.limits} name={name} /></>}
      <details className="md-events">
        <summary><FormattedMessage id="performance.all" values={{ count: p.spans.length }} /></summary>
        <Spans of={p} />
      </details>
      <div className="pf-halves">
        {p.reliability.length > 0 && (
          <section aria-label={intl.formatMessage({ id: "performance.reliability" })}>
            <h3 className="md-sub"><FormattedMessage id="performance.reliability" /></h3>
            <p className="wr-small wr-muted"><FormattedMessage id="performance.reliability.about" values={{ level: intl.formatNumber(p.level, { style: "percent" }) }} /></p>
            <Suspense fallback={<div className="md-canvas" />}><Charts.Reliability of={p.reliability} /></Suspense>
          </section>
        )}
        {p.operating.length > 0 && <Threshold of={p} />}
      </div>
    </section>
  );
}

/** How the estimator did: where the outcomes lay, and how far off it was. */
function Guesses({ of: p }: { of: ModelPerformance }) {
  const intl = useIntl();
  const list = p.guesses.filter((g) => g.name === p.metric);
  if (list.length === 0) return null;
  const hit = list.filter((g) => g.realised >= g.low && g.realised <= g.high).length;
  const off = list.reduce((s, g) => s + Math.abs(g.value - g.realised), 0) / list.length;
  const lean = list.reduce((s, g) => s + g.value - g.realised, 0) / list.length;
  return <p><FormattedMessage id="performance.guesses" values={{ hit, of: list.length, off: share(intl, off), way: Math.abs(lean) < off / 2 ? "none" : lean > 0 ? "high" : "low" }} /></p>;
}

/** Every figure of every span as numbers, for who cannot see the plot. */
function Spans({ of: p }: { of: ModelPerformance }) {
  const intl = useIntl();
  const chosen = (s: PerformanceSpan): PerformanceFigure | undefined => s.figures[0];
  return (
    <div className="md-weights" role="region" tabIndex={0} aria-label={intl.formatMessage({ id: "performance.spans" })}>
      <table>
        <caption className="wr-hidden"><FormattedMessage id="performance.spans" /></caption>
        <thead><tr><th scope="col"><FormattedMessage id="performance.span" /></th><th scope="col"><FormattedMessage id="performance.figure" /></th><th scope="col" className="wr-cell-end"><FormattedMessage id="performance.cases" /></th><th scope="col" className="wr-cell-end"><FormattedMessage id="performance.others" /></th><th scope="col"><FormattedMessage id="performance.known" /></th></tr></thead>
        <tbody>
          {[...p.spans].reverse().map((s, i) => {
            const f = chosen(s);
            return <tr key={i}><th scope="row"><Time at={s.from} mode="date" />{" – "}<Time at={s.to} mode="date" /></th><td>{f ? interval(intl, f) : <span className="wr-muted"><FormattedMessage id="performance.toofew" /></span>}</td><td className="wr-cell-end"><Num value={s.cases} /></td><td className="wr-cell-end"><Num value={s.others} /></td><td>{s.came ? <Time at={s.came} mode="date" /> : <FormattedMessage id="performance.atonce" />}</td></tr>;
          })}
        </tbody>
      </table>
      {p.whole && p.whole.figures.length > 0 && (
        <table>
          <caption><FormattedMessage id="performance.together" /></caption>
          <thead><tr><th scope="col"><FormattedMessage id="performance.figure" /></th><th scope="col"><FormattedMessage id="model.measured" /></th>{p.reference && <th scope="col"><FormattedMessage id="model.reference" /></th>}</tr></thead>
          <tbody>{p.whole.figures.map((f) => { const r = p.reference?.figures.find((x) => x.metric === f.metric && x.point === f.point); return <tr key={f.metric + (f.point ?? "")}><th scope="row">{figureName(intl, f.metric, f.point)}</th><td>{interval(intl, f)}</td>{p.reference && <td>{r ? interval(intl, r) : "—"}</td>}</tr>; })}</tbody>
        </table>
      )}
    </div>
  );
}

/** What another threshold would mean: found, spared, called; and whether acting on it is worth it. */
function Threshold({ of: p }: { of: ModelPerformance }) {
  const intl = useIntl();
  const nearest = (t: number) => p.operating.reduce((best, s, i) => (Math.abs(s.threshold - t) < Math.abs(p.operating[best]!.threshold - t) ? i : best), 0);
  const [at, setAt] = useState(() => nearest(p.points[0]?.threshold ?? 0.5));
  const spot = p.operating[Math.min(at, p.operating.length - 1)]!;
  const worth = p.benefit.find((b) => b.threshold === spot.threshold);
  return (
    <section aria-label={intl.formatMessage({ id: "performance.threshold" })}>
      <h3 className="md-sub"><FormattedMessage id="performance.threshold" /></h3>
      <p className="wr-small wr-muted"><FormattedMessage id="performance.threshold.about" values={{ points: p.points.map((x) => `${plain(x.name ?? "")} ${share(intl, x.threshold)}`.trim()).join("; ") }} /></p>
      <label className="md-range"><FormattedMessage id="performance.threshold.at" values={{ value: share(intl, spot.threshold) }} />
        <input type="range" min={0} max={p.operating.length - 1} value={at} aria-valuetext={share(intl, spot.threshold)} onChange={(e) => setAt(Number(e.target.value))} />
      </label>
      <dl className="pf-facts" aria-live="polite">
        <dt><FormattedMessage id="metric.sensitivity" /></dt><dd>{interval(intl, spot.sensitivity)}</dd>
        <dt><FormattedMessage id="metric.specificity" /></dt><dd>{interval(intl, spot.specificity)}</dd>
        <dt><FormattedMessage id="performance.flagged" /></dt><dd>{intl.formatNumber(spot.flagged, { style: "percent", maximumFractionDigits: 1 })}</dd>
        {worth && <><dt><FormattedMessage id="performance.worth" /></dt><dd><FormattedMessage id={worth.model >= Math.max(0, worth.all) ? "performance.worth.yes" : "performance.worth.no"} values={{ n: share(intl, worth.model * 100), all: share(intl, Math.max(0, worth.all) * 100) }} /></dd></>}
      </dl>
      {p.benefit.length > 0 && <Suspense fallback={<div className="md-canvas" />}><Charts.Benefit of={p.benefit} points={p.points} /></Suspense>}
    </section>
  );
}

/** The name of a group as people say it: "sex F", "device CT_3". */
export function GroupName({ of: g }: { of: PerformanceGroup }) {
  const [column, value] = g.group.split(/=(.*)/s);
  return column === "source" ? <FormattedMessage id="performance.device" values={{ name: <Name value={value ?? ""} /> }} /> : <Name value={value === undefined ? g.group : `${column} = ${value}`} />;
}
