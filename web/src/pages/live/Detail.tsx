import { useEffect, useRef } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { ObservationRow } from "../../api/types";
import { Button, Icon, IconButton, Name, Time, plain } from "../../ui";
import { End, titleOf } from "./columns";
import { flatten } from "./fields";

/** One observation whole. Of personal fields only that they were there; they never left the sensor. */
export function Detail({ row: o, onClose, onAsset, onKind }: { row: ObservationRow; onClose: () => void; onAsset: (id: string) => void; onKind: (kind: string) => void }) {
  const intl = useIntl();
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus({ preventScroll: true }), [o.seq]);
  const fields = flatten(o.fields ?? {}, new Set(o.personal));
  return (
    <aside className="lv-side" aria-label={intl.formatMessage({ id: "live.detail" })} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); onClose(); } }}>
      <div className="lv-side-head">
        <h2 ref={head} tabIndex={-1}><bdi>{titleOf(intl, o)}</bdi></h2>
        <IconButton small icon="close" label={intl.formatMessage({ id: "ui.close" })} onClick={onClose} />
      </div>
      <p className="lv-flow">
        <End id={o.src_asset} name={o.src_name} address={o.src} port={o.src_port} />
        {(o.dst || o.dst_asset) && <><Icon name="chevron" size={12} /><End id={o.dst_asset} name={o.dst_name} address={o.dst} port={o.dst_port} /></>}
      </p>
      <dl className="lv-facts">
        <dt><FormattedMessage id="live.field.at" /></dt><dd><Time at={o.at} seconds /></dd>
        <dt><FormattedMessage id="live.field.logged" /></dt><dd><Time at={o.logged} seconds /></dd>
        <dt><FormattedMessage id="live.field.seq" /></dt><dd>{intl.formatNumber(o.seq)}</dd>
        <dt><FormattedMessage id="live.column.sensor" /></dt><dd><Name value={o.sensor} /></dd>
        {o.transport && <><dt><FormattedMessage id="live.field.transport" /></dt><dd className="wr-mono">{[o.transport, o.src && `${o.src}${o.src_port ? `:${o.src_port}` : ""}`, o.dst && `${o.dst}${o.dst_port ? `:${o.dst_port}` : ""}`].filter(Boolean).map((s) => plain(s!)).join(" ")}</dd></>}
        {o.count > 1 && <><dt><FormattedMessage id="live.column.count" /></dt><dd>{intl.formatNumber(o.count)}</dd></>}
      </dl>
      <h3><FormattedMessage id="live.fields" values={{ count: fields.length }} /></h3>
      <dl className="lv-facts lv-fields">
        {fields.map((f) => (
          <div key={f.name}>
            <dt><bdi>{plain(f.name)}</bdi></dt>
            <dd>{f.personal ? <span className="lv-present"><Icon name="lock" size={12} /><FormattedMessage id={f.value === "false" ? "live.absent" : "live.present"} /></span> : <Name value={f.value} wrap mono />}</dd>
          </div>
        ))}
      </dl>
      {o.personal && o.personal.length > 0 && <p className="wr-muted wr-small"><FormattedMessage id="live.personal.why" /></p>}
      <div className="wr-row">
        <Button small onClick={() => onKind(o.kind)}><FormattedMessage id="live.only.kind" /></Button>
        {o.src_asset && <Button small onClick={() => onAsset(o.src_asset!)}><FormattedMessage id="live.only" values={{ name: <Name value={o.src_name ?? o.src_asset} /> }} /></Button>}
        {o.dst_asset && <Button small onClick={() => onAsset(o.dst_asset!)}><FormattedMessage id="live.only" values={{ name: <Name value={o.dst_name ?? o.dst_asset} /> }} /></Button>}
      </div>
    </aside>
  );
}
