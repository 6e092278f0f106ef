import { FormattedMessage, useIntl } from "react-intl";
import { Link, useParams } from "react-router";
import { useApi, useFilters } from "../../api/client";
import type { ModelDetail } from "../../api/types";
import { useTitle } from "../../app/title";
import { Banner, Failure, LinkButton, Name, Num, PageHead, Panel, plain, Skeleton, Time } from "../../ui";
import { ModelState } from "../models/Models";
import { ArtefactMark, SignatureMark } from "../models/marks";
import { CardPanel } from "./CardPanel";
import { HeatPanel } from "./HeatPanel";
import { Judgements, people, release, subgroups, watched } from "./Judgements";
import { Kept } from "./Kept";
import { NowPanel } from "./NowPanel";
import { PerformancePanel } from "./PerformancePanel";
import { ScanPanel } from "./ScanPanel";
import { TimelinePanel } from "./TimelinePanel";
import "../vulnerability/portfolio.css";
import "./model.css";

export default function ModelPage() {
  const { key = "" } = useParams();
  return <One key={key} id={key} />;
}

/** One model: who it is, whether it still sees what it was made for, answers as it did, and keeps what it promises. */
function One({ id }: { id: string }) {
  const intl = useIntl();
  const path = `/models/${encodeURIComponent(id)}`;
  const { data: m, error, isPending, refetch } = useApi<ModelDetail>(path, undefined, { live: ["findings", "assets"] });
  const [picked, pick] = useFilters({ column: "", group: "", part: "", from: "", to: "", topic: "" });
  useTitle(m ? plain(m.name) : undefined);
  if (error && !m) return <Failure problem={error} retry={() => void refetch()} title={error.status === 404 ? intl.formatMessage({ id: "model.gone" }) : undefined} />;
  if (isPending || !m) return <div className="pf-waiting"><Skeleton lines={12} height={20} /></div>;
  const other = m.versions.find((v) => !v.current);
  const here = m.versions.find((v) => v.current);
  return (
    <div className="pf-page">
      <PageHead title={<Name value={m.name} wrap />} actions={other && <LinkButton to={`/models/compare?a=${encodeURIComponent((here && m.before ? other : here ?? other).id)}&b=${encodeURIComponent((here && m.before ? here : other).id)}`}><FormattedMessage id="model.compare" /></LinkButton>}>
        <span className="pf-line">
          {m.service ? <FormattedMessage id="models.at" values={{ service: <Name value={m.service} /> }} /> : <FormattedMessage id="models.noservice" />}
          <ModelState of={m} />
          <ArtefactMark value={m.artefact} />
          <SignatureMark value={m.signature} />
        </span>
      </PageHead>
      {m.off && <Banner kind="warning" role="status"><FormattedMessage id="model.off" values={{ at: <Time at={m.off} mode="date" /> }} /></Banner>}
      {error && <Banner kind="warning" role="status"><FormattedMessage id="model.stale" /></Banner>}
      <NowPanel of={m} />
      <div className="pf-halves">
        <Who of={m} />
        <Feeds of={m} />
      </div>
      <TimelinePanel model={id} />
      <HeatPanel model={id} detail={m} picked={picked} pick={pick} />
      <PerformancePanel of={m} />
      {m.judgements.some((j) => watched.includes(j.topic)) && <Judgements id="watched" of={m} topics={watched} />}
      <div className="pf-halves">
        <Judgements id="subgroups" of={m} topics={subgroups} />
        <Judgements id="oversight" of={m} topics={people} />
      </div>
      <div className="pf-halves">
        <Judgements id="pccp" of={m} topics={release} />
        <CardPanel of={m} />
      </div>
      <ScanPanel of={m} />
      <Kept of={m} />
    </div>
  );
}

function Who({ of: m }: { of: ModelDetail }) {
  const unknown = <span className="wr-muted"><FormattedMessage id="assets.notknown" /></span>;
  // Outcomes may come with the records: then what was measured says until when.
  const labels = [m.labels, ...m.judgements.filter((j) => ["performance", "calibration"].includes(j.topic) && j.n && !j.item?.startsWith("estimate of ")).map((j) => j.to)].filter(Boolean).sort().at(-1);
  const rows = [
    ["product", m.product ? <Name value={[m.maker, m.product].filter(Boolean).join(" · ")} wrap /> : unknown],
    ["version", m.version ? (m.release ? <Link to={`/releases/${encodeURIComponent(m.release)}`}><Name value={m.version} wrap /></Link> : <Name value={m.version} wrap />) : unknown],
    ["before", m.before ? <span><Name value={m.before} />{m.changed && <>{" · "}<FormattedMessage id="model.until" values={{ at: <Time at={m.changed} mode="date" /> }} /></>}</span> : unknown],
    ["asset", m.asset ? <Link to={`/assets/${encodeURIComponent(m.asset)}`}><Name value={m.asset_name ?? m.asset} wrap /></Link> : unknown],
    ["findings", m.asset ? <Link to={`/assets/${encodeURIComponent(m.asset)}/knows`}><Num value={m.findings} /></Link> : unknown],
    ["last", m.last ? <Time at={m.last} /> : unknown],
    ["labels", labels ? <Time at={labels} /> : <span className="wr-muted"><FormattedMessage id="model.nolabels" /></span>],
    ["first", <Time key="t" at={m.first} mode="date" />],
  ] as const;
  return (
    <Panel title={<FormattedMessage id="model.who" />}>
      <dl className="pf-facts">{rows.map(([k, v]) => [<dt key={k}><FormattedMessage id={`model.who.${k}`} /></dt>, <dd key={`${k}=`}>{v}</dd>])}</dl>
    </Panel>
  );
}

function Feeds({ of: m }: { of: ModelDetail }) {
  return (
    <Panel title={<FormattedMessage id="model.feeds" />}>
      {m.sources.length === 0 ? <p className="wr-muted"><FormattedMessage id="model.feeds.none" /></p> : (
        <ul className="pf-list">
          {m.sources.map((s) => (
            <li key={s.name}>
              <span className="pf-split">
                {s.asset ? <Link to={`/assets/${encodeURIComponent(s.asset)}`}><Name value={s.name} wrap /></Link> : <Name value={s.name} wrap />}
                <span className="wr-small wr-muted"><Time at={s.last} /></span>
              </span>
              <span className="wr-small wr-muted">{s.software ? <FormattedMessage id="model.software" values={{ version: <Name value={s.software} /> }} /> : <FormattedMessage id="model.software.none" />}{!s.asset && <>{" · "}<FormattedMessage id="model.feeds.unseen" /></>}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
