import { FormattedMessage, useIntl } from "react-intl";
import { Link, useParams } from "react-router";
import { base, useApi, useFilters, usePage } from "../../api/client";
import type { Diagnosis, PortfolioDocument } from "../../api/types";
import { useTitle } from "../../app/title";
import { Banner, Button, Empty, Failure, FilterBar, LinkButton, Name, PageHead, Panel, plain, Skeleton, Tag, Time } from "../../ui";
import { Trust } from "../feeds/Feeds";
import { English } from "../vulnerability/marks";
import { Outcome, outcomes } from "./Vex";
import "../vulnerability/portfolio.css";
import "./vex.css";

const defaults = { q: "", outcome: "" };

/** One document's statements: what each matched, or what came nearest and the field that prevented it. */
export default function VexPage() {
  const intl = useIntl();
  const text = (id: string, v?: Record<string, string | number>) => intl.formatMessage({ id }, v);
  const { id = "" } = useParams();
  const { data: d, error, isPending, refetch } = useApi<PortfolioDocument>(`/documents/${encodeURIComponent(id)}`);
  const [filters, set, clear] = useFilters(defaults);
  const list = usePage<Diagnosis>(`/vex/${encodeURIComponent(id)}/diagnostics`, { ...filters, limit: 100 }, { live: ["findings"], keep: true });
  useTitle(d ? plain(d.name) : undefined);
  if (error && !d) return <Failure problem={error} retry={() => void refetch()} title={error.status === 404 ? text("vex.gone") : undefined} />;
  if (isPending || !d) return <div className="pf-waiting"><Skeleton lines={10} height={20} /></div>;
  return (
    <div className="pf-page">
      <PageHead title={<Name value={d.name} wrap />} actions={<LinkButton icon="download" to={`${base}/documents/${encodeURIComponent(d.id)}/content`} download={d.name}><FormattedMessage id="ui.download" /></LinkButton>}>
        <span className="pf-line"><Name value={d.format} />{d.author && <FormattedMessage id="vulnerability.by" values={{ by: <bdi>{plain(d.author)}</bdi> }} />}<span><Trust value={d.trust} /></span><Time at={d.issued ?? d.at} />{d.replaced && <Tag kind="off"><FormattedMessage id="release.document.replaced" /></Tag>}</span>
      </PageHead>
      {d.problem && <Banner kind="danger" role="status"><FormattedMessage id="release.document.problem" values={{ problem: <English value={d.problem} /> }} /></Banner>}
      <Panel flush title={<FormattedMessage id="vex.statements" values={{ count: list.total }} />}>
        <FilterBar label={text("vex.filters")} search={{ id: "q", label: text("vex.statement.search") }} values={filters} onChange={set} onClear={clear} filters={[
          { id: "outcome", label: text("vex.outcome"), options: [{ value: "", label: text("assets.any") }, ...outcomes.map((o) => ({ value: o, label: text(`vex.outcome.${o}`) }))] },
        ]} />
        {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
        {list.loading && <div className="pf-waiting"><Skeleton lines={6} /></div>}
        {!list.loading && !list.problem && list.items.length === 0 && <Empty title={text(filters.q || filters.outcome ? "vex.none.filtered" : "vex.statements.none")} />}
        <ul className="pf-list vx-list">{list.items.map((x) => <Statement key={x.statement} of={x} />)}</ul>
        {list.more && <div className="wr-table-more"><Button small busy={list.loadingMore} onClick={list.loadMore}><FormattedMessage id="ui.table.more" values={{ shown: list.items.length, total: list.total }} /></Button></div>}
      </Panel>
    </div>
  );
}

function Statement({ of: x }: { of: Diagnosis }) {
  const intl = useIntl();
  const status = `vexstatus.${x.status}`;
  return (
    <li>
      <span className="pf-split">
        <span className="pf-line"><Link to={`/vulnerabilities/${encodeURIComponent(x.vulnerability)}`}><Name value={x.vulnerability} mono /></Link><strong>{status in intl.messages ? intl.formatMessage({ id: status }) : plain(x.status)}</strong></span>
        <span className="pf-line"><Outcome of={x.outcome} />{x.matched > 0 && <span className="wr-small wr-muted"><FormattedMessage id="vex.matched" values={{ matched: x.matched, decides: x.decides }} /></span>}</span>
      </span>
      <English value={x.said} />
      {x.products.length > 0 && <bdi className="wr-mono wr-small wr-muted pf-break">{plain(x.products.slice(0, 12).join("  "))}{x.products.length > 12 && ` +${x.products.length - 12}`}</bdi>}
      {x.near && (
        <dl className="vx-near">
          <dt><FormattedMessage id="vex.near" values={{ field: <strong lang="en">{plain(x.near.field)}</strong>, where: <bdi>{plain(x.where ?? "—")}</bdi> }} /></dt>
          <dd><span className="wr-muted"><FormattedMessage id="vex.near.says" /></span> <bdi className="wr-mono pf-break">{plain(x.near.says || "—")}</bdi></dd>
          <dd><span className="wr-muted"><FormattedMessage id="vex.near.has" /></span> <bdi className="wr-mono pf-break">{plain(x.near.has || "—")}</bdi></dd>
          {x.near.detail && <dd><English value={x.near.detail} /></dd>}
        </dl>
      )}
      {x.conflicts && x.conflicts.length > 0 && <span className="wr-small"><FormattedMessage id="claim.conflicts" values={{ with: <bdi>{x.conflicts.map(plain).join(", ")}</bdi> }} /></span>}
      {x.expires && <span className="wr-small wr-muted"><FormattedMessage id="claim.expires" values={{ at: <Time at={x.expires} mode="date" /> }} /></span>}
    </li>
  );
}
