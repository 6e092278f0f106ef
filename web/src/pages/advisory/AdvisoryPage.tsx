import { FormattedMessage, useIntl } from "react-intl";
import { Link, useParams, useSearchParams } from "react-router";
import { useApi } from "../../api/client";
import type { AdvisoryPage as Advisory } from "../../api/types";
import { useTitle } from "../../app/title";
import { Banner, Empty, Failure, Name, PageHead, Panel, plain, Skeleton, Time } from "../../ui";
import "../vulnerability/portfolio.css";

/** One advisory as its feeds hold it: what it says, of what, and which vulnerability it became here. */
export default function AdvisoryPage() {
  const intl = useIntl();
  const { id = "" } = useParams();
  const feed = useSearchParams()[0].get("feed") ?? "";
  const { data, error, isPending, refetch } = useApi<Advisory>(`/advisories/${encodeURIComponent(id)}`, { feed });
  useTitle(plain(id));
  if (error && !data) return <Failure problem={error} retry={() => void refetch()} title={error.status === 404 ? intl.formatMessage({ id: "advisory.gone" }) : undefined} />;
  if (isPending || !data) return <div className="pf-waiting"><Skeleton lines={10} height={20} /></div>;
  return (
    <div className="pf-page">
      <PageHead title={<Name value={data.id} wrap />}><FormattedMessage id="advisory.sentence" values={{ count: data.records.length }} /></PageHead>
      {data.records.length === 0 && <Empty level={2} title={intl.formatMessage({ id: "advisory.none" })}><p><FormattedMessage id="advisory.none.text" /></p><code className="pf-code">wardround feed status</code></Empty>}
      <div className="pf-body">
        {data.records.map((r) => (
          <Panel key={`${r.feed} ${r.id}`} title={<Name value={r.title || r.id} wrap />}>
            {r.withdrawn && <Banner kind="warning"><FormattedMessage id="advisory.withdrawn" values={{ at: <Time at={r.withdrawn} mode="date" /> }} /></Banner>}
            <div className="pf-columns">
              <div className="pf-main">
                {r.details ? <Details text={r.details} /> : <p className="wr-muted"><FormattedMessage id="advisory.nodetails" /></p>}
                <h3><FormattedMessage id="advisory.affected" values={{ count: r.affected.length }} /></h3>
                <ul className="pf-list">{r.affected.slice(0, 200).map((a, i) => <li key={i}><span className="pf-line"><Name value={a.name} mono wrap />{a.status && <span className="wr-muted wr-small" lang="en">{plain(a.status)}</span>}</span>{a.versions && a.versions.length > 0 && <bdi className="pf-break wr-small" lang="en">{plain(a.versions.slice(0, 40).join("; "))}</bdi>}{a.unread && <span className="wr-small"><FormattedMessage id="advisory.unread" values={{ text: <bdi>{plain(a.unread)}</bdi> }} /></span>}</li>)}</ul>
                {r.affected.length > 200 && <p className="wr-muted"><FormattedMessage id="place.more" values={{ count: r.affected.length - 200 }} /></p>}
              </div>
              <dl className="pf-facts">
                <dt><FormattedMessage id="advisory.vulnerability" /></dt><dd>{r.vulnerability ? <Link to={`/vulnerabilities/${encodeURIComponent(r.vulnerability)}`}><Name value={r.vulnerability} mono /></Link> : "—"}</dd>
                <dt><FormattedMessage id="advisory.id" /></dt><dd><Name value={r.id} mono wrap /></dd>
                {r.aliases && r.aliases.length > 0 && <><dt><FormattedMessage id="advisory.aliases" /></dt><dd><Name value={r.aliases.join(", ")} mono wrap /></dd></>}
                {r.related && r.related.length > 0 && <><dt><FormattedMessage id="advisory.related" /></dt><dd><Name value={r.related.join(", ")} mono wrap /></dd></>}
                <dt><FormattedMessage id="advisory.feed" /></dt><dd><Link to={`/feeds?q=${encodeURIComponent(r.feed)}`}><Name value={r.feed} /></Link></dd>
                {r.document && <><dt><FormattedMessage id="advisory.document" /></dt><dd><Name value={r.document} mono wrap /></dd></>}
                <dt><FormattedMessage id="advisory.published" /></dt><dd><Time at={r.published} mode="date" /></dd>
                <dt><FormattedMessage id="advisory.modified" /></dt><dd><Time at={r.modified} mode="date" /></dd>
                {r.digest && <><dt><FormattedMessage id="advisory.digest" /></dt><dd><Name value={r.digest} mono wrap /></dd></>}
                {r.references.length > 0 && (
                  <><dt><FormattedMessage id="advisory.references" /></dt><dd><ul className="pf-list">{r.references.slice(0, 40).map((x, i) => <li key={i}><Outside url={x.url} /></li>)}</ul></dd></>
                )}
              </dl>
            </div>
          </Panel>
        ))}
      </div>
    </div>
  );
}

function Details({ text }: { text: string }) {
  // It is a stranger's text: shown as it stands, never as markup.
  return <div className="pf-text" dir="auto" lang="en">{text.split(/\n{2,}/).map((p, i) => <p key={i}>{p.split("\n").map((l) => plain(l)).join("\n")}</p>)}</div>;
}

/** An address that an advisory names: only one that a browser may safely open is a link, and it is told nothing of us. */
export function Outside({ url }: { url: string }) {
  if (!/^https?:\/\//i.test(url)) return <bdi className="wr-mono pf-break">{plain(url)}</bdi>;
  return <a href={url} target="_blank" rel="noopener noreferrer nofollow" className="pf-break"><bdi>{plain(url)}</bdi></a>;
}
