import { FormattedMessage, useIntl } from "react-intl";
import { Navigate, useLocation, useParams } from "react-router";
import { useApi } from "../../api/client";
import type { ReleaseDetail } from "../../api/types";
import { useTitle } from "../../app/title";
import { Banner, Failure, Icon, LinkTabs, Name, PageHead, Panel, plain, Skeleton, Tag, Time, Word } from "../../ui";
import { Support } from "../releases/Releases";
import { CannotTell, Counts } from "../vulnerability/marks";
import { Exposures, Statements } from "./Exposures";
import { Documents, Instances, QualityTab } from "./Parts";
import { SupportTab } from "./SupportTab";
import { Tree } from "./Tree";
import "../vulnerability/portfolio.css";
import "../releases/releases.css";
import "./release.css";

const tabs = ["made-of", "vulnerabilities", "statements", "quality", "support", "instances", "documents"] as const;
type TabName = (typeof tabs)[number];

export default function ReleasePage() {
  const { id = "", tab } = useParams();
  const { search } = useLocation();
  if (!tabs.some((t) => t === tab)) return <Navigate to={`/releases/${encodeURIComponent(id)}/made-of${search}`} replace />;
  return <One key={id} id={id} tab={tab as TabName} />;
}

function One({ id, tab }: { id: string; tab: TabName }) {
  const intl = useIntl();
  const path = `/releases/${encodeURIComponent(id)}`;
  const { data: r, error, isPending, refetch } = useApi<ReleaseDetail>(path, undefined, { live: ["findings"] });
  useTitle(r ? plain(r.name) : undefined);
  if (error && !r) return <Failure problem={error} retry={() => void refetch()} title={error.status === 404 ? intl.formatMessage({ id: "release.gone" }) : undefined} />;
  if (isPending || !r) return <div className="pf-waiting"><Skeleton lines={10} height={20} /></div>;
  const again = () => void refetch();
  const failed = r.documents.find((d) => d.problem && !d.replaced);
  return (
    <div className="pf-page">
      <PageHead title={<Name value={`${r.product} ${r.version}`} wrap />}>
        <span className="pf-line">
          <Name value={r.maker || "—"} />
          <Word group="kind" value={r.kind} />
          <Counts of={r.exposures} empty={r.has_sbom ? <FormattedMessage id="releases.noneknown" /> : <CannotTell />} />
          {r.exposures.exploited > 0 && <span className="pf-kev"><Icon name="warning" size={14} /><FormattedMessage id="releases.exploited" values={{ count: r.exposures.exploited }} /></span>}
          <FormattedMessage id="three.instances" values={{ count: r.instances }} />
          {r.retired && <Tag kind="off"><FormattedMessage id="release.retired.since" values={{ at: <Time at={r.retired} mode="date" /> }} /></Tag>}
        </span>
      </PageHead>
      {failed && <Banner kind="warning" role="status"><FormattedMessage id="release.unread" values={{ name: <bdi>{plain(failed.name)}</bdi>, problem: <bdi lang="en">{plain(failed.problem ?? "")}</bdi> }} /></Banner>}
      <Identity release={r} />
      <LinkTabs label={intl.formatMessage({ id: "release.tabs" })} tabs={tabs.map((t) => ({ to: `${path}/${t}`, label: <FormattedMessage id={`release.tab.${t}`} /> }))} />
      <div className="pf-body">
        {tab === "made-of" && <Tree release={r} />}
        {tab === "vulnerabilities" && <Exposures release={r.id} has={r.has_sbom} />}
        {tab === "statements" && <Statements release={r.id} />}
        {tab === "quality" && <QualityTab release={r} />}
        {tab === "support" && <SupportTab release={r} onDone={again} />}
        {tab === "instances" && <Instances release={r} />}
        {tab === "documents" && <Documents release={r} onDone={again} />}
      </div>
    </div>
  );
}

/** Who it is: the names that a label, an advisory and a machine give it. */
function Identity({ release: r }: { release: ReleaseDetail }) {
  const facts = ([["udi_di", r.udi_di], ["basic_udi_di", r.basic_udi_di], ["gtin", r.gtin], ["models", r.models?.join(", ")], ["names", r.names?.join(", ")]] as const).filter(([, v]) => v);
  const declared = Object.entries(r.declared ?? {});
  return (
    <Panel title={<FormattedMessage id="release.who" />}>
      <div className="rl-who">
        {facts.length === 0 && <p className="wr-muted"><FormattedMessage id="release.who.none" /></p>}
        <dl className="pf-facts">{facts.map(([k, v]) => [<dt key={k}><FormattedMessage id={`release.${k}`} /></dt>, <dd key={`${k}=`}><Name value={v!} mono wrap /></dd>])}</dl>
        <Support stage={r.support_now} ends={r.support_ends} />
        {declared.length > 0 && (
          <details>
            <summary><FormattedMessage id="release.declared" values={{ count: declared.length }} /></summary>
            <dl className="pf-facts">{declared.slice(0, 500).map(([k, v]) => [<dt key={k} className="wr-mono wr-small">{plain(k)}</dt>, <dd key={`${k}=`}><bdi>{plain(v)}</bdi></dd>])}</dl>
          </details>
        )}
      </div>
    </Panel>
  );
}
