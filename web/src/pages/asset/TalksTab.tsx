import { useMemo } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link as To } from "react-router";
import { usePage } from "../../api/client";
import type { Asset, Link } from "../../api/types";
import { Empty, Failure, Icon, LinkButton, Name, Num, Panel, SeverityMark, Skeleton, Table, Time, Word, type Column } from "../../ui";
import { AssetWord } from "../assets/words";
import "../assets/assets.css";
import "./asset.css";
import { NeighbourMap } from "./NeighbourMap";

/** What it talks to: a small map of its neighbours, then every link. */
export function TalksTab({ asset }: { asset: Asset }) {
  const intl = useIntl();
  const list = usePage<Link>(`/assets/${encodeURIComponent(asset.id)}/links`, { limit: 200 });
  const mine = useMemo(() => new Set([asset.id, ...(asset.aliases ?? [])]), [asset.id, asset.aliases]);
  if (list.problem && list.items.length === 0) return <Failure problem={list.problem} retry={list.refresh} />;
  if (list.loading) return <Panel><Skeleton lines={6} /></Panel>;
  if (list.items.length === 0) {
    return <Empty title={<FormattedMessage id="asset.links.none" />}><p><FormattedMessage id="asset.links.none.detail" /></p></Empty>;
  }
  const readable = list.items.filter((l) => l.encrypted === "no" && (l.data === "clinical" || l.data === "identified")).length;
  return (
    <>
      <Panel title={<FormattedMessage id="asset.neighbours" />} actions={<LinkButton small icon="ecosystem" to={`/ecosystem?focus=${encodeURIComponent(asset.id)}`}><FormattedMessage id="asset.onmap" /></LinkButton>}>
        <p className="at-sentence"><FormattedMessage id={readable > 0 ? "asset.links.readable" : "asset.links.sentence"} values={{ count: list.total, readable }} /></p>
        <NeighbourMap asset={asset} mine={mine} links={list.items} />
      </Panel>
      <Panel flush title={<FormattedMessage id="asset.links" values={{ count: list.total }} />}>
        <Table
          caption={intl.formatMessage({ id: "asset.links.caption" })} columns={columns()} rows={list.items} rowKey={(l) => l.id} rowHref={(l) => `/assets/${mine.has(l.client) ? l.server : l.client}`}
          virtual={list.items.length > 60 ? { height: "60dvh" } : false} total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore}
        />
      </Panel>
    </>
  );

  function columns(): Column<Link>[] {
    const head = (id: string) => <FormattedMessage id={`asset.link.${id}`} />;
    return [
      {
        id: "peer", header: head("peer"), cell: (l) => {
          const out = mine.has(l.client), peer = out ? { id: l.server, name: l.server_name } : { id: l.client, name: l.client_name };
          return (
            <span className="at-peer">
              <span title={intl.formatMessage({ id: out ? "asset.link.out" : "asset.link.in" })}><Icon name={out ? "chevron" : "left"} size={14} /><span className="wr-hidden"><FormattedMessage id={out ? "asset.link.out" : "asset.link.in"} /></span></span>
              <To to={`/assets/${peer.id}`} tabIndex={-1}><Name value={peer.name} /></To>
            </span>
          );
        },
      },
      { id: "protocol", header: head("protocol"), width: "16%", cell: (l) => <span><Name value={l.protocol} mono />{l.port > 0 && !l.protocol.includes("/") && <span className="wr-muted wr-mono">{` :${l.port}`}</span>}</span> },
      { id: "encrypted", header: head("encrypted"), width: "7.375rem", cell: (l) => <Encrypted state={l.encrypted} /> },
      { id: "authenticated", header: head("authenticated"), width: "11%", wide: true, cell: (l) => <Word group="tri" value={l.authenticated} /> },
      { id: "data", header: head("data"), width: "14%", wide: true, cell: (l) => <AssetWord group="data" value={l.data} /> },
      { id: "findings", header: head("findings"), width: "5.5rem", align: "end", wide: true, cell: (l) => (l.findings > 0 ? <span className="as-count"><SeverityMark severity={l.worst} bare /><Num value={l.findings} /></span> : <span className="wr-muted">{intl.formatNumber(0)}</span>) },
      { id: "observations", header: head("observations"), width: "6.5rem", align: "end", wide: true, cell: (l) => <Num value={l.observations} compact={l.observations > 99_999} /> },
      { id: "last", header: head("last"), width: "8.75rem", wide: true, cell: (l) => <Time at={l.last} mode="relative" /> },
    ];
  }
}

/** Encrypted, readable or not known: a lock, an open lock, a question mark, and the word. */
export function Encrypted({ state }: { state: Link["encrypted"] }) {
  return (
    <span className={`at-lock at-lock-${state}`}>
      <Icon name={state === "yes" ? "lock" : state === "no" ? "unlock" : "unknown"} size={15} />
      <span><FormattedMessage id={`asset.encrypted.${state}`} /></span>
    </span>
  );
}
