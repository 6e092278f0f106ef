import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useFilters, usePage } from "../../api/client";
import type { VexRow } from "../../api/types";
import { useTitle } from "../../app/title";
import { Button, Empty, Failure, FilterBar, Icon, Name, PageHead, Table, Tag, Time, type Column } from "../../ui";
import { Trust } from "../feeds/Feeds";
import "../vulnerability/portfolio.css";

const defaults = { q: "", outcome: "" };
export const outcomes = ["applied", "overruled", "expired", "nothing"] as const;

/** The exploitability statements that came, and what became of each: one that matches nothing is told, not dropped. */
export default function Vex() {
  const intl = useIntl();
  const text = (id: string, v?: Record<string, string | number>) => intl.formatMessage({ id }, v);
  useTitle(text("vex.title"));
  const [filters, set, clear] = useFilters(defaults);
  const list = usePage<VexRow>("/vex", { ...filters, limit: 100 }, { live: ["findings"], keep: true });
  const filtered = Object.values(filters).some(Boolean);
  return (
    <div className="pf-page">
      <PageHead title={text("vex.title")}><span role="status">{list.loading ? text("ui.loading") : text("vex.sentence", { count: list.total, nothing: list.items.reduce((n, d) => n + d.nothing, 0), conflicts: list.items.reduce((n, d) => n + d.conflicts, 0) })}</span></PageHead>
      <FilterBar label={text("vex.filters")} search={{ id: "q", label: text("vex.search") }} values={filters} onChange={set} onClear={clear} filters={[
        { id: "outcome", label: text("vex.outcome"), options: [{ value: "", label: text("assets.any") }, ...outcomes.map((o) => ({ value: o, label: text(`vex.outcome.${o}`) }))] },
      ]} />
      {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
      {!list.problem && (
        <Table caption={text("vex.caption")} columns={columns} rows={list.items} rowKey={(d) => d.id} rowHref={(d) => `/vex/${encodeURIComponent(d.id)}`} loading={list.loading}
          virtual={list.items.length > 60 ? { height: "74dvh", rowHeight: 54 } : false} total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore}
          empty={filtered
            ? <Empty level={2} title={text("vex.none.filtered")}><Button onClick={clear}><FormattedMessage id="ui.filter.clear" /></Button></Empty>
            : <Empty level={2} title={text("vex.none")}><p><FormattedMessage id="vex.none.text" /></p><code className="pf-code">wardround vex apply statement.openvex.json</code></Empty>} />
      )}
    </div>
  );
}

const head = (id: string) => <FormattedMessage id={`vex.column.${id}`} />;

const columns: Column<VexRow>[] = [
  {
    id: "name", header: head("name"), cell: (d) => (
      <span className="pf-cell">
        <Link to={`/vex/${encodeURIComponent(d.id)}`} tabIndex={-1}><Name value={d.name} /></Link>
        <span className="wr-small wr-muted pf-clip">{d.problem ? <><Icon name="warning" size={12} /> <FormattedMessage id="vex.unread" /></> : <Name value={[d.author, d.format].filter(Boolean).join(" · ")} />}</span>
      </span>
    ),
  },
  { id: "statements", header: head("statements"), width: "6.5rem", align: "end", cell: (d) => <FormattedMessage id="vex.number" values={{ count: d.statements }} /> },
  {
    id: "became", header: head("became"), width: "36%", cell: (d) => (
      <span className="pf-counts">
        {outcomes.filter((o) => d[o] > 0).map((o) => <Outcome key={o} of={o} count={d[o]} />)}
        {d.conflicts > 0 && <Tag kind="warning"><Icon name="warning" size={12} /><FormattedMessage id="vex.conflicts" values={{ count: d.conflicts }} /></Tag>}
      </span>
    ),
  },
  { id: "trust", header: head("trust"), width: "10rem", wide: true, cell: (d) => <Trust value={d.trust} /> },
  { id: "at", header: head("at"), width: "9rem", wide: true, cell: (d) => <Time at={d.at} mode="relative" /> },
];

/** What became of a statement, by word and by the border of its tag. */
export function Outcome({ of, count }: { of: (typeof outcomes)[number]; count?: number }) {
  const kind = { applied: "accent", overruled: undefined, expired: "warning", nothing: "off" } as const;
  return <Tag kind={kind[of]}>{of === "applied" && <Icon name="check" size={12} />}{of === "expired" && <Icon name="clock" size={12} />}{of === "nothing" && <Icon name="unknown" size={12} />}<FormattedMessage id={count === undefined ? `vex.outcome.${of}` : `vex.outcome.${of}.count`} values={{ count: count ?? 0 }} /></Tag>;
}
