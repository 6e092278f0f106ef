import { useState, type DragEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { fileURL, useFilters, usePage } from "../../api/client";
import type { ReleaseRow, SupportStage } from "../../api/types";
import { useMay } from "../../app/session";
import { useTitle } from "../../app/title";
import { Button, cx, Dialog, Empty, Failure, FilterBar, Icon, LinkButton, Name, Num, PageHead, Table, Tag, Time, useOpen, type Column } from "../../ui";
import { CannotTell, Counts } from "../vulnerability/marks";
import { defaults, supports } from "./filters";
import { Upload } from "./Upload";
import "../vulnerability/portfolio.css";
import "./releases.css";

/** Every product version that is known here: who makes it, what it holds, how long it is supported, how many run it, what is known of it. */
export default function Releases() {
  const intl = useIntl();
  const text = (id: string, v?: Record<string, string | number>) => intl.formatMessage({ id }, v);
  useTitle(text("releases.title"));
  const may = useMay("inventory");
  const [filters, set, clear] = useFilters(defaults);
  const list = usePage<ReleaseRow>("/releases", { ...filters, limit: 100 }, { live: ["findings"], keep: true });
  const uploading = useOpen();
  const [dropped, drop] = useState<File>();
  const [over, setOver] = useState(0);
  const filtered = Object.entries(filters).some(([k, v]) => k !== "sort" && v !== "");
  const any = { value: "", label: text("assets.any") };
  const takes = (e: DragEvent) => may && e.dataTransfer.types.includes("Files");
  return (
    <div
      className={cx("pf-page", over > 0 && "rs-over")}
      onDragEnter={(e) => takes(e) && setOver((n) => n + 1)}
      onDragLeave={(e) => takes(e) && setOver((n) => Math.max(0, n - 1))}
      onDragOver={(e) => takes(e) && e.preventDefault()}
      onDrop={(e) => {
        if (!takes(e)) return;
        e.preventDefault();
        setOver(0);
        drop(e.dataTransfer.files[0]);
        uploading.show();
      }}
    >
      <PageHead title={text("releases.title")} actions={
        <>
          <LinkButton to={fileURL("/releases", filters, "csv")} download="releases.csv" icon="download"><FormattedMessage id="vulnerabilities.csv" /></LinkButton>
          {may && <Button kind="primary" icon="upload" onClick={() => (drop(undefined), uploading.show())}><FormattedMessage id="releases.upload" /></Button>}
        </>
      }>
        <span role="status">{list.loading ? text("ui.loading") : text(filtered ? "releases.count.filtered" : "releases.count", { count: list.total })}</span>
      </PageHead>
      <FilterBar label={text("releases.filters")} search={{ id: "q", label: text("releases.search") }} values={filters} onChange={set} onClear={clear} filters={[
        { id: "support", label: text("releases.support"), options: [any, ...supports.map((s) => ({ value: s, label: text(`support.${s.replaceAll(" ", "-")}`) }))] },
        { id: "sbom", label: text("releases.sbom"), options: [any, { value: "yes", label: text("tri.yes") }, { value: "no", label: text("tri.no") }] },
        { id: "severity", label: text("vulnerabilities.filter.severity"), options: [any, ...["critical", "high", "medium", "low"].map((s) => ({ value: s, label: text("vulnerabilities.atleast", { severity: text(`severity.${s}`) }) }))] },
        ...(["maker", "product"] as const).filter((k) => filters[k]).map((k) => ({ id: k, label: text(`releases.${k}`), options: [any, { value: filters[k], label: filters[k] }] })),
      ]} />
      {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
      {!list.problem && (
        <Table
          caption={text("releases.caption")} columns={columns} rows={list.items} rowKey={(r) => r.id} rowHref={(r) => `/releases/${encodeURIComponent(r.id)}`} loading={list.loading} sort={filters.sort} onSort={(sort) => set({ sort })}
          virtual={list.items.length > 60 ? { height: "76dvh", rowHeight: 54 } : false} total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore}
          empty={filtered
            ? <Empty level={2} title={text("releases.none.filtered")}><Button onClick={clear}><FormattedMessage id="ui.filter.clear" /></Button></Empty>
            : <Empty level={2} title={text("releases.none")}><p><FormattedMessage id={may ? "releases.none.text" : "releases.none.view"} /></p><code className="pf-code">wardround sbom import pump-4.2.cdx.json</code>{may && <Button icon="upload" onClick={uploading.show}><FormattedMessage id="releases.upload" /></Button>}</Empty>}
        />
      )}
      {uploading.open && <Dialog wide open title={<FormattedMessage id="releases.upload" />} onClose={uploading.hide}><Upload dropped={dropped} /></Dialog>}
    </div>
  );
}

/** The stage of support by its word, and when it ends. One that has ended, or that nobody knows, is drawn apart. */
export function Support({ stage, ends }: { stage: SupportStage; ends?: string }) {
  const kind = stage === "end of support" ? "warning" : stage === "" ? "off" : undefined;
  return (
    <span className="pf-cell">
      <span><Tag kind={kind}>{stage === "end of support" && <Icon name="warning" size={12} />}<FormattedMessage id={stage === "" ? "support.unknown" : `support.${stage.replaceAll(" ", "-")}`} /></Tag></span>
      {ends && <span className="wr-small wr-muted"><FormattedMessage id="releases.until" values={{ day: <Time at={ends} mode="date" /> }} /></span>}
    </span>
  );
}

const head = (id: string) => <FormattedMessage id={`releases.${id}`} />;

const columns: Column<ReleaseRow>[] = [
  {
    id: "name", header: head("release"), sort: "name", cell: (r) => (
      <span className="pf-cell">
        <Link to={`/releases/${encodeURIComponent(r.id)}`} tabIndex={-1}><Name value={`${r.product} ${r.version}`} /></Link>
        <span className="wr-small wr-muted"><Name value={r.maker || "—"} /></span>
      </span>
    ),
  },
  { id: "support", header: head("support"), sort: "support_ends", width: "10.5rem", wide: true, cell: (r) => <Support stage={r.support_now} ends={r.support_ends} /> },
  {
    id: "components", header: head("sbom"), sort: "components", width: "9.5rem", wide: true, cell: (r) => (r.has_sbom
      ? <span className="pf-cell"><FormattedMessage id="releases.components" values={{ count: r.components }} />{r.unidentified > 0 && <span className="wr-small wr-muted"><FormattedMessage id="releases.unidentified" values={{ count: r.unidentified }} /></span>}</span>
      : <span className="pf-cell"><span><Tag kind="off"><FormattedMessage id="releases.nosbom" /></Tag></span></span>),
  },
  { id: "instances", header: head("instances"), sort: "instances", width: "6.5rem", align: "end", wide: true, cell: (r) => (r.instances > 0 ? <Link to={`/releases/${encodeURIComponent(r.id)}/instances`} tabIndex={-1}><Num value={r.instances} /></Link> : <span className="wr-muted"><Num value={0} /></span>) },
  {
    id: "exposures", header: head("exposures"), sort: "severity", width: "34%", cell: (r) => (
      <span className="pf-counts">
        {r.exposures.exploited > 0 && <span className="pf-kev"><Icon name="warning" size={14} /><FormattedMessage id="releases.exploited" values={{ count: r.exposures.exploited }} /></span>}
        <Counts of={r.exposures} empty={r.has_sbom || r.exposures.not_affected > 0 ? <SeverityNone /> : <CannotTell />} />
      </span>
    ),
  },
];

function SeverityNone() {
  return <span className="wr-muted"><FormattedMessage id="releases.noneknown" /></span>;
}
