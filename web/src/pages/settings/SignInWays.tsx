import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Role } from "../../api/types";
import { useTitle } from "../../app/title";
import { Banner, Button, Checkbox, Field, Icon, IconButton, Name, Section, Select, TextInput } from "../../ui";
import { SettingForm, useSetting } from "./setting";
import "./settings.css";

interface ClaimGrant {
  value: string;
  role: Role;
  site: string;
  product: string;
}

interface Provider {
  id: string;
  name: string;
  issuer: string;
  client_id: string;
  client_secret?: string;
  has_secret?: boolean;
  scopes?: string[];
  provision?: boolean;
  claim?: string;
  roles?: ClaimGrant[];
}

interface Ways {
  password: boolean;
  oidc: Provider[];
  idle_minutes: number;
  absolute_hours: number;
}

const roles: Role[] = ["viewer", "ward", "clinical-engineering", "security", "product-security", "data-protection", "auditor", "administrator"];

/** Which ways in are open, and how long a session lasts. */
export default function SignInWays() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "settings.sign-in" }));
  const draft = useSetting<Ways>("sign-in", { password: true, oidc: [], idle_minutes: 30, absolute_hours: 12 });
  const whole = (text: string, least: number, most: number) => Math.max(least, Math.min(most, Math.trunc(Number(text) || least)));
  return (
    <div className="wr-sections">
      <Section title={<FormattedMessage id="settings.sign-in" />} text={<FormattedMessage id="ways.text" />}>
        <SettingForm draft={draft}>
          {({ value, set }) => (
            <>
              <Checkbox checked={value.password} onChange={(password) => set({ password })} label={<FormattedMessage id="ways.password" />} hint={<FormattedMessage id="ways.password.hint" />} />
              {!value.password && value.oidc.length === 0 && <Banner kind="warning"><FormattedMessage id="ways.alone" /></Banner>}
              <div className="wr-form">
                <div className="wr-form-row">
                  <Field label={<FormattedMessage id="ways.idle" />}><TextInput type="number" min={5} max={1440} value={String(value.idle_minutes)} onChange={(n) => set({ idle_minutes: whole(n, 1, 1440) })} /></Field>
                  <Field label={<FormattedMessage id="ways.absolute" />}><TextInput type="number" min={1} max={168} value={String(value.absolute_hours)} onChange={(n) => set({ absolute_hours: whole(n, 1, 168) })} /></Field>
                </div>
              </div>
              <h3><FormattedMessage id="ways.oidc" /></h3>
              <Providers value={value.oidc} onChange={(oidc) => set({ oidc })} />
            </>
          )}
        </SettingForm>
      </Section>
    </div>
  );
}

function Providers({ value, onChange }: { value: Provider[]; onChange: (providers: Provider[]) => void }) {
  const intl = useIntl();
  const [open, setOpen] = useState<number | null>(null);
  const change = (at: number, patch: Partial<Provider>) => onChange(value.map((p, i) => (i === at ? { ...p, ...patch } : p)));
  const text = (id: string) => <FormattedMessage id={id} />;
  return (
    <>
      {value.length === 0 && <p className="wr-muted">{text("ways.oidc.none")}</p>}
      <ul className="wr-list">
        {value.map((p, i) => (
          <li key={i} className={open === i ? "wr-zone-open" : undefined}>
            {open === i ? (
              <div className="wr-form">
                <div className="wr-form-row">
                  <Field label={text("ways.oidc.name")} hint={text("ways.oidc.name.hint")}><TextInput value={p.name} onChange={(name) => change(i, { name })} required maxLength={60} autoFocus={!p.name} /></Field>
                  <Field label={text("ways.oidc.id")}><TextInput mono dir="ltr" value={p.id} onChange={(id) => change(i, { id })} pattern="[a-z0-9\-]{1,32}" required maxLength={32} /></Field>
                </div>
                <Field label={text("ways.oidc.issuer")}><TextInput type="url" dir="ltr" value={p.issuer} onChange={(issuer) => change(i, { issuer })} required /></Field>
                <p className="wr-field-hint"><FormattedMessage id="ways.oidc.redirect" values={{ address: <code key="a">{`${location.origin}/auth/oidc/${p.id || "…"}/callback`}</code> }} /></p>
                <div className="wr-form-row">
                  <Field label={text("ways.oidc.client")}><TextInput mono dir="ltr" value={p.client_id} onChange={(client_id) => change(i, { client_id })} required /></Field>
                  <Field label={text("ways.oidc.secret")} hint={p.has_secret ? text("ways.oidc.secret.kept") : undefined}><TextInput type="password" value={p.client_secret ?? ""} onChange={(secret) => change(i, { client_secret: secret || undefined })} autoComplete="new-password" /></Field>
                </div>
                <Checkbox checked={!!p.provision} onChange={(on) => change(i, { provision: on || undefined })} label={text("ways.oidc.provision")} hint={text("ways.oidc.provision.hint")} />
                {p.provision && (
                  <>
                    <Field label={text("ways.oidc.claim")}><TextInput mono dir="ltr" value={p.claim ?? "groups"} onChange={(claim) => change(i, { claim })} /></Field>
                    {(p.roles ?? []).map((r, j) => (
                      <div key={j} className="wr-form-row">
                        <Field label={text("ways.oidc.value")}><TextInput value={r.value} onChange={(v) => change(i, { roles: p.roles!.map((x, k) => (k === j ? { ...x, value: v } : x)) })} required /></Field>
                        <Field label={text("grants.role")}><Select value={r.role} onChange={(role) => change(i, { roles: p.roles!.map((x, k) => (k === j ? { ...x, role: role as Role } : x)) })} options={roles.map((role) => ({ value: role, label: intl.formatMessage({ id: `role.${role}` }) }))} /></Field>
                        <IconButton kind="plain" icon="trash" label={intl.formatMessage({ id: "ui.remove" })} onClick={() => change(i, { roles: p.roles!.filter((_, k) => k !== j) })} />
                      </div>
                    ))}
                    <div className="wr-form-acts"><Button small icon="plus" onClick={() => change(i, { roles: [...(p.roles ?? []), { value: "", role: "viewer", site: "*", product: "*" }] })}>{text("ways.oidc.role.add")}</Button></div>
                  </>
                )}
                <div className="wr-form-acts">
                  <Button onClick={() => setOpen(null)}>{text("zones.done")}</Button>
                  <Button kind="danger" onClick={() => (onChange(value.filter((_, j) => j !== i)), setOpen(null))}>{text("ways.oidc.remove")}</Button>
                </div>
              </div>
            ) : (
              <>
                <Icon name="external" />
                <div className="wr-list-body"><strong><Name value={p.name} /></strong><span><Name value={p.issuer} /></span></div>
                <IconButton icon="edit" label={intl.formatMessage({ id: "ways.oidc.edit" }, { name: p.name })} onClick={() => setOpen(i)} />
              </>
            )}
          </li>
        ))}
      </ul>
      <div className="wr-form-acts"><Button icon="plus" onClick={() => (onChange([...value, { id: "", name: "", issuer: "", client_id: "" }]), setOpen(value.length))}>{text("ways.oidc.add")}</Button></div>
    </>
  );
}
