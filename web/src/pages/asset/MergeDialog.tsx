import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useSend } from "../../api/client";
import type { Asset, AssetEdit } from "../../api/types";
import { Button, Dialog, Failure, Field, Icon, Name, TextInput } from "../../ui";
import { AssetWord } from "../assets/words";
import { AssetPicker } from "./AssetPicker";
import { join } from "./parts";
import "./asset.css";

/** Says that two assets are one. Shows beforehand what is joined and which values stay; `asset` stays, `other` becomes an alias of it. */
export function MergeDialog({ asset: first, other: given, open, onClose, onDone }: { asset: Asset; other?: Asset; open: boolean; onClose: () => void; onDone: (e: AssetEdit) => void }) {
  const intl = useIntl();
  const [picked, pick] = useState<Asset | undefined>(given);
  const [turned, turn] = useState(false);
  const [reason, setReason] = useState("");
  const asset = turned && picked ? picked : first, other = turned ? first : picked;
  const merge = useSend<AssetEdit>("POST", `/assets/${encodeURIComponent(asset.id)}/merge`, ["/assets", "/proposals", "/map", "/links"]);
  return (
    <Dialog
      wide open={open} onClose={onClose} title={<FormattedMessage id="asset.merge.title" />}
      actions={
        <>
          <Button onClick={onClose}><FormattedMessage id="ui.cancel" /></Button>
          <Button kind="primary" icon="merge" disabled={!other} busy={merge.isPending} onClick={() => other && merge.mutate({ body: { other: other.id, ...(reason.trim() ? { reason: reason.trim() } : {}) } }, { onSuccess: onDone })}>
            <FormattedMessage id="asset.merge.do" />
          </Button>
        </>
      }
    >
      <div className="wr-stack">
        {!picked && <AssetPicker label={intl.formatMessage({ id: "asset.merge.pick" })} except={first.id} onPick={pick} />}
        {other && (
          <>
            <p className="at-merge-line">
              <Name value={asset.name} wrap /> <Icon name="left" size={16} /> <Name value={other.name} wrap />
              <Button small kind="quiet" icon="refresh" onClick={() => turn(!turned)}><FormattedMessage id="asset.merge.turn" /></Button>
              {!given && <Button small kind="quiet" onClick={() => { pick(undefined); turn(false); }}><FormattedMessage id="asset.merge.another" /></Button>}
            </p>
            <p className="wr-muted"><FormattedMessage id="asset.merge.explain" values={{ stays: <Name value={asset.name} />, goes: <Name value={other.name} /> }} /></p>
            <WhatJoins asset={asset} other={other} />
            <Field label={<FormattedMessage id="asset.reason" />} hint={<FormattedMessage id="asset.reason.hint" />}><TextInput value={reason} onChange={setReason} maxLength={500} /></Field>
          </>
        )}
        {merge.error && <Failure problem={merge.error} />}
      </div>
    </Dialog>
  );
}

function WhatJoins({ asset, other }: { asset: Asset; other: Asset }) {
  const j = join(asset, other);
  return (
    <div className="at-joined">
      <table>
        <caption><FormattedMessage id="asset.merge.identifiers" values={{ count: j.identifiers.length }} /></caption>
        <tbody>
          {j.identifiers.map(({ from, id }) => (
            <tr key={`${id.type} ${id.value}`}>
              <th scope="row"><AssetWord group="identifier" value={id.type} /></th>
              <td><Name value={id.value} mono /></td>
              <td className="wr-muted"><FormattedMessage id={`asset.merge.from.${from}`} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      {j.attributes.length > 0 && (
        <table>
          <caption><FormattedMessage id="asset.merge.attributes" /></caption>
          <tbody>
            {j.attributes.map((a) => (
              <tr key={a.name}>
                <th scope="row"><AssetWord group="attribute" value={a.name} /></th>
                <td className={a.stays === "this" ? undefined : "at-goes"}>{a.this ? <Name value={a.this.value} /> : "—"}</td>
                <td className={a.stays === "other" ? undefined : "at-goes"}>{a.other ? <Name value={a.other.value} /> : "—"}</td>
                <td className="wr-muted"><FormattedMessage id={!a.this ? "asset.merge.gains" : !a.other || a.this.value === a.other.value ? "asset.merge.same" : `asset.merge.stays.${a.stays}`} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
