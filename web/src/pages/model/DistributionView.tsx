import { lazy, Suspense } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useApi } from "../../api/client";
import type { Distribution, ModelColumn, ModelDetail, ModelHeatCell } from "../../api/types";
import { Failure, IconButton, Name, plain, Skeleton, StateMark, Time } from "../../ui";
import type { Picked } from "./HeatPanel";
import { share } from "./Judgements";

const Plot = lazy(() => import("./Plot"));

/** One column, now beside the reference: in a sentence, then the numbers, then the plot with the band of what the sketch leaves open. */
export function DistributionView({ model, detail, picked, pick, cell }: { model: string; detail: ModelDetail; picked: Picked; pick: (p: Partial<Picked>) => void; cell?: ModelHeatCell }) {
  const intl = useIntl();
  const { data: c, error, isPending, refetch } = useApi<ModelColumn>(`/models/${encodeURIComponent(model)}/columns/${encodeURIComponent(picked.column)}`, { group: picked.group, part: picked.part, from: picked.from, to: picked.to }, { keep: true });
  const item = picked.group ? `${picked.column} [${picked.group}]` : picked.column;
  const j = detail.judgements.find((x) => x.topic === picked.topic && (x.item === item || x.item === `${item} of ${picked.part}`));
  const tests = picked.topic === "drift" || picked.topic === "output";
  return (
    <section className="md-picture" aria-label={intl.formatMessage({ id: "model.column" }, { column: plain(picked.column) })}>
      <div className="pf-split">
        <h3><Name value={item} wrap />{c?.unit && <span className="wr-muted">{" "}<Name value={c.unit} /></span>}</h3>
        <IconButton icon="close" label={intl.formatMessage({ id: "ui.close" })} onClick={() => pick({ column: "", group: "", part: "", from: "", to: "", topic: "" })} />
      </div>
      {error && <Failure problem={error} retry={() => void refetch()} title={error.status === 404 ? <FormattedMessage id="model.column.gone" /> : undefined} />}
      {isPending && <Skeleton lines={6} />}
      {c && !error && (
        <>
          <p><Compared of={c} /></p>
          {cell && (
            <p className="pf-marks">
              <StateMark state={cell.state} severity={j?.severity} />
              <span>
                {tests && cell.p !== undefined && <><FormattedMessage id={(cell.low ?? 0) !== (cell.high ?? 0) ? "model.said.test.interval" : "model.said.test"} values={{ test: j?.test ? <FormattedMessage id={`modeltest.${j.test}`} defaultMessage={plain(j.test).replace(/[{}<>']/g, "")} /> : <FormattedMessage id="modeltest.test" />, p: share(intl, cell.p), low: share(intl, cell.low ?? 0), high: share(intl, cell.high ?? 0) }} />{" "}</>}
                {cell.n !== undefined && <><FormattedMessage id="model.said.n" values={{ n: cell.n }} />{" "}</>}
                {tests && j?.needed !== undefined && <FormattedMessage id="model.said.takes" values={{ needed: j.needed }} />}
              </span>
            </p>
          )}
          <Suspense fallback={<div className="md-canvas" />}><Plot of={c} /></Suspense>
          <ul className="md-legend">
            <li><svg width="24" height="10" viewBox="0 0 24 10" aria-hidden="true"><path d="M0 5h24" stroke="var(--plot-5)" strokeWidth="2" strokeDasharray="4 3" /></svg><FormattedMessage id="model.reference" /></li>
            <li><svg width="24" height="10" viewBox="0 0 24 10" aria-hidden="true"><path d="M0 5h24" stroke="var(--plot-1)" strokeWidth="2.500" /></svg><FormattedMessage id="model.now" /></li>
            <li><svg width="24" height="10" viewBox="0 0 24 10" aria-hidden="true"><path d="M0 0h24v10H0z" fill="var(--plot-1)" opacity="0.250" /></svg><FormattedMessage id="model.band" /></li>
          </ul>
          <Numbers of={c} />
          {c.groups.length > 1 && (
            <label className="md-groups"><FormattedMessage id="model.group" />{" "}
              <select className="wr-input" value={picked.group} onChange={(e) => pick({ group: e.target.value })}>
                {[...new Set([picked.group, ...c.groups])].map((g) => <option key={g} value={g}>{g ? plain(g) : intl.formatMessage({ id: "model.group.all" })}</option>)}
              </select>
            </label>
          )}
        </>
      )}
    </section>
  );
}

function Compared({ of: c }: { of: ModelColumn }) {
  const intl = useIntl();
  if (!c.reference) return <FormattedMessage id="model.column.noreference" />;
  if (!c.now) return <FormattedMessage id="model.column.nonow" />;
  if (!c.distance) return <FormattedMessage id="model.column.nodistance" />;
  const d = c.distance;
  return <FormattedMessage id={d.low === d.high ? "model.column.apart.exact" : "model.column.apart"} values={{ value: intl.formatNumber(d.value, { style: "percent", maximumFractionDigits: 1 }), low: intl.formatNumber(d.low, { style: "percent", maximumFractionDigits: 1 }), high: intl.formatNumber(d.high, { style: "percent", maximumFractionDigits: 1 }) }} />;
}

/** The same in numbers, for who cannot see the plot. */
function Numbers({ of: c }: { of: ModelColumn }) {
  const intl = useIntl();
  const sides = [["model.reference", c.reference], ["model.now", c.now]] as const;
  const number = (x: number | undefined) => (x === undefined ? "—" : share(intl, x));
  const rows: [string, (d: Distribution) => React.ReactNode][] = [
    ["model.n", (d) => intl.formatNumber(d.n)],
    ["model.window.units", (d) => (d.units ? intl.formatNumber(d.units) : "—")],
    ["model.missing", (d) => intl.formatNumber(d.n + d.missing + d.invalid > 0 ? (d.missing + d.invalid + d.infinite) / (d.n + d.missing + d.invalid + d.infinite) : 0, { style: "percent", maximumFractionDigits: 1 })],
    ...(c.type === "number" || c.type === "time" ? [
      ["model.median", (d: Distribution) => { const q = d.quantiles?.find((x) => x.q === 0.5); return q ? `${number(q.value)} (${number(q.low)} – ${number(q.high)})` : "—"; }],
      ["model.middle", (d: Distribution) => { const a = d.quantiles?.find((x) => x.q === 0.05), b = d.quantiles?.find((x) => x.q === 0.95); return a && b ? `${number(a.value)} – ${number(b.value)}` : "—"; }],
      ["model.mean", (d: Distribution) => `${number(d.mean)} ± ${number(d.sd)}`],
    ] as [string, (d: Distribution) => React.ReactNode][] : []),
  ];
  return (
    <table className="md-numbers">
      <caption className="wr-hidden"><FormattedMessage id="model.numbers" /></caption>
      <thead><tr><td />{sides.map(([id, d]) => <th key={id} scope="col"><FormattedMessage id={id} />{d?.from && d.to && <span className="wr-small wr-muted"><Time at={d.from} mode="date" />{" – "}<Time at={d.to} mode="date" /></span>}</th>)}</tr></thead>
      <tbody>{rows.map(([id, of]) => <tr key={id}><th scope="row"><FormattedMessage id={id} /></th>{sides.map(([s, d]) => <td key={s}>{d ? of(d) : "—"}</td>)}</tr>)}</tbody>
    </table>
  );
}
