import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useApi, useFilters, usePage } from "../../api/client";
import type { ColumnDistance, ModelComparison, ModelSide, ReleaseRow } from "../../api/types";
import { useTitle } from "../../app/title";
import { Banner, Empty, Failure, Name, Num, PageHead, Panel, plain, Skeleton, StateMark, Table, type Column } from "../../ui";
import { WeightsPanel } from "./WeightsPanel";
import { ArtefactMark, SignatureMark } from "../models/marks";
import "../vulnerability/portfolio.css";
import "./model.css";

const states = { inside: "pass", outside: "fail", unknown: "unknown" } as const;

/** Two versions beside each other: what differs, whether it was agreed, how far apart what they were made on is. */
export default function ComparePage() {
  const intl = useIntl();
  const text = (id: string) => intl.formatMessage({ id });
  useTitle(text("compare.title"));
  const [{ a, b }, set] = useFilters({ a: "", b: "" });
  const list = usePage<ReleaseRow>("/releases", { limit: 500, sort: "name" });
  const models = list.items.filter((r) => r.kind === "model" || r.id === a || r.id === b);
  const { data: c, error, isPending, refetch } = useApi<ModelComparison>(a && b ? "/models/compare" : null, { a, b });
  return (
    <div className="pf-page">
      <PageHead title={text("compare.title")}><FormattedMessage id="compare.about" /></PageHead>
      <div className="pf-ask md-choose">
        {(["a", "b"] as const).map((side) => (
          <label key={side} className="wr-field"><span><FormattedMessage id={`compare.${side}`} /></span>
            <select className="wr-input" value={side === "a" ? a : b} onChange={(e) => set({ [side]: e.target.value })}>
              <option value="">{text("compare.choose")}</option>
              {models.map((r) => <option key={r.id} value={r.id}>{plain(r.name)}</option>)}
            </select>
          </label>
        ))}
      </div>
      {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
      {error && <Failure problem={error} retry={() => void refetch()} />}
      {(!a || !b) && <Empty level={2} title={text("compare.none")}><p><FormattedMessage id="compare.none.text" /></p><code className="pf-code">wardround model register ./model --product NAME --version VERSION</code></Empty>}
      {a && b && isPending && <Skeleton lines={8} />}
      {c && <Result of={c} />}
    </div>
  );
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
          {c.changes.map((x, i) => (
            <li key={i}>
              <span className="pf-split"><span className="pf-marks"><StateMark state={states[x.verdict]} bare /> <strong><FormattedMessage id={`change.${x.what}`} defaultMessage={plain(x.what).replace(/[{}<>']/g, "")} /></strong>{x.item && <Name value={x.item} wrap />}</span>{x.clause && <code>{plain(x.clause)}</code>}</span>
              {(x.from || x.to) && <span><Name value={x.from || "—"} wrap />{" → "}<Name value={x.to || "—"} wrap /></span>}
              <span className="wr-small wr-muted" lang="en"><Name value={x.why} wrap /></span>
            </li>
          ))}
        </ul>
        {c.unseen.length > 0 && <p className="wr-muted"><FormattedMessage id="compare.unseen" values={{ list: c.unseen.map((u) => intl.formatMessage({ id: `change.${u}`, defaultMessage: plain(u).replace(/[{}<>']/g, "") })).join(", ") }} /></p>}
        {c.rollback && <p><FormattedMessage id="compare.rollback" values={{ how: <bdi lang="en">{plain(c.rollback)}</bdi> }} /></p>}
      </Panel>
      <Panel title={<FormattedMessage id="compare.columns" />} flush>
        {c.columns_known ? <Table caption={intl.formatMessage({ id: "compare.columns" })} columns={columns} rows={c.columns} rowKey={(r) => `${r.column}|${r.group ?? ""}`} virtual={c.columns.length > 60 ? { height: "50dvh", rowHeight: 44 } : false} /> : <Empty title={<FormattedMessage id="compare.columns.none" />}><p><FormattedMessage id="compare.columns.none.text" /></p></Empty>}
      </Panel>
      {c.weights ? <WeightsPanel of={c.weights} /> : <Panel title={<FormattedMessage id="weights.title" />}><p className="wr-muted"><FormattedMessage id="weights.none" /></p><code className="pf-code">wardround model diff OLD NEW --format json &gt; diff.json{"\n"}wardround model import diff.json --product NAME --version VERSION</code></Panel>}
    </>
  );
}

function Side({ of: s }: { of: ModelSide }) {
  return (
    <Panel title={<Name value={s.name} wrap />}>
      <dl className="pf-facts">
        <dt><FormattedMessage id="models.artefact" /></dt><dd><ArtefactMark value={s.artefact} /></dd>
        <dt><FormattedMessage id="models.signature" /></dt><dd><SignatureMark value={s.signature} /></dd>
        {(["card", "plan", "reference"] as const).map((k) => [<dt key={k}><FormattedMessage id={`modeldocument.${k}`} /></dt>, <dd key={`${k}=`}><FormattedMessage id={s[k] ? "tri.yes" : "tri.no"} /></dd>])}
      </dl>
      <Link to={`/releases/${encodeURIComponent(s.release)}`}><FormattedMessage id="compare.release" /></Link>
    </Panel>
  );
}

const columns: Column<ColumnDistance>[] = [
  { id: "column", header: <FormattedMessage id="model.heat.column" />, cell: (r) => <Name value={r.group ? `${r.column} [${r.group}]` : r.column} /> },
  { id: "a", header: <FormattedMessage id="compare.a.rows" />, align: "end", wide: true, cell: (r) => <Num value={r.a} /> },
  { id: "b", header: <FormattedMessage id="compare.b.rows" />, align: "end", wide: true, cell: (r) => <Num value={r.b} /> },
  { id: "distance", header: <FormattedMessage id="compare.distance" />, cell: (r) => (r.distance ? <span><Num value={r.distance.value * 100} digits={1} unit="%" /> <span className="wr-small wr-muted">(<Num value={r.distance.low * 100} digits={1} /> – <Num value={r.distance.high * 100} digits={1} />)</span></span> : <span className="wr-muted"><FormattedMessage id={r.a === 0 && r.b === 0 ? "compare.empty" : r.a === 0 || r.b === 0 ? "compare.one" : "compare.type"} /></span>) },
];
