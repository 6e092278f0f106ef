import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { fileURL, useFilters, usePage } from "../../api/client";
import type { AuditRow } from "../../api/types";
import { useI18n } from "../../i18n/I18n";
import { useTitle } from "../../app/title";
import { Empty, Failure, FilterBar, LinkButton, Name, Num, PageHead, Table, TextInput, Time, Word } from "../../ui";
import type { Column } from "../../ui";
import { dayBegins } from "./day";
import "./settings.css";

/** What people and the program did; each row is a leaf of the ledger and can be proved. */
export default function Audit() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "nav.audit" }));
  const { timeZone } = useI18n();
  const [filters, setFilters, clear] = useFilters({ q: "", by: "", act: "", from: "", to: "" });
  const params = { ...filters, from: dayBegins(filters.from, timeZone), to: dayBegins(filters.to, timeZone, 1) };
  const list = usePage<AuditRow>("/audit", { ...params, limit: 100 }, { keep: true });
  const columns: Column<AuditRow>[] = [
    { id: "at", header: <FormattedMessage id="audit.at" />, width: "216px", cell: (row) => <Time at={row.at} seconds /> },
    { id: "by", header: <FormattedMessage id="audit.by" />, width: "20%", cell: (row) => (row.erased ? <Erased /> : <><Name value={row.by} />{row.role && <div className="wr-muted wr-small"><Word group="role" value={row.role} /></div>}</>) },
    { id: "act", header: <FormattedMessage id="audit.act" />, width: "18%", cell: (row) => <Name value={row.act} /> },
    { id: "detail", header: <FormattedMessage id="audit.detail" />, wide: true, cell: (row) => (row.erased ? <Erased /> : row.detail ? <Name value={row.detail} /> : null) },
    { id: "leaf", header: <FormattedMessage id="audit.leaf" />, width: "110px", align: "end", cell: (row) => <Link to={`/evidence?entry=${row.index}`}><Num value={row.index} /></Link> },
  ];
  return (
    <div className="wr-page">
      <PageHead title={<FormattedMessage id="nav.audit" />} actions={<LinkButton small icon="download" to={fileURL("/audit", params, "csv")} download><FormattedMessage id="ui.csv" /></LinkButton>}>
        <FormattedMessage id="audit.text" />
      </PageHead>
      <FilterBar label={intl.formatMessage({ id: "nav.audit" })} search={{ id: "q", label: intl.formatMessage({ id: "audit.search" }) }} filters={[]} values={filters} onChange={(patch) => setFilters(patch)} onClear={clear}>
        <TextInput type="date" aria-label={intl.formatMessage({ id: "audit.from" })} title={intl.formatMessage({ id: "audit.from" })} value={filters.from} onChange={(from) => setFilters({ from })} />
        <TextInput type="date" aria-label={intl.formatMessage({ id: "audit.to" })} title={intl.formatMessage({ id: "audit.to" })} value={filters.to} onChange={(to) => setFilters({ to })} />
      </FilterBar>
      {list.problem ? <Failure problem={list.problem} retry={list.refresh} /> : (
        <Table caption={intl.formatMessage({ id: "nav.audit" })} columns={columns} rows={list.items} rowKey={(row) => String(row.index)} virtual={{ height: "calc(100dvh - 190px)", rowHeight: 49 }} loading={list.loading} total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore} empty={<Empty title={<FormattedMessage id="audit.none" />} />} />
      )}
    </div>
  );
}

function Erased() {
  return <span className="wr-muted"><FormattedMessage id="audit.erased" /></span>;
}
