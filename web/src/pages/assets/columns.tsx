import type { ReactNode } from "react";
import { FormattedMessage, type IntlShape } from "react-intl";
import { Link } from "react-router";
import type { Asset, Concern } from "../../api/types";
import { Icon, Name, Num, SeverityMark, StateMark, Time, Word, type Column } from "../../ui";
import { word } from "./words";

const concerns: Concern[] = ["security", "privacy", "interoperability"];

/** The columns of an asset list: who, what for, where, how it stands, and the doors to more. */
export function columns(intl: IntlShape, zone: (id: string | undefined) => string): Column<Asset>[] {
  const head = (id: string) => <FormattedMessage id={`assets.column.${id}`} />;
  return [
    { id: "name", header: head("name"), sort: "name", cell: (a) => <Who asset={a} zone={zone} /> },
    { id: "role", header: head("role"), width: "13%", wide: true, cell: (a) => (a.role ? <Name value={word(intl, "assetrole", a.role)} /> : <NotKnown />) },
    { id: "place", header: head("place"), width: "16%", wide: true, cell: (a) => <Name value={[a.ward, zone(a.zone)].filter(Boolean).join(" · ") || "—"} /> },
    { id: "criticality", header: head("criticality"), sort: "criticality", width: "10%", wide: true, cell: (a) => (a.criticality === "unknown" ? <NotKnown /> : <Word group="criticality" value={a.criticality} />) },
    ...concerns.map((c): Column<Asset> => ({
      id: c, header: <abbr title={intl.formatMessage({ id: `concern.${c}` })}>{intl.formatMessage({ id: `assets.column.${c}` })}</abbr>, width: "4.875rem", wide: true,
      cell: (a) => {
        const s = a.status?.find((s) => s.concern === c);
        return <StateMark bare state={s?.state ?? "unwatched"} severity={s?.worst} />;
      },
    })),
    {
      id: "findings", header: head("findings"), sort: "severity", width: "5.75rem", align: "end",
      cell: (a) => (a.findings > 0 ? <Link className="as-count" to={`/findings?asset=${encodeURIComponent(a.id)}`}><SeverityMark severity={a.worst} bare /><Num value={a.findings} /></Link> : <span className="wr-muted">{intl.formatNumber(0)}</span>),
    },
    { id: "links", header: head("links"), width: "4rem", align: "end", wide: true, cell: (a) => (a.links > 0 ? <Link to={`/assets/${a.id}/talks`}><Num value={a.links} /></Link> : <span className="wr-muted">{intl.formatNumber(0)}</span>) },
    { id: "last", header: head("last"), sort: "last", width: "8.75rem", wide: true, cell: (a) => <Time at={a.last} mode="relative" /> },
  ];

  function Who({ asset: a, zone }: { asset: Asset; zone: (id: string | undefined) => string }): ReactNode {
    const below = [word(intl, "assetrole", a.role), a.ward ?? zone(a.zone)].filter(Boolean).join(" · ");
    return (
      <span className="as-who">
        <span className="as-kind" title={intl.formatMessage({ id: `kind.${a.kind}` })}><Icon name={a.kind} size={16} /><span className="wr-hidden"><Word group="kind" value={a.kind} /></span></span>
        <span className="as-name"><Link to={`/assets/${a.id}`} tabIndex={-1}><Name value={a.name} /></Link><span className="as-below"><Name value={below || "—"} /></span></span>
        {a.proposals > 0 && <Link className="as-asks" to={`/assets/${a.id}/who`} title={intl.formatMessage({ id: "assets.asks" }, { count: a.proposals })}><Icon name="proposals" size={14} /><span className="wr-hidden"><FormattedMessage id="assets.asks" values={{ count: a.proposals }} /></span></Link>}
      </span>
    );
  }
}

export function NotKnown() {
  return <span className="wr-muted"><FormattedMessage id="assets.notknown" /></span>;
}
