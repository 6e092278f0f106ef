import { FormattedMessage, useIntl, type IntlShape } from "react-intl";
import { Link } from "react-router";
import { useApi, useFilters, usePage } from "../../api/client";
import type { CardChange, ColumnDistance, MetricRow, ModelComparison, ModelVersionRow } from "../../api/types";
import { useTitle } from "../../app/title";
import { Banner, Button, Empty, Failure, Name, Num, PageHead, Panel, plain, Skeleton, StateMark, Table, type Column } from "../../ui";
import { figureName, interval } from "./PerformancePanel";
import { WeightsPanel } from "./WeightsPanel";
import { ArtefactMark, SignatureMark } from "../models/marks";
import "../vulnerability/portfolio.css";
import "./model.css";

const states = { inside: "pass", outside: "fail", unknown: "unknown" } as const;
const weight = { outside: 0, unknown: 1, inside: 2 } as const;

/** Two versions beside each other: what differs, whether it was agreed, how far apart what they were made on is. */
export default function ComparePage() {
  const intl = useIntl();
  const text = (id: string) => intl.formatMessage({ id });
  useTitle(text("compare.title"));
  const [{ a, b }, set] = useFilters({ a: "", b: "" });
  const list = usePage<ModelVersionRow>("/models/versions", { limit: 500, sort: "name" });
  const [released, other] = [list.items.filter((r) => r.release), list.items.filter((r) => !r.release)];
  const { data: c, error, isPending, refetch } = useApi<ModelComparison>(a && b ? "/models/compare" : null, { a, b });
  return (
    <div className="pf-page">
      <PageHead title={text("compare.title")}><FormattedMessage id="compare.about" /></PageHead>
      <div className="pf-ask md-choose">
        {(["a", "b"] as const).map((side) => (
          <label key={side} className="wr-field"><span><FormattedMessage id={`compare.${side}`} /></span>
            <select className="wr-input" value={side === "a" ? a : b} onChange={(e) => set({ [side]: e.target.value })}>
              <option value="">{text("compare.choose")}</option>
              {released.length > 0 && <optgroup label={text("compare.released")}>{released.map((r) => <option key={r.id} value={r.id}>{choice(intl, r)}</option>)}</optgroup>}
              {other.length > 0 && <optgroup label={text("compare.unreleased")}>{other.map((r) => <option key={r.id} value={r.id}>{choice(intl, r)}</option>)}</optgroup>}
            </select>
          </label>
        ))}
      </div>
      {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
      {error && <Failure problem={error} retry={() => void refetch()} />}
      {(!a || !b) && <Empty level={2} title={text("compare.none")}><p><FormattedMessage id="compare.none.text" /></p><code className="pf-code">wardround model register ./model --product NAME --version VERSION</code></Empty>}
      {a && b && <p className="md-choose"><Button small onClick={() => set({ a: b, b: a })}><FormattedMessage id="compare.swap" /></Button></p>}
      {a && b && isPending && <Skeleton lines={8} />}
      {c && <Result of={c} />}
    </div>
  );
}

/** The name of a version, and whether it is what answers now. */
function choice(intl: IntlShape, r: ModelVersionRow): string {
  const name = r.version || !r.model ? plain(r.name) : intl.formatMessage({ id: "compare.noversion" }, { name: plain(r.name) });
  return r.current ? intl.formatMessage({ id: "compare.current" }, { name }) : name;
}

function Result({ of: c }: { of: ModelComparison }) {
  const intl = useIntl();
  return (
    <>
      {c.problems.map((p) => <Banner key={p} kind="warning" role="status"><span lang="en">{plain(p)}</span></Banner>)}
      <div className="pf-halves"><Side of={c.a} /><Side of={c.b} /></div>
      <Panel title={<FormattedMessage id="compare.changes" />}>
        <p className="pf-marks"><StateMark state={c.changes.length === 0 && c.unseen.length > 0 ? "unknown" : states[c.verdict]} /> <FormattedMessage id={c.changes.length === 0 ? "compare.nothing" : c.planned ? `compare.${c.verdict}` : "compare.unplanned"} /></p>
        <ul className="pf-list">
          {[...c.changes].sort((x, y) => weight[x.verdict] - weight[y.verdict]).map((x, i) => (
            <li key={i}>
              <span className="pf-split"><span className="pf-marks"><StateMark state={states[x.verdict]} bare /><strong><FormattedMessage id={`change.${x.what}`} defaultMessage={plain(x.what).replace(/[{}<>']/g, "")} /></strong>{x.item && <Name value={x.item} wrap />}</span><span className="wr-small"><FormattedMessage id={`compare.verdict.${x.verdict}`} />{x.clause && <>{" · "}<FormattedMessage id="compare.clause" values={{ clause: <code>{plain(x.clause)}</code> }} /></>}</span></span>
              {(x.from || x.to) && <span><Name value={x.from || "—"} wrap />{" → "}<Name value={x.to || "—"} wrap /></span>}
              <span className="wr-small wr-muted" lang={x.english?.includes("why") ? "en" : undefined}><Name value={x.why} wrap /></span>
            </li>
          ))}
        </ul>
        {c.unseen.length > 0 && <p className="wr-muted"><FormattedMessage id="compare.unseen" values={{ list: c.unseen.map((u) => intl.formatMessage({ id: `change.${u}`, defaultMessage: plain(u).replace(/[{}<>']/g, "") })).join(", ") }} /></p>}
        {c.rollback && <p><FormattedMessage id="compare.rollback" values={{ how: <bdi lang="en">{plain(c.rollback)}</bdi> }} /></p>}
      </Panel>
      <Metrics of={c.metrics} />
      <Cards of={c} />
      {c.weights ? <WeightsPanel of={c.weights} /> : <Panel title={<FormattedMessage id="weights.title" />}><p className="wr-muted"><FormattedMessage id="weights.none" /></p><code className="pf-code">wardround model diff OLD NEW --format json &gt; diff.json{"\n"}wardround model import diff.json --product NAME --version VERSION</code></Panel>}
      <Panel title={<FormattedMessage id="compare.columns" />} flush>
        {c.columns_known ? <Table caption={intl.formatMessage({ id: "compare.columns" })} columns={columns} rows={c.columns} rowKey={(r) => `${r.column}|${r.group ?? ""}`} virtual={c.columns.length > 60 ? { height: "50dvh", rowHeight: 44 } : false} /> : <Empty title={<FormattedMessage id="compare.columns.none" />}><p><FormattedMessage id="compare.columns.none.text" /></p></Empty>}
      </Panel>
    </>
  );
}

function Side({ of: s }: { of: ModelVersionRow }) {
  return (
    <Panel title={<Name value={s.name} wrap />}>
      <dl className="pf-facts">
        <dt><FormattedMessage id="models.artefact" /></dt><dd><ArtefactMark value={s.artefact} /></dd>
        <dt><FormattedMessage id="models.signature" /></dt><dd><SignatureMark value={s.signature} /></dd>
        {(["card", "plan", "reference", "weights"] as const).map((k) => [<dt key={k}><FormattedMessage id={k === "weights" ? "modeldocument.diff" : `modeldocument.${k}`} /></dt>, <dd key={`${k}=`}><FormattedMessage id={s[k] ? "compare.here" : "compare.nothere"} /></dd>])}
      </dl>
      <span className="pf-marks">
        {s.release ? <Link to={`/releases/${encodeURIComponent(s.release)}`}><FormattedMessage id="compare.release" /></Link> : <span className="wr-muted"><FormattedMessage id="compare.norelease" /></span>}
        {s.model && <Link to={`/models/${encodeURIComponent(s.model)}`}><FormattedMessage id={s.current ? "compare.answers" : "compare.answered"} values={{ model: <Name value={s.model} /> }} /></Link>}
      </span>
    </Panel>
  );
}

const sources = ["measured", "reference", "claimed"] as const;

/** Figures side by side with their intervals, each beside one of the same source: what is claimed is not held against what was measured. */
function Metrics({ of: rows }: { of: MetricRow[] }) {
  const intl = useIntl();
  return (
    <Panel title={<FormattedMessage id="compare.metrics" />}>
      {rows.length === 0 && <p className="wr-muted"><FormattedMessage id="compare.metrics.none" /></p>}
      {sources.filter((s) => rows.some((r) => r.source === s)).map((s) => (
        <table key={s} className="md-numbers">
          <caption><FormattedMessage id={`compare.source.${s}`} /></caption>
          <thead><tr><th scope="col"><FormattedMessage id="model.metric" /></th><th scope="col"><FormattedMessage id="compare.a" /></th><th scope="col"><FormattedMessage id="compare.b" /></th><th scope="col"><FormattedMessage id="compare.apart" /></th></tr></thead>
          <tbody>
            {rows.filter((r) => r.source === s).slice(0, 60).map((r, i) => (
              <tr key={i}>
                <th scope="row">{figureName(intl, r.metric, r.point)}{r.group && <Name value={r.group} wrap />}</th>
                {([r.a, r.b] as const).map((x, k) => <td key={k}>{x ? <>{interval(intl, x)}{x.units ? <span className="wr-small wr-muted">{" · "}<FormattedMessage id="performance.n" values={{ n: intl.formatNumber(x.units) }} /></span> : null}</> : <span className="wr-muted"><FormattedMessage id="assets.notknown" /></span>}</td>)}
                <td>{r.a && r.b ? <FormattedMessage id={r.apart ? "compare.apart.yes" : r.a.low !== undefined && r.b.low !== undefined ? "compare.apart.no" : "compare.apart.unknown"} /> : "—"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </Panel>
  );
}

function Cards({ of: c }: { of: ModelComparison }) {
  const list = (x: string[]) => (x.length > 0 ? <Name value={x.join("; ")} wrap /> : <span className="wr-muted"><FormattedMessage id="compare.card.none" /></span>);
  return (
    <Panel title={<FormattedMessage id="compare.cards" />}>
      {!c.cards_known && <p className="wr-muted"><FormattedMessage id="compare.cards.unknown" /></p>}
      {c.cards_known && c.cards.length === 0 && <p><FormattedMessage id="compare.cards.same" /></p>}
      {c.cards.length > 0 && (
        <table className="md-numbers">
          <caption className="wr-hidden"><FormattedMessage id="compare.cards" /></caption>
          <thead><tr><th scope="col"><FormattedMessage id="compare.field" /></th><th scope="col"><FormattedMessage id="compare.a" /></th><th scope="col"><FormattedMessage id="compare.b" /></th></tr></thead>
          <tbody>{c.cards.map((x: CardChange) => <tr key={x.field}><th scope="row"><FormattedMessage id={`card.${x.field}`} defaultMessage={plain(x.field).replace(/[{}<>']/g, "")} /></th><td>{list(x.from)}</td><td>{list(x.to)}</td></tr>)}</tbody>
        </table>
      )}
    </Panel>
  );
}

const columns: Column<ColumnDistance>[] = [
  { id: "column", header: <FormattedMessage id="model.heat.column" />, cell: (r) => <Name value={r.group ? `${r.column} [${r.group}]` : r.column} /> },
  { id: "a", header: <FormattedMessage id="compare.a.rows" />, align: "end", wide: true, cell: (r) => <Num value={r.a} /> },
  { id: "b", header: <FormattedMessage id="compare.b.rows" />, align: "end", wide: true, cell: (r) => <Num value={r.b} /> },
  { id: "distance", header: <FormattedMessage id="compare.distance" />, cell: (r) => (r.distance ? <span><Num value={r.distance.value * 100} digits={1} unit="%" /> <span className="wr-small wr-muted">(<Num value={r.distance.low * 100} digits={1} /> – <Num value={r.distance.high * 100} digits={1} />)</span></span> : <span className="wr-muted"><FormattedMessage id={r.a === 0 && r.b === 0 ? "compare.empty" : r.a === 0 || r.b === 0 ? "compare.one" : "compare.type"} /></span>) },
];
