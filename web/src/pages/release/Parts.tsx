import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { base, usePage } from "../../api/client";
import type { Instance, PortfolioDocument, Quality, ReleaseDetail } from "../../api/types";
import { Banner, Bytes, Empty, Failure, LinkButton, Name, Num, Panel, plain, SeverityMark, StateMark, Table, Tag, Time, Word, type Column } from "../../ui";
import { Upload } from "../releases/Upload";
import { English } from "../vulnerability/marks";

/** How good the bill of materials is, profile by profile. */
export function QualityTab({ release: r }: { release: ReleaseDetail }) {
  const intl = useIntl();
  if (r.qualities.length === 0) return <Empty level={2} title={intl.formatMessage({ id: "release.quality.none" })}><p><FormattedMessage id="release.quality.none.text" /></p><code className="pf-code">wardround sbom quality FILE</code></Empty>;
  const profiles = [...new Set(r.qualities.map((q) => q.profile))];
  return <div className="pf-halves">{profiles.map((p) => <Profile key={p} profile={p} answers={r.qualities.filter((q) => q.profile === p)} />)}</div>;
}

const order = { fail: 0, unknown: 1, pass: 2 };

function Profile({ profile, answers }: { profile: string; answers: Quality[] }) {
  const intl = useIntl();
  const id = `quality.${profile}`;
  const passed = answers.filter((q) => q.state === "pass").length;
  return (
    <Panel title={id in intl.messages ? intl.formatMessage({ id }) : <Name value={profile} />}>
      <p className="wr-muted"><FormattedMessage id="release.quality.sentence" values={{ passed, of: answers.length }} /></p>
      <ul className="pf-list">
        {[...answers].sort((a, b) => order[a.state] - order[b.state]).map((q) => (
          <li key={q.rule}>
            <span className="pf-split"><span className="pf-line"><StateMark state={q.state} /><span className="wr-mono wr-small">{plain(q.rule)}</span></span>{q.of !== undefined && q.of > 0 && <span className="wr-small wr-muted"><FormattedMessage id="release.quality.of" values={{ count: q.count ?? 0, of: q.of }} /></span>}</span>
            <English value={q.said} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Where it runs: the instances in the field, ward and criticality first. */
export function Instances({ release }: { release: ReleaseDetail }) {
  const intl = useIntl();
  const list = usePage<Instance>(`/releases/${encodeURIComponent(release.id)}/instances`, { limit: 200 }, { live: ["assets", "findings"] });
  const head = (id: string) => <FormattedMessage id={`release.instance.${id}`} />;
  const columns: Column<Instance>[] = [
    { id: "name", header: head("name"), cell: (i) => <span className="pf-cell"><Link to={`/assets/${encodeURIComponent(i.asset)}`} tabIndex={-1}><Name value={i.name} /></Link>{i.role && <span className="wr-small wr-muted"><Name value={i.role} /></span>}</span> },
    { id: "ward", header: head("ward"), width: "18%", cell: (i) => (i.ward ? <Name value={i.ward} /> : "—") },
    { id: "criticality", header: head("criticality"), width: "10rem", wide: true, cell: (i) => (i.criticality === "life-sustaining" ? <strong><Word group="criticality" value={i.criticality} /></strong> : <Word group="criticality" value={i.criticality} />) },
    { id: "worst", header: head("worst"), width: "8rem", wide: true, cell: (i) => (i.findings > 0 ? <SeverityMark severity={i.worst} /> : <span className="wr-muted">{"—"}</span>) },
    { id: "findings", header: head("findings"), width: "6rem", align: "end", wide: true, cell: (i) => (i.findings > 0 ? <Link to={`/findings?asset=${encodeURIComponent(i.asset)}`} tabIndex={-1}><Num value={i.findings} /></Link> : <Num value={0} />) },
    { id: "last", header: head("last"), width: "9rem", wide: true, cell: (i) => <Time at={i.last} mode="relative" /> },
  ];
  return (
    <Panel flush title={<FormattedMessage id="release.instances" values={{ count: list.loading ? release.instances : list.total }} />}>
      {list.problem ? <Failure problem={list.problem} retry={list.refresh} /> : (
        <Table caption={intl.formatMessage({ id: "release.instances" }, { count: list.total })} columns={columns} rows={list.items} rowKey={(i) => i.asset} rowHref={(i) => `/assets/${encodeURIComponent(i.asset)}`} loading={list.loading}
          virtual={list.items.length > 60 ? { height: "70dvh", rowHeight: 54 } : false} total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore}
          empty={<Empty title={intl.formatMessage({ id: "release.instances.none" })}><p><FormattedMessage id="release.instances.none.text" /></p><code className="pf-code">wardround release import FILE</code></Empty>} />
      )}
    </Panel>
  );
}

/** The documents that say what is known of it, the newest first, and what could not be read. */
export function Documents({ release: r, onDone }: { release: ReleaseDetail; onDone: () => void }) {
  return (
    <div className="pf-columns">
      <Panel title={<FormattedMessage id="release.documents" values={{ count: r.documents.length }} />}>
        {r.documents.length === 0 && <p className="wr-muted"><FormattedMessage id="release.documents.none" /></p>}
        <ul className="pf-list">{r.documents.map((d) => <Document key={d.id} document={d} />)}</ul>
      </Panel>
      {r.may.includes("upload") && <Panel title={<FormattedMessage id="releases.upload" />}><Upload into={{ id: r.id, name: r.name }} onDone={onDone} /></Panel>}
    </div>
  );
}

function Document({ document: d }: { document: PortfolioDocument }) {
  const intl = useIntl();
  const trust = `trust.${d.trust ?? "unsigned"}`;
  return (
    <li>
      <span className="pf-split">
        <strong><Name value={d.name} wrap /></strong>
        <span className="pf-line">
          {d.replaced && <Tag kind="off"><FormattedMessage id="release.document.replaced" /></Tag>}
          {!d.problem && <LinkButton small kind="quiet" icon="download" to={`${base}/documents/${encodeURIComponent(d.id)}/content`} download={d.name}><FormattedMessage id="ui.download" /></LinkButton>}
        </span>
      </span>
      <span className="wr-small wr-muted pf-line">
        <span><FormattedMessage id={`documentkind.${d.kind}`} /></span><Name value={d.format} /><Bytes value={d.blob.size} />
        {d.parts !== undefined && <FormattedMessage id="release.document.parts" values={{ count: d.parts }} />}
        <Time at={d.at} /><span>{trust in intl.messages ? intl.formatMessage({ id: trust }) : plain(d.trust ?? "")}</span>
        {(d.author || d.source) && <Name value={d.author || d.source || ""} />}
      </span>
      <bdi className="wr-mono wr-small wr-muted pf-break">{d.blob.digest}</bdi>
      {d.problem && <Banner kind="warning"><FormattedMessage id="release.document.problem" values={{ problem: <English value={d.problem} /> }} /></Banner>}
    </li>
  );
}
