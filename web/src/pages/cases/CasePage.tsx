import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link, useParams, useSearchParams } from "react-router";
import { fileURL, useApi, useEvents, usePage } from "../../api/client";
import type { CaseDetail, Finding } from "../../api/types";
import { useTitle } from "../../app/title";
import { Banner, Button, Empty, Failure, LinkButton, Name, Num, plain, SeverityMark, Skeleton, Time, Word } from "../../ui";
import { BulkBar } from "../findings/BulkBar";
import { FindingsTable } from "../findings/FindingsTable";
import css from "./cases.module.css";

/** Findings of one check on many alike assets: one line in the queue, and here its members. */
export default function CasePage() {
  const { id = "" } = useParams();
  const intl = useIntl();
  const path = `/cases/${encodeURIComponent(id)}`;
  const { data, error, isPending, refetch } = useApi<CaseDetail>(path, { language: intl.locale.split("-")[0] });
  useEvents(["findings"], { changed: (e) => (e.cases === undefined ? (e.counts.cases ?? e.counts.findings ?? 0) > 0 : e.cases.includes(id)) && void refetch() });
  useTitle(data?.title);
  if (isPending) return <div className={css.head}><Skeleton lines={4} height={22} /></div>;
  if (!data) return <Failure problem={error!} retry={() => void refetch()} />;
  return (
    <article>
      <Head line={data} />
      {error && <Banner kind="warning" role="status"><FormattedMessage id="finding.old" /></Banner>}
      <Members id={id} />
    </article>
  );
}

function Head({ line: c }: { line: CaseDetail }) {
  return (
    <header className={css.head}>
      <p className={css.crumbs}><Link to="/findings"><FormattedMessage id="findings.title" /></Link></p>
      <h1 tabIndex={-1} lang={c.language}>{plain(c.title)}</h1>
      <p className={css.bedside} lang={c.language} dir="auto">{plain(c.bedside)}</p>
      <dl className={css.facts}>
        <div><dt><FormattedMessage id="cases.worst" /></dt><dd><SeverityMark severity={c.severity} /></dd></div>
        <div><dt><FormattedMessage id="cases.where" /></dt><dd><Name value={c.where} /></dd></div>
        <div><dt><FormattedMessage id="cases.criticality" /></dt><dd><Word group="criticality" value={c.criticality} /></dd></div>
        <div><dt><FormattedMessage id="cases.findings" /></dt><dd><Num value={c.findings} /></dd></div>
        <div><dt><FormattedMessage id="cases.assets" /></dt><dd><Num value={c.assets} /></dd></div>
        <div><dt><FormattedMessage id="cases.opened" /></dt><dd><Time at={c.opened} mode="relative" /></dd></div>
        <div><dt><FormattedMessage id="cases.last" /></dt><dd><Time at={c.last} mode="relative" /></dd></div>
        <div><dt><FormattedMessage id="cases.state" /></dt><dd><FormattedMessage id={`cases.state.${c.state}`} /></dd></div>
        <div><dt><FormattedMessage id="cases.check" /></dt><dd><Link to={`/checks/${c.check}`}><Name value={c.check} /></Link></dd></div>
      </dl>
    </header>
  );
}

/** Its members, worked like the queue: select all of them and say one thing of all. */
function Members({ id }: { id: string }) {
  const intl = useIntl();
  const [search, setSearch] = useSearchParams();
  const all = search.get("all") === "true";
  const sort = search.get("sort") ?? "-severity";
  const params = { case: id, live: all ? "false" : undefined, sort, language: intl.locale.split("-")[0], limit: 100 };
  const list = usePage<Finding>("/findings", params, { announce: ["findings"], keep: true });
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const put = (name: string, value: string | null) =>
    setSearch((old) => {
      const next = new URLSearchParams(old);
      if (value === null) next.delete(name);
      else next.set(name, value);
      return next;
    }, { replace: true });
  return (
    <section aria-label={intl.formatMessage({ id: "cases.members" })} className={css.members}>
      <div className={css.bar} aria-live="polite">
        <h2><FormattedMessage id="cases.members.count" values={{ count: list.total }} /></h2>
        {list.news > 0 && <Button small kind="primary" icon="refresh" onClick={list.refresh}><FormattedMessage id="findings.news" values={{ count: list.news }} /></Button>}
        <span className={css.fill} />
        <Button small kind="quiet" aria-pressed={all} onClick={() => put("all", all ? null : "true")}><FormattedMessage id={all ? "cases.members.live" : "cases.members.all"} /></Button>
        <LinkButton small to={fileURL("/findings", params, "csv")} download icon="download"><FormattedMessage id="findings.export.csv" /></LinkButton>
      </div>
      {list.problem && list.items.length === 0 ? <Failure problem={list.problem} retry={list.refresh} /> : (
        <FindingsTable
          list={list}
          members
          caption={intl.formatMessage({ id: "cases.members" })}
          selected={selected}
          onSelect={setSelected}
          sort={sort}
          onSort={(s) => put("sort", s)}
          empty={<Empty title={<FormattedMessage id="cases.members.none" />}><Button onClick={() => put("all", "true")}><FormattedMessage id="cases.members.all" /></Button></Empty>}
        />
      )}
      <BulkBar findings={list.items.filter((f) => selected.has(f.id))} onClear={() => setSelected(new Set())} onDone={(refused) => setSelected(new Set(refused))} />
    </section>
  );
}
