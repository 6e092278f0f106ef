import { FormattedMessage, type IntlShape } from "react-intl";
import { Link } from "react-router";
import type { ObservationRow } from "../../api/types";
import { Icon, Name, Num, Time, plain, type Column } from "../../ui";
import { word } from "../assets/words";

/** An end of a flow: the asset's name where it is known, else the address. */
export function End({ id, name, address, port }: { id?: string; name?: string; address?: string; port?: number }) {
  const at = address ? `${address.includes(":") ? `[${address}]` : address}${port ? `:${port}` : ""}` : "";
  if (!id) return <span className="wr-mono"><Name value={at || "—"} mono /></span>;
  return <Link to={`/assets/${encodeURIComponent(id)}`} tabIndex={-1} title={at}><Name value={name || at || id} /></Link>;
}

/** What an observation is called: in the reader's language if we have the word, else as the API says it. */
export function titleOf(intl: IntlShape, o: Pick<ObservationRow, "kind" | "title">): string {
  return `source.${o.kind}` in intl.messages || !o.title ? word(intl, "source", o.kind) : plain(o.title);
}

export function columns(intl: IntlShape): Column<ObservationRow>[] {
  const head = (id: string) => <FormattedMessage id={`live.column.${id}`} />;
  return [
    { id: "at", header: head("at"), width: "7rem", cell: (o) => <Time at={o.at} mode="clock" seconds /> },
    { id: "kind", header: head("kind"), width: "26%", cell: (o) => <span className="lv-kind"><bdi>{titleOf(intl, o)}</bdi>{o.personal && o.personal.length > 0 && <Present count={o.personal.length} />}</span> },
    {
      id: "who", header: head("who"), cell: (o) => (
        <span className="lv-flow">
          <End id={o.src_asset} name={o.src_name} address={o.src} port={o.src_port} />
          {(o.dst || o.dst_asset) && <><Icon name="chevron" size={12} /><End id={o.dst_asset} name={o.dst_name} address={o.dst} port={o.dst_port} /></>}
        </span>
      ),
    },
    { id: "summary", header: head("summary"), width: "30%", wide: true, cell: (o) => <Name value={o.summary} mono /> },
    { id: "count", header: head("count"), width: "4rem", align: "end", wide: true, cell: (o) => <Num value={o.count} /> },
    { id: "sensor", header: head("sensor"), width: "7.75rem", wide: true, cell: (o) => <Name value={o.sensor} /> },
  ];

  function Present({ count }: { count: number }) {
    const words = intl.formatMessage({ id: "live.personal" }, { count });
    return <span className="lv-present" title={words}><Icon name="lock" size={12} /><span className="wr-hidden">{words}</span></span>;
  }
}
