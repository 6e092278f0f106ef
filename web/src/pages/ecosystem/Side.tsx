import { FormattedMessage, useIntl } from "react-intl";
import type { Graph } from "../../api/types";
import { Button, Icon, IconButton, LinkButton, Name, SeverityMark, Time, Word, plain } from "../../ui";
import { Encrypted } from "../asset/TalksTab";
import { word } from "../assets/words";
import type { Chosen } from "./MapCanvas";
import { severityRank, type Drawing, type Glyph, type Line } from "./model";

interface Props {
  chosen: NonNullable<Chosen>; drawing: Drawing; graph: Graph; label: (id: string) => string; zone: (id: string) => string; onShow: (id: string) => void; onUnfold: (id: string) => void; onClose: () => void;
}

/** What is chosen on the map, in words, with the ways on. */
export function Side(props: Props) {
  const intl = useIntl();
  const { chosen, drawing, label, onClose } = props;
  const glyph = chosen.type === "node" ? drawing.glyphs.find((g) => g.id === chosen.id) : undefined;
  const line = chosen.type === "edge" ? drawing.lines.find((l) => l.id === chosen.id) : undefined;
  return (
    <aside className="eco-side" aria-label={intl.formatMessage({ id: "ecosystem.side" })} aria-live="polite">
      <div className="eco-side-head">
        <h2>{glyph ? <><Icon name={glyph.kind} size={18} /> <Name value={label(glyph.id)} wrap /></> : <FormattedMessage id="ecosystem.side.link" />}</h2>
        <IconButton small icon="close" label={intl.formatMessage({ id: "ui.close" })} onClick={onClose} />
      </div>
      {glyph && <OfGlyph {...props} glyph={glyph} />}
      {line && <OfLine {...props} line={line} />}
    </aside>
  );
}

function OfGlyph({ glyph: g, drawing, label, zone, onShow, onUnfold }: Props & { glyph: Glyph }) {
  const intl = useIntl();
  const lines = drawing.lines.filter((l) => l.a === g.id || l.b === g.id).sort((x, y) => severityRank[y.worst] - severityRank[x.worst] || y.links.length - x.links.length);
  const cluster = g.count > 1;
  return (
    <>
      <dl className="eco-facts">
        <dt><FormattedMessage id="ecosystem.worst" /></dt>
        <dd>{g.worst === "none" ? <FormattedMessage id="ecosystem.legend.nofinding" /> : <SeverityMark severity={g.worst} />}</dd>
        {!cluster && <><dt><FormattedMessage id="attribute.role" /></dt><dd>{g.role ? word(intl, "assetrole", g.role) : <span className="wr-muted"><FormattedMessage id="assets.notknown" /></span>}</dd></>}
        <dt><FormattedMessage id="attribute.criticality" /></dt><dd><Word group="criticality" value={g.criticality} /></dd>
        <dt><FormattedMessage id="ecosystem.place" /></dt><dd><Name value={[g.ward, zone(g.zone)].filter(Boolean).join(" · ")} wrap /></dd>
        <dt><FormattedMessage id="ecosystem.first" /></dt><dd><Time at={g.first} /></dd>
        <dt><FormattedMessage id="ecosystem.last" /></dt><dd><Time at={g.last} mode="relative" /></dd>
      </dl>
      <div className="wr-row">
        {cluster ? (
          <>
            <Button kind="primary" small onClick={() => onUnfold(g.id)}><FormattedMessage id="ecosystem.unfold" values={{ count: g.count }} /></Button>
            <LinkButton small to={`/assets?zone=${encodeURIComponent(g.zone)}&kind=${g.kind}`}><FormattedMessage id="ecosystem.aslist" /></LinkButton>
          </>
        ) : (
          <>
            <LinkButton kind="primary" small to={`/assets/${encodeURIComponent(g.id)}`}><FormattedMessage id="ecosystem.open" /></LinkButton>
            {g.worst !== "none" && <LinkButton small to={`/findings?asset=${encodeURIComponent(g.id)}`}><FormattedMessage id="ecosystem.findings" /></LinkButton>}
          </>
        )}
      </div>
      <h3><FormattedMessage id="ecosystem.talks" values={{ count: lines.length }} /></h3>
      <ul className="eco-peers">
        {lines.slice(0, 60).map((l) => {
          const out = l.a === g.id, peer = out ? l.b : l.a;
          return (
            <li key={l.id}>
              <button type="button" onClick={() => onShow(peer)}>
                <span title={intl.formatMessage({ id: out ? "asset.link.out" : "asset.link.in" })}><Icon name={out ? "chevron" : "left"} size={14} /><span className="wr-hidden"><FormattedMessage id={out ? "asset.link.out" : "asset.link.in"} /></span></span>
                <Name value={label(peer)} />
                <span className="eco-peer-how"><span className={`eco-family-${l.family}`}>{l.protocols.map(plain).join(", ")}</span> <Encrypted state={l.encrypted} /></span>
              </button>
            </li>
          );
        })}
        {lines.length > 60 && <li className="wr-muted"><FormattedMessage id="asset.neighbours.more" values={{ count: lines.length - 60 }} /></li>}
      </ul>
    </>
  );
}

function OfLine({ line: l, label, graph, onShow }: Props & { line: Line }) {
  const links = graph.links.filter((x) => l.links.includes(x.id));
  return (
    <>
      <p className="eco-ends">
        <button type="button" className="eco-end" onClick={() => onShow(l.a)}><Name value={label(l.a)} /></button>
        <Icon name="chevron" size={16} />
        <button type="button" className="eco-end" onClick={() => onShow(l.b)}><Name value={label(l.b)} /></button>
      </p>
      <dl className="eco-facts">
        <dt><FormattedMessage id="ecosystem.protocols" /></dt><dd><Name value={l.protocols.join(", ")} wrap mono /></dd>
        <dt><FormattedMessage id="asset.link.encrypted" /></dt><dd><Encrypted state={l.encrypted} /></dd>
        <dt><FormattedMessage id="ecosystem.worst" /></dt><dd>{l.worst === "none" ? <FormattedMessage id="ecosystem.legend.nofinding" /> : <SeverityMark severity={l.worst} />}</dd>
        <dt><FormattedMessage id="asset.link.data" /></dt><dd>{[...new Set(links.map((x) => x.data))].map((d) => <DataWord key={d} data={d} />)}</dd>
        {links[0] && <><dt><FormattedMessage id="ecosystem.last" /></dt><dd><Time at={links.reduce((t, x) => (Date.parse(x.last) > Date.parse(t) ? x.last : t), links[0].last)} mode="relative" /></dd></>}
      </dl>
    </>
  );
}

function DataWord({ data }: { data: string }) {
  const intl = useIntl();
  return <span className="eco-data">{word(intl, "data", data)}</span>;
}
