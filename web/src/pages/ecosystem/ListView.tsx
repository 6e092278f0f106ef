import { useMemo, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import type { Graph } from "../../api/types";
import { Icon, Name, SeverityMark, Table, Tabs, Word, plain, type Column } from "../../ui";
import { Encrypted } from "../asset/TalksTab";
import { AssetWord } from "../assets/words";
import "../assets/assets.css";
import { severityRank, type GraphLink, type GraphNode } from "./model";

const criticalityRank = ["administrative", "monitoring", "diagnostic", "unknown", "therapeutic", "life-sustaining"];

/** The same as the map, as two tables: for the keyboard, for screen readers, and for whoever prefers to read. */
export function ListView({ graph, zone, onShow }: { graph: Graph; zone: (id: string) => string; onShow: (id: string) => void }) {
  const intl = useIntl();
  const [tab, setTab] = useState("assets");
  const [sort, setSort] = useState("-worst");
  const names = useMemo(() => new Map(graph.nodes.map((n) => [n.id, n.name])), [graph]);
  const degree = useMemo(() => {
    const d = new Map<string, number>();
    for (const l of graph.links) for (const id of [l.a, l.b]) d.set(id, (d.get(id) ?? 0) + 1);
    return d;
  }, [graph]);
  const nodes = useMemo(() => sorted(graph.nodes, sort, { name: (n) => n.name.toLowerCase(), zone: (n) => zone(n.zone), worst: (n) => severityRank[n.worst], criticality: (n) => criticalityRank.indexOf(n.criticality), links: (n) => degree.get(n.id) ?? 0 }), [graph, sort, zone, degree]);
  const links = useMemo(() => sorted(graph.links, sort, { a: (l) => names.get(l.a) ?? "", b: (l) => names.get(l.b) ?? "", protocol: (l) => l.protocol, encrypted: (l) => l.encrypted, worst: (l) => severityRank[l.worst] }), [graph, sort, names]);
  const head = (id: string) => <FormattedMessage id={`ecosystem.column.${id}`} />;
  const ofNodes: Column<GraphNode>[] = [
    { id: "name", header: head("asset"), sort: "name", width: "28%", cell: (n) => <span className="as-who"><span className="as-kind" title={intl.formatMessage({ id: `kind.${n.kind}` })}><Icon name={n.kind} size={16} /></span><Link to={`/assets/${n.id}`} tabIndex={-1}><Name value={n.name} /></Link></span> },
    { id: "role", header: head("role"), wide: true, cell: (n) => (n.role ? <AssetWord group="assetrole" value={n.role} /> : <span className="wr-muted"><FormattedMessage id="assets.notknown" /></span>) },
    { id: "zone", header: head("zone"), sort: "zone", wide: true, cell: (n) => <Name value={[n.ward, zone(n.zone)].filter(Boolean).join(" · ")} /> },
    { id: "criticality", header: head("criticality"), sort: "criticality", wide: true, cell: (n) => <Word group="criticality" value={n.criticality} /> },
    { id: "worst", header: head("worst"), sort: "worst", width: "7.5rem", cell: (n) => (n.worst === "none" ? <span className="wr-muted"><FormattedMessage id="ecosystem.legend.nofinding" /></span> : <SeverityMark severity={n.worst} />) },
    { id: "links", header: head("links"), sort: "links", width: "5rem", align: "end", cell: (n) => intl.formatNumber(degree.get(n.id) ?? 0) },
  ];
  const ofLinks: Column<GraphLink>[] = [
    { id: "a", header: head("client"), sort: "a", width: "28%", cell: (l) => <Link to={`/assets/${l.a}`} tabIndex={-1}><Name value={names.get(l.a) ?? l.a} /></Link> },
    { id: "b", header: head("server"), sort: "b", width: "28%", cell: (l) => <Link to={`/assets/${l.b}`} tabIndex={-1}><Name value={names.get(l.b) ?? l.b} /></Link> },
    { id: "protocol", header: head("protocol"), sort: "protocol", cell: (l) => <span className="wr-mono">{plain(l.protocol)}</span> },
    { id: "encrypted", header: head("encrypted"), sort: "encrypted", cell: (l) => <Encrypted state={l.encrypted} /> },
    { id: "data", header: head("data"), wide: true, cell: (l) => <AssetWord group="data" value={l.data} /> },
    { id: "worst", header: head("worst"), sort: "worst", wide: true, width: "7.5rem", cell: (l) => (l.worst === "none" ? <span className="wr-muted"><FormattedMessage id="ecosystem.legend.nofinding" /></span> : <SeverityMark severity={l.worst} />) },
  ];
  return (
    <div className="eco-list">
      <Tabs label={intl.formatMessage({ id: "ecosystem.view.list" })} value={tab} onChange={(t) => { setTab(t); setSort("-worst"); }} tabs={[
        {
          id: "assets", label: <FormattedMessage id="ecosystem.list.assets" values={{ count: graph.nodes.length }} />,
          content: <Table caption={intl.formatMessage({ id: "ecosystem.list.assets.caption" })} columns={ofNodes} rows={nodes} rowKey={(n) => n.id} onOpen={(n) => onShow(n.id)} virtual={{ height: "100%" }} sort={sort} onSort={setSort} />,
        },
        {
          id: "links", label: <FormattedMessage id="ecosystem.list.links" values={{ count: graph.links.length }} />,
          content: <Table caption={intl.formatMessage({ id: "ecosystem.list.links.caption" })} columns={ofLinks} rows={links} rowKey={(l) => l.id} onOpen={(l) => onShow(l.a)} virtual={{ height: "100%" }} sort={sort} onSort={setSort} />,
        },
      ]} />
    </div>
  );
}

function sorted<T>(rows: readonly T[], sort: string, by: Record<string, (row: T) => string | number>): T[] {
  const down = sort.startsWith("-"), key = by[down ? sort.slice(1) : sort];
  if (!key) return [...rows];
  const compare = new Intl.Collator(undefined, { numeric: true }).compare;
  return rows
    .map((row) => [key(row), row] as const)
    .sort(([a], [b]) => (typeof a === "number" && typeof b === "number" ? a - b : compare(String(a), String(b))) * (down ? -1 : 1))
    .map(([, row]) => row);
}
