import { useState } from "react";
import { FormattedMessage } from "react-intl";
import { useSend } from "../../api/client";
import type { Asset, AssetEdit } from "../../api/types";
import { Button, Checkbox, Dialog, Failure, Field, Name, Segments, TextInput, Time } from "../../ui";
import { useIntl } from "react-intl";
import { AssetWord } from "../assets/words";

/** Takes out of an asset what does not belong to it: an asset that was merged into it, or single identifiers, which become an asset of their own. */
export function SplitDialog({ asset, open, onClose, onDone }: { asset: Asset; open: boolean; onClose: () => void; onDone: (e: AssetEdit) => void }) {
  const intl = useIntl();
  const aliases = asset.aliases ?? [], ids = asset.identifiers ?? [];
  const [by, setBy] = useState(aliases.length > 0 ? "alias" : "identifiers");
  const [alias, setAlias] = useState(aliases[0] ?? "");
  const [out, setOut] = useState<Set<string>>(new Set());
  const [reason, setReason] = useState("");
  const split = useSend<AssetEdit>("POST", `/assets/${encodeURIComponent(asset.id)}/split`, ["/assets", "/proposals", "/map", "/links"]);
  const key = (i: { type: string; value: string }) => `${i.type} ${i.value}`;
  const chosen = ids.filter((i) => out.has(key(i)));
  const all = by === "identifiers" && chosen.length === ids.length;
  const ready = by === "alias" ? alias !== "" : chosen.length > 0 && !all;
  const body = {
    ...(by === "alias" ? { other: alias } : { identifiers: chosen.map(({ type, value }) => ({ type, value })) }),
    ...(reason.trim() ? { reason: reason.trim() } : {}),
  };
  return (
    <Dialog
      wide open={open} onClose={onClose} title={<FormattedMessage id="asset.split.title" values={{ name: <Name value={asset.name} /> }} />}
      actions={
        <>
          <Button onClick={onClose}><FormattedMessage id="ui.cancel" /></Button>
          <Button kind="primary" icon="split" disabled={!ready} busy={split.isPending} onClick={() => split.mutate({ body }, { onSuccess: onDone })}><FormattedMessage id="asset.split.do" /></Button>
        </>
      }
    >
      <div className="wr-stack">
        {aliases.length > 0 && (
          <Segments label={intl.formatMessage({ id: "asset.split.by" })} value={by} onChange={setBy} options={[
            { value: "alias", label: <FormattedMessage id="asset.split.alias" /> }, { value: "identifiers", label: <FormattedMessage id="asset.split.identifiers" /> },
          ]} />
        )}
        {by === "alias" ? (
          <fieldset className="wr-stack">
            <legend className="wr-muted"><FormattedMessage id="asset.split.alias.explain" /></legend>
            {aliases.map((id) => (
              <label key={id} className="wr-check"><input type="radio" name="alias" checked={alias === id} onChange={() => setAlias(id)} /><span className="wr-mono">{id}</span></label>
            ))}
          </fieldset>
        ) : (
          <fieldset className="wr-stack">
            <legend className="wr-muted"><FormattedMessage id="asset.split.identifiers.explain" /></legend>
            {ids.map((i) => (
              <Checkbox key={key(i)} checked={out.has(key(i))} onChange={(on) => setOut((old) => { const next = new Set(old); if (on) next.add(key(i)); else next.delete(key(i)); return next; })}
                label={<span className="wr-row"><AssetWord group="identifier" value={i.type} /> <Name value={i.value} mono /></span>}
                hint={<FormattedMessage id="asset.seen" values={{ first: <Time at={i.first} />, last: <Time at={i.last} /> }} />} />
            ))}
            {all && <p className="wr-field-error" role="alert"><FormattedMessage id="asset.split.all" /></p>}
          </fieldset>
        )}
        <Field label={<FormattedMessage id="asset.reason" />} hint={<FormattedMessage id="asset.reason.hint" />}><TextInput value={reason} onChange={setReason} maxLength={500} /></Field>
        {split.error && <Failure problem={split.error} />}
      </div>
    </Dialog>
  );
}
