import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Zone } from "../../api/types";
import { useMay } from "../../app/session";
import { Button, Checkbox, cx, Field, IconButton, TextArea, TextInput } from "../../ui";
import { faults, prefixesOf, slug, tidy } from "./prefix";
import { SettingForm, useSetting } from "./setting";
import "./settings.css";

/** The zones of the site with their networks. An address belongs to the zone with its longest matching prefix. */
export function Zones() {
  const intl = useIntl();
  const may = useMay("tune");
  const draft = useSetting<Zone[]>("zones", [], tidy);
  const [open, setOpen] = useState<number | null>(null);
  const all = (draft.value as Zone[] | null) ?? [];
  const wrong = faults(all);
  return (
    <SettingForm draft={draft} disabled={!may} invalid={wrong.size > 0}>
      {({ value, set }) => {
        const change = (at: number, patch: Partial<Zone>) => set((old) => old.map((zone, i) => (i === at ? { ...zone, ...patch } : zone)));
        return (
          <>
            <ul className="wr-list">
              {value.map((zone, i) => (
                <li key={i} className={cx("wr-zone", open === i && "wr-zone-open")}>
                  {open === i ? (
                    <div className="wr-form">
                      <Field label={<FormattedMessage id="zones.name" />}><TextInput value={zone.name} onChange={(name) => change(i, { name })} onBlur={() => !zone.id && change(i, { id: slug(zone.name, value) })} required maxLength={100} autoFocus={!zone.name} /></Field>
                      <Field label={<FormattedMessage id="zones.id" />} hint={<FormattedMessage id="zones.id.hint" />} error={wrong.get(`${i} id`) && intl.formatMessage({ id: wrong.get(`${i} id`)! })}><TextInput value={zone.id ?? ""} onChange={(id) => change(i, { id })} mono required maxLength={64} spellCheck={false} /></Field>
                      <Field label={<FormattedMessage id="zones.prefixes" />} hint={<FormattedMessage id="zones.prefixes.hint" />} error={wrong.get(`${i} prefixes`) && intl.formatMessage({ id: "zones.prefixes.wrong" }, { prefix: wrong.get(`${i} prefixes`) })}>
                        <TextArea mono rows={4} dir="ltr" spellCheck={false} value={(zone.prefixes ?? []).join("\n")} onChange={(text) => change(i, { prefixes: prefixesOf(text) })} />
                      </Field>
                      <Checkbox checked={!!zone.update} onChange={(update) => change(i, { update: update || undefined })} label={<FormattedMessage id="zones.update" />} hint={<FormattedMessage id="zones.update.hint" />} />
                      <div className="wr-form-acts">
                        <Button onClick={() => setOpen(null)}><FormattedMessage id="zones.done" /></Button>
                        <Button kind="danger" onClick={() => (set((old) => old.filter((_, j) => j !== i)), setOpen(null))}><FormattedMessage id="zones.remove" /></Button>
                      </div>
                    </div>
                  ) : (
                    <>
                      <div className="wr-list-body">
                        <strong><bdi>{zone.name || zone.id}</bdi></strong>
                        <span className="wr-mono" dir="ltr">{(zone.prefixes ?? []).join("  ") || intl.formatMessage({ id: "zones.none" })}</span>
                      </div>
                      {zone.update && <span className="wr-tag"><FormattedMessage id="zones.updates" /></span>}
                      {may && <IconButton icon="edit" label={intl.formatMessage({ id: "zones.edit" }, { name: zone.name })} onClick={() => setOpen(i)} />}
                    </>
                  )}
                </li>
              ))}
            </ul>
            {value.length === 0 && <p className="wr-muted"><FormattedMessage id="zones.empty" /></p>}
            {may && (
              <div className="wr-form-acts">
                <Button icon="plus" onClick={() => (set((old) => [...old, { id: "", name: "", prefixes: [] }]), setOpen(value.length))}><FormattedMessage id="zones.add" /></Button>
              </div>
            )}
          </>
        );
      }}
    </SettingForm>
  );
}
