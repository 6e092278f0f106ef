import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useApi, usePage } from "../../api/client";
import type { Asset, Concern, Finding, Verdict, VerdictDays } from "../../api/types";
import { Checkbox, Empty, Failure, Name, Panel, SeverityMark, Skeleton, StateMark, Table, Time, Word, plain, type Column } from "../../ui";
import { useLanguage } from "../findings/names";
import { DayLegend, DayStrip } from "./DayStrip";

const concerns: Concern[] = ["security", "privacy", "interoperability"];

/** What we know: what is wrong, then every answer of every check, with a month of its history. */
export function KnowsTab({ asset }: { asset: Asset }) {
  const intl = useIntl();
  const [closed, showClosed] = useState(false);
  const language = useLanguage();
  const findings = usePage<Finding>("/findings", { asset: asset.id, live: closed ? "false" : undefined, sort: "-severity,opened", language, limit: 50 }, { keep: true });
  const path = `/assets/${encodeURIComponent(asset.id)}`;
  const verdicts = usePage<Verdict>(`${path}/verdicts`, { language, limit: 500 });
  const days = useApi<{ items: VerdictDays[] }>(`${path}/days`, { language, days: 30 });
  const strips = new Map(days.data?.items.map((d) => [key(d.check, d.item), d]));
  return (
    <>
      <Panel flush title={<FormattedMessage id="asset.findings" values={{ count: findings.total }} />} actions={<Checkbox checked={closed} onChange={showClosed} label={<FormattedMessage id="asset.findings.closed" />} />}>
        {findings.problem && <Failure problem={findings.problem} retry={findings.refresh} />}
        {!findings.problem && (
          <Table
            caption={intl.formatMessage({ id: "asset.findings.caption" })} columns={findingColumns()} rows={findings.items} rowKey={(f) => f.id} rowHref={(f) => `/findings/${f.id}`} loading={findings.loading}
            total={findings.total} more={findings.more} onMore={findings.loadMore} loadingMore={findings.loadingMore}
            empty={<Empty title={<FormattedMessage id="asset.findings.none" />}><p><FormattedMessage id="asset.findings.none.detail" /></p></Empty>}
          />
        )}
      </Panel>
      {verdicts.problem && <Failure problem={verdicts.problem} retry={verdicts.refresh} />}
      {verdicts.loading && <Panel><Skeleton lines={8} /></Panel>}
      {!verdicts.loading && !verdicts.problem && verdicts.items.length === 0 && (
        <Empty title={<FormattedMessage id="asset.verdicts.none" />}><p><FormattedMessage id="asset.verdicts.none.detail" /></p></Empty>
      )}
      {concerns.map((c) => {
        const mine = verdicts.items.filter((v) => v.concern === c).sort(worstFirst);
        return mine.length === 0 ? null : (
          <Panel key={c} title={<><Word group="concern" value={c} /> <span className="wr-muted wr-small"><FormattedMessage id="asset.verdicts" values={{ count: mine.length }} /></span></>}>
            <ul className="at-verdicts">{mine.map((v) => <Answer key={key(v.check, v.item)} v={v} days={(strips.get(key(v.check, v.item)) ?? strips.get(key(v.check, v.item_name)))?.days} />)}</ul>
          </Panel>
        );
      })}
      {verdicts.items.length > 0 && <p className="at-legend wr-muted wr-small"><FormattedMessage id="asset.days.legend" /> <DayLegend /></p>}
    </>
  );

  function findingColumns(): Column<Finding>[] {
    const head = (id: string) => <FormattedMessage id={`asset.finding.${id}`} />;
    return [
      { id: "severity", header: head("severity"), width: "6.5rem", cell: (f) => <SeverityMark severity={f.severity} /> },
      { id: "title", header: head("title"), cell: (f) => <Link to={`/findings/${f.id}`} tabIndex={-1} lang={f.language}><Name value={f.title} /></Link> },
      { id: "item", header: head("item"), width: "20%", wide: true, cell: (f) => <Name value={f.item_name ?? f.item ?? ""} /> },
      { id: "state", header: head("state"), width: "13%", wide: true, cell: (f) => <Word group="finding" value={f.state} /> },
      { id: "opened", header: head("opened"), width: "8.75rem", wide: true, cell: (f) => <Time at={f.opened} mode="relative" /> },
    ];
  }
}

function Answer({ v, days }: { v: Verdict; days?: VerdictDays["days"] }) {
  const facts = Object.entries(v.facts ?? {});
  return (
    <li>
      <details>
        <summary>
          <span className="at-verdict-state"><StateMark state={v.state} severity={v.severity} /></span>
          <span className="at-verdict-title"><bdi>{plain(v.check_title)}</bdi>{v.item && <span className="wr-muted"> · <Name value={v.item_name ?? v.item} /></span>}</span>
          {!v.fresh && <span className="at-stale"><FormattedMessage id="asset.verdict.stale" /></span>}
          <DayStrip days={days} />
          <span className="at-verdict-at wr-muted"><Time at={v.at} mode="relative" /></span>
        </summary>
        <div className="at-verdict-more">
          {v.why && <p><bdi>{plain(v.why)}</bdi></p>}
          {facts.length > 0 && <dl className="at-facts">{facts.map(([k, x]) => <div key={k}><dt>{plain(k)}</dt><dd><Name value={typeof x === "string" ? x : JSON.stringify(x)} wrap /></dd></div>)}</dl>}
          <p className="wr-muted wr-small">
            <FormattedMessage id="asset.verdict.times" values={{ since: <Time at={v.since} />, at: <Time at={v.at} />, until: v.until ? <Time at={v.until} /> : <FormattedMessage id="asset.verdict.forever" />, seq: v.seq, version: v.check_version }} />{" "}
            <Link to={`/checks/${encodeURIComponent(v.check)}`}><FormattedMessage id="asset.verdict.check" /></Link>
          </p>
        </div>
      </details>
    </li>
  );
}

const key = (check: string, item?: string) => `${check}\n${item ?? ""}`;
const rank = { fail: 0, unknown: 1, pass: 2 };
const severities = ["critical", "high", "medium", "low", "info", "none"];
function worstFirst(a: Verdict, b: Verdict): number {
  return rank[a.state] - rank[b.state] || severities.indexOf(a.severity ?? "none") - severities.indexOf(b.severity ?? "none") || a.check_title.localeCompare(b.check_title);
}
