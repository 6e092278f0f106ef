import { FormattedMessage, useIntl } from "react-intl";
import { Link as To } from "react-router";
import type { Asset, Link } from "../../api/types";
import { Name, SeverityMark, plain } from "../../ui";
import { dash } from "../ecosystem/svg";
import { familyOf } from "../ecosystem/protocol";
import { neighboursOf, type Neighbour } from "./neighbours";

const row = 34, most = 9, width = 720, box = 240;

/** Clients left, the asset in the middle, servers right: who asks whom is where they stand. Beyond nine a side, the rest is a number. */
export function NeighbourMap({ asset, mine, links }: { asset: Asset; mine: ReadonlySet<string>; links: readonly Link[] }) {
  const intl = useIntl();
  const all = neighboursOf(links, mine);
  const sides = { client: all.filter((n) => n.side === "client"), server: all.filter((n) => n.side === "server") };
  const rows = Math.max(1, ...Object.values(sides).map((s) => Math.min(s.length, most) + (s.length > most ? 1 : 0)));
  const height = rows * row;
  const y = (side: Neighbour[], i: number) => {
    const n = Math.min(side.length, most) + (side.length > most ? 1 : 0);
    return (height - n * row) / 2 + i * row + row / 2;
  };
  const line = (side: "client" | "server") =>
    sides[side].slice(0, most).map((n, i) => {
      const at = y(sides[side], i), from = side === "client" ? box : width - box, to = width / 2, mid = (from + to) / 2;
      return <path key={n.id} d={`M${from} ${at}C${mid} ${at} ${mid} ${height / 2} ${to} ${height / 2}`} className={`at-line-${familyOf(n.protocols[0] ?? "")}`} strokeDasharray={dash[n.encrypted] || undefined} fill="none" vectorEffect="non-scaling-stroke" strokeWidth="1.6" strokeLinecap="round" />;
    });
  const list = (side: "client" | "server") => (
    <ul className={`at-side at-side-${side}`} aria-label={intl.formatMessage({ id: `asset.neighbours.${side}` })}>
      {sides[side].slice(0, most).map((n) => (
        <li key={n.id} style={{ blockSize: row }}>
          <To to={`/assets/${encodeURIComponent(n.id)}`} title={`${plain(n.name)} · ${n.protocols.join(", ")} · ${intl.formatMessage({ id: `asset.encrypted.${n.encrypted}` })}`}>
            {n.worst !== "none" && <SeverityMark severity={n.worst} bare size={11} />}
            <Name value={n.name} />
            <span className="wr-muted wr-small">{n.protocols.slice(0, 2).map(plain).join(", ")}</span>
            <span className="wr-hidden"><FormattedMessage id={`asset.encrypted.${n.encrypted}`} /></span>
          </To>
        </li>
      ))}
      {sides[side].length > most && <li style={{ blockSize: row }} className="wr-muted"><FormattedMessage id="asset.neighbours.more" values={{ count: sides[side].length - most }} /></li>}
    </ul>
  );
  return (
    <div className="at-neighbours" style={{ blockSize: height }}>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">{line("client")}{line("server")}</svg>
      {list("client")}
      <div className="at-self"><Name value={asset.name} /></div>
      {list("server")}
    </div>
  );
}
