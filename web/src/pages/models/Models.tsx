import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { fileURL, useFilters, usePage } from "../../api/client";
import type { ModelRow } from "../../api/types";
import { useTitle } from "../../app/title";
import { Button, Empty, Failure, FilterBar, LinkButton, Name, PageHead, StateMark, Table, Time, type Column } from "../../ui";
import { ArtefactMark, SignatureMark } from "./marks";
import "../vulnerability/portfolio.css";
import "./models.css";

const defaults = { q: "", state: "", artefact: "", signature: "", asset: "", sort: "-severity,-failing,name" };

/** The AI models in use: what answers here, what feeds it, whether it still sees what it was made for. */
export default function Models() {
  const intl = useIntl();
  const text = (id: string, v?: Record<string, string | number>) => intl.formatMessage({ id }, v);
  useTitle(text("models.title"));
  const [filters, set, clear] = useFilters(defaults);
  const list = usePage<ModelRow>("/models", { ...filters, limit: 100 }, { live: ["findings", "assets"], keep: true });
  const filtered = Object.entries(filters).some(([k, v]) => k !== "sort" && v !== "");
  const any = { value: "", label: text("assets.any") };
  return (
    <div className="pf-page">
      <PageHead title={text("models.title")} actions={<LinkButton to={fileURL("/models", filters, "csv")} download="models.csv" icon="download"><FormattedMessage id="models.csv" /></LinkButton>}>
        <span role="status">{list.loading ? text("ui.loading") : text(filtered ? "models.count.filtered" : "models.count", { count: list.total })}</span>
      </PageHead>
      <FilterBar label={text("models.filters")} search={{ id: "q", label: text("models.search") }} values={filters} onChange={set} onClear={clear} filters={[
        { id: "state", label: text("models.state"), options: [any, ...["failing", "unknown", "passing"].map((s) => ({ value: s, label: text(`models.state.${s}`) }))] },
        { id: "artefact", label: text("models.artefact"), options: [any, ...["malicious", "unreadable", "unknown", "safe", "inert", "none"].map((s) => ({ value: s, label: text(`artefact.${s}`) }))] },
        { id: "signature", label: text("models.signature"), options: [any, ...["failed", "unsigned", "unknown", "verified", "none"].map((s) => ({ value: s, label: text(`signature.${s}`) }))] },
      ]} />
      {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
      {!list.problem && (
        <Table
          caption={text("models.title")} columns={columns} rows={list.items} rowKey={(r) => r.key} rowHref={(r) => modelPath(r.key)} loading={list.loading} sort={filters.sort} onSort={(sort) => set({ sort })}
          virtual={list.items.length > 60 ? { height: "76dvh", rowHeight: 62 } : false} total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore}
          empty={filtered ? <Empty level={2} title={text("models.none.filtered")}><Button onClick={clear}><FormattedMessage id="ui.filter.clear" /></Button></Empty> : <FirstModel />}
        />
      )}
    </div>
  );
}

export const modelPath = (key: string) => `/models/${encodeURIComponent(key)}`;

/** How the first model comes to stand here: three commands, each to be copied. */
function FirstModel() {
  return (
    <Empty level={2} title={<FormattedMessage id="models.none" />}>
      <p><FormattedMessage id="models.none.text" /></p>
      <ol className="md-steps">
        <li><FormattedMessage id="models.none.register" /><code className="pf-code">wardround model register ./model --product NAME --version 1.0 --plan plan.yaml</code></li>
        <li><FormattedMessage id="models.none.reference" /><code className="pf-code">wardround model sketch reference.csv -o reference.sketch{"\n"}wardround model import reference.sketch --product NAME --version 1.0</code></li>
        <li><FormattedMessage id="models.none.records" /><code className="pf-code">{"inference:\n  - name: triage\n    mapping: triage.yaml\n    listen: 127.0.0.1:4319"}</code><code className="pf-code">curl --data-binary @records.ndjson http://127.0.0.1:4319/api/v1/inference</code></li>
      </ol>
    </Empty>
  );
}

const head = (id: string) => <FormattedMessage id={`models.${id}`} />;

const columns: Column<ModelRow>[] = [
  {
    id: "name", header: head("model"), sort: "name", cell: (r) => (
      <span className="pf-cell">
        <Link to={modelPath(r.key)} tabIndex={-1}><Name value={r.name} /></Link>
        <span className="wr-small wr-muted">{r.service ? <FormattedMessage id="models.at" values={{ service: <Name value={r.service} /> }} /> : <FormattedMessage id="models.noservice" />}{r.off && <>{" · "}<FormattedMessage id="models.off" /></>}</span>
      </span>
    ),
  },
  {
    id: "state", header: head("state"), sort: "failing", width: "15rem", cell: (r) => <ModelState of={r} />,
  },
  {
    id: "version", header: head("version"), sort: "version", width: "10rem", wide: true, cell: (r) => (
      <span className="pf-cell">
        {r.version ? (r.release ? <Link to={`/releases/${encodeURIComponent(r.release)}`}><Name value={r.version} /></Link> : <Name value={r.version} />) : <span className="wr-muted"><FormattedMessage id="assets.notknown" /></span>}
        {r.product && <span className="wr-small wr-muted"><Name value={[r.maker, r.product].filter(Boolean).join(" · ")} /></span>}
      </span>
    ),
  },
  { id: "sources", header: head("sources"), width: "11rem", wide: true, cell: (r) => <Feeding of={r} /> },
  { id: "last", header: head("last"), sort: "last", width: "8rem", wide: true, cell: (r) => (r.last ? <Time at={r.last} mode="date" /> : <span className="wr-muted"><FormattedMessage id="models.nowindow" /></span>) },
  { id: "artefact", header: head("artefact"), width: "9.5rem", wide: true, cell: (r) => <ArtefactMark value={r.artefact} /> },
  { id: "signature", header: head("signature"), width: "9.5rem", wide: true, cell: (r) => <SignatureMark value={r.signature} /> },
];

/** How many judgements fail, cannot be told and pass; apart from them, the open findings and the worst; what cannot be told, and what it would take. */
export function ModelState({ of: r }: { of: ModelRow }) {
  const nothing = r.failing + r.unknown + r.passing === 0;
  return (
    <span className="pf-cell">
      <span className="pf-marks">
        {nothing && <StateMark state="unknown" />}
        {r.failing > 0 && <StateMark state="failing" count={r.failing} />}
        {r.unknown > 0 && <StateMark state="unknown" count={r.unknown} />}
        {r.passing > 0 && <StateMark state="pass" count={r.passing} />}
      </span>
      {r.findings > 0 && r.worst !== "none" && <span className="wr-small wr-muted"><FormattedMessage id="models.worst" values={{ count: r.findings, severity: <FormattedMessage id={`severity.${r.worst}`} /> }} /></span>}
      {nothing ? <span className="wr-small wr-muted"><FormattedMessage id="models.notjudged" /></span> : r.needed ? <span className="wr-small wr-muted"><FormattedMessage id="models.needs" values={{ count: r.needed }} /></span> : null}
    </span>
  );
}

function Feeding({ of: r }: { of: ModelRow }) {
  if (r.sources.length === 0) return <span className="wr-muted"><FormattedMessage id="models.nosource" /></span>;
  return (
    <span className="pf-cell">
      {r.sources.slice(0, 2).map((s) => <span key={s.name}>{s.asset ? <Link to={`/assets/${encodeURIComponent(s.asset)}`}><Name value={s.name} /></Link> : <Name value={s.name} />}</span>)}
      {r.sources.length > 2 && <span className="wr-small wr-muted"><FormattedMessage id="models.more" values={{ count: r.sources.length - 2 }} /></span>}
    </span>
  );
}
