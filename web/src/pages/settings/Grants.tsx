import { FormattedMessage, useIntl } from "react-intl";
import type { Grant, Role } from "../../api/types";
import { useSession } from "../../app/session";
import { Button, Field, IconButton, Select, TextInput } from "../../ui";
import "./settings.css";

const roles: Role[] = ["viewer", "ward", "clinical-engineering", "security", "product-security", "data-protection", "auditor", "administrator"];

/** Roles, each at one site or all, for one product line or all. */
export function Grants({ value, onChange }: { value: Grant[]; onChange: (grants: Grant[]) => void }) {
  const intl = useIntl();
  const { site, site_name } = useSession();
  const change = (at: number, patch: Partial<Grant>) => onChange(value.map((grant, i) => (i === at ? { ...grant, ...patch } : grant)));
  const sites = (chosen: string) => [
    { value: "*", label: intl.formatMessage({ id: "grants.everywhere" }) },
    { value: site, label: site_name },
    ...(chosen !== "*" && chosen !== site ? [{ value: chosen, label: chosen }] : []),
  ];
  return (
    <fieldset className="wr-stack">
      <legend className="wr-field-label"><FormattedMessage id="grants.title" /></legend>
      {value.map((grant, i) => (
        <div key={i} className="wr-grant">
          <Field label={<FormattedMessage id="grants.role" />}><Select value={grant.role} onChange={(role) => change(i, { role: role as Role })} options={roles.map((role) => ({ value: role, label: intl.formatMessage({ id: `role.${role}` }) }))} /></Field>
          <Field label={<FormattedMessage id="grants.site" />}><Select value={grant.site} onChange={(to) => change(i, { site: to })} options={sites(grant.site)} /></Field>
          <Field label={<FormattedMessage id="grants.product" />}><TextInput value={grant.product === "*" ? "" : grant.product} placeholder={intl.formatMessage({ id: "grants.all" })} onChange={(product) => change(i, { product: product || "*" })} maxLength={200} /></Field>
          <IconButton kind="plain" icon="trash" label={intl.formatMessage({ id: "grants.remove" }, { role: intl.formatMessage({ id: `role.${grant.role}` }) })} disabled={value.length === 1} onClick={() => onChange(value.filter((_, j) => j !== i))} />
          <p className="wr-muted wr-small" style={{ gridColumn: "1 / -1" }}><FormattedMessage id={`grants.about.${grant.role}`} /></p>
        </div>
      ))}
      <div className="wr-form-acts"><Button small icon="plus" onClick={() => onChange([...value, { role: "viewer", site: "*", product: "*" }])}><FormattedMessage id="grants.add" /></Button></div>
    </fieldset>
  );
}
