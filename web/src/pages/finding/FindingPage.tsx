import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link, useParams, useSearchParams } from "react-router";
import { keyOf, useApi, useEvents } from "../../api/client";
import type { FindingDetail } from "../../api/types";
import { useKeys } from "../../app/keyboard";
import { useTitle } from "../../app/title";
import { Banner, Failure, Name, Panel, plain, SeverityMark, Skeleton, Time, Word } from "../../ui";
import { Decide } from "./Decide";
import { EvidenceDrawer } from "./EvidenceDrawer";
import { Facts } from "./Facts";
import css from "./finding.module.css";
import { History, Related } from "./History";
import { AssetCard, CaseOf, Controls, Handling, Links } from "./Side";
import { VoiceOf } from "./Voice";
import { WorkOrder } from "./WorkOrder";

/** One finding: what it means at the bedside, what to do and not to do, why we say so, and what people decided. */
export default function FindingPage() {
  const { id = "" } = useParams();
  const intl = useIntl();
  const client = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const path = `/findings/${encodeURIComponent(id)}`;
  const params = { language: intl.locale.split("-")[0] };
  const { data, error, isPending, refetch } = useApi<FindingDetail>(path, params);
  // Only what concerns this finding is fetched again; too many at once come without ids.
  useEvents(["findings"], { changed: (e) => (e.findings === undefined ? (e.counts.findings ?? 0) > 0 : e.findings.includes(id)) && void refetch() });
  const [focus, setFocus] = useState(search.has("decide") ? 1 : 0);
  const box = useRef<HTMLDivElement>(null);
  const evidence = search.get("evidence");
  const show = (leaf: number | "newest" | null) =>
    setSearch((old) => {
      const next = new URLSearchParams(old);
      if (leaf === null) next.delete("evidence");
      else next.set("evidence", String(leaf));
      return next;
    }, { replace: true });
  useTitle(data?.voice.title);
  useKeys({
    a: () => {
      box.current?.scrollIntoView?.({ block: "nearest" });
      setFocus((n) => n + 1);
    },
    e: () => show("newest"),
  });

  if (isPending) return <Waiting />;
  if (!data) return <Failure problem={error!} retry={() => void refetch()} />;
  const leaf = evidence === null ? undefined : evidence === "newest" ? data.leaf : Number(evidence);
  return (
    <article className={css.page}>
      <Head finding={data} />
      {error && <Banner kind="warning" role="status"><FormattedMessage id="finding.old" /></Banner>}
      <div className={css.columns}>
        <div className={css.voiced}><VoiceOf finding={data} onEvidence={() => show("newest")} /></div>
        <div className={css.side}>
          <div ref={box}>
            <Panel title={<FormattedMessage id="finding.decide" />}>
              <Handling finding={data} />
              <Decide finding={data} focus={focus} onNewer={(now) => client.setQueryData(keyOf(path, params), now)} />
              <WorkOrder finding={data} />
            </Panel>
          </div>
          {data.asset_card && <AssetCard asset={data.asset_card} reason={data.asset_card.criticality_reason} />}
          <CaseOf finding={data} />
          <Links finding={data} />
          <Controls finding={data} />
        </div>
        <div className={css.main}>
          <Facts finding={data} />
          <History finding={data} onEvidence={show} />
          <Related findings={data.related} />
        </div>
      </div>
      <EvidenceDrawer leaf={leaf} missing={evidence !== null && leaf === undefined} onClose={() => show(null)} />
    </article>
  );
}

function Head({ finding: f }: { finding: FindingDetail }) {
  return (
    <header className={css.head}>
      <p className={css.crumbs}>
        <Link to="/findings"><FormattedMessage id="findings.title" /></Link>
        {f.case_line.findings > 1 && <> › <Link to={`/cases/${f.case}`}><FormattedMessage id="finding.incase" values={{ count: f.case_line.findings }} /></Link></>}
      </p>
      <h1 tabIndex={-1} lang={f.voice.language}>{plain(f.voice.title)}</h1>
      <p className={css.where}>
        <SeverityMark severity={f.severity} />
        <span className={css.place}>{f.asset ? <Link to={`/assets/${f.asset}`}><Name value={f.voice.where || f.asset_name} /></Link> : <Name value={f.voice.where || f.asset_name} />}</span>
        <span className={css.state} data-state={f.state}><Word group="finding" value={f.state} /></span>
        <span className="wr-muted"><FormattedMessage id="finding.opened" values={{ opened: <Time at={f.opened} mode="relative" />, seen: <Time at={f.last_seen} mode="relative" /> }} /></span>
        {f.stale && <span className={css.staleMark}><FormattedMessage id="finding.stale" values={{ time: <Time at={f.last_seen} /> }} /></span>}
      </p>
    </header>
  );
}

function Waiting() {
  return (
    <div className={css.page}>
      <div className={css.head}><Skeleton lines={3} height={22} /></div>
      <div className={css.columns}>
        <div className={css.voiced}><Panel><Skeleton lines={12} height={18} /></Panel></div>
        <div className={css.side}><Panel><Skeleton lines={8} height={18} /></Panel></div>
      </div>
    </div>
  );
}
