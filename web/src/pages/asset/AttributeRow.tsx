import { useId, useState, type FormEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Problem, useSend } from "../../api/client";
import type { Asset } from "../../api/types";
import { Button, Failure, IconButton, Name, Select, TextInput, Time, Word, plain } from "../../ui";
import { AssetWord, sourceWord, word } from "../assets/words";
import { useZones } from "../assets/Facets";
import { attributeOf, said } from "./parts";
import { Sure } from "./WhoTab";
import type { Done } from "./undo";

const choices: Record<string, readonly string[]> = {
  kind: ["device", "intermediary", "service", "model"],
  criticality: ["life-sustaining", "therapeutic", "diagnostic", "monitoring", "administrative"],
  "always-on": ["true", "false"],
};

/** One fact: what, who says so, when, how sure; editable in place. What a person said overrules what was seen, and can be taken back. */
export function AttributeRow({ asset, name, may, onDone, onReload }: { asset: Asset; name: string; may: boolean; onDone: (d: Done) => void; onReload: () => void }) {
  const intl = useIntl();
  const { ids: zones, name: zone } = useZones();
  const at = attributeOf(asset, name);
  const [editing, edit] = useState(false);
  const [value, setValue] = useState("");
  // The version that was read when editing began: what others change meanwhile must not be overwritten unseen.
  const [etag, setEtag] = useState("");
  const set = useSend<Asset, { set: Record<string, string> }>("PATCH", `/assets/${encodeURIComponent(asset.id)}`, ["/assets", "/map"]);
  const label = word(intl, "attribute", name);

  const begin = () => {
    setValue(at?.value ?? "");
    setEtag(asset.etag);
    set.reset();
    edit(true);
  };
  const save = (v: string) => {
    const was = said(at) ? (at?.value ?? "") : "";
    set.mutate({ body: { set: { [name]: v } }, etag: editing ? etag : asset.etag }, {
      onSuccess: () => {
        edit(false);
        onDone({ did: "set", what: label, undo: [{ act: "set", asset: asset.id, set: { [name]: was } }] });
      },
    });
  };
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (value.trim() && value.trim() !== at?.value) save(value.trim());
    else edit(false);
  };

  // A value that is not among the choices stays one of them: opening the field must not change it.
  const options = name === "zone" && zones.length > 0 ? zones : choices[name];
  const suggested = name === "role" ? Object.keys(intl.messages).flatMap((id) => (id.startsWith("assetrole.") ? [id.slice("assetrole.".length)] : [])) : [];
  const list = useId();
  return (
    <div className="at-attribute">
      <dt>{label}</dt>
      <dd>
        {editing ? (
          <form className="at-edit" onSubmit={submit} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); edit(false); } }}>
            {options ? (
              <Select aria-label={label} autoFocus value={value} onChange={setValue} options={[{ value: "", label: "—" }, ...[...new Set(value ? [...options, value] : options)].map((o) => ({ value: o, label: optionWord(o) }))]} />
            ) : (
              <TextInput aria-label={label} autoFocus value={value} onChange={setValue} maxLength={200} list={suggested.length > 0 ? list : undefined} />
            )}
            {suggested.length > 0 && <datalist id={list}>{suggested.map((r) => <option key={r} value={r}>{word(intl, "assetrole", r)}</option>)}</datalist>}
            <Button small kind="primary" type="submit" busy={set.isPending}><FormattedMessage id="asset.save" /></Button>
            <Button small onClick={() => edit(false)}><FormattedMessage id="ui.cancel" /></Button>
            {said(at) && <Button small kind="quiet" icon="undo" onClick={() => save("")}><FormattedMessage id="asset.takeback" /></Button>}
          </form>
        ) : (
          <>
            <span className="at-value">{at ? <Value name={name} value={at.value} /> : <span className="wr-muted"><FormattedMessage id={name === "name" ? "asset.name.unsaid" : "assets.notknown"} /></span>}</span>
            {may && <IconButton small icon={at ? "edit" : "plus"} label={intl.formatMessage({ id: at ? "asset.edit" : "asset.say" }, { what: label })} onClick={begin} />}
          </>
        )}
        {at && !editing && (
          <span className="at-how">
            {at.source ? (
              <>
                <Name value={sourceWord(intl, at.source)} />
                <Sure confidence={at.confidence} />
                <Time at={at.at} mode="relative" />
              </>
            ) : at.reason && <Name value={at.reason} />}
            {at.source && at.reason && <span className="at-because" lang={asset.english?.includes(`attributes.${name}`) ? "en" : asset.language}><Name value={at.reason} wrap /></span>}
          </span>
        )}
        {set.error && <Refused problem={set.error} onReload={() => { onReload(); edit(false); set.reset(); }} />}
      </dd>
    </div>
  );

  function optionWord(o: string): string {
    if (name === "zone") return zone(o);
    const group = name === "kind" || name === "criticality" ? name : "asset.bool";
    const id = `${group}.${o}`;
    return id in intl.messages ? intl.formatMessage({ id }) : plain(o);
  }

  function Value({ name, value }: { name: string; value: string }) {
    if (name === "kind" || name === "criticality") return <Word group={name} value={value} />;
    if (name === "role") return <AssetWord group="assetrole" value={value} />;
    if (name === "zone") return <Name value={zone(value)} wrap />;
    if (name === "always-on" && (value === "true" || value === "false")) return <FormattedMessage id={`asset.bool.${value}`} />;
    return <Name value={value} wrap />;
  }
}

function Refused({ problem, onReload }: { problem: Problem; onReload: () => void }) {
  if (problem.status !== 412 && problem.code !== "precondition") return <Failure problem={problem} />;
  return (
    <div className="wr-failure" role="alert">
      <strong><FormattedMessage id="asset.conflict" /></strong>
      <p><FormattedMessage id="asset.conflict.detail" /></p>
      {problem.hint && <p>{plain(problem.hint)}</p>}
      <Button small icon="refresh" onClick={onReload}><FormattedMessage id="asset.conflict.load" /></Button>
    </div>
  );
}
