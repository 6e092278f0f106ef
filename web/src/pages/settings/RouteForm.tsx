import { FormattedMessage, useIntl } from "react-intl";
import type { Severity } from "../../api/types";
import { Button, Checkbox, Field, Select, TextInput } from "../../ui";
import { days, names } from "./notices";
import type { ChannelKind, Hours, NoticeRoute } from "./notices";
import { Secret } from "./Secret";

const kinds: ChannelKind[] = ["webhook", "mail", "teams", "slack"];
const severities: Severity[] = ["critical", "high", "medium", "low"];

/** One way to some people, and what goes there. */
export function RouteForm({ route, others, onChange, onDone, onRemove }: { route: NoticeRoute; others: string[]; onChange: (route: NoticeRoute) => void; onDone: () => void; onRemove: () => void }) {
  const intl = useIntl();
  const { channel, when = {} } = route;
  const carry = (patch: Partial<NoticeRoute["channel"]>) => onChange({ ...route, channel: { ...channel, ...patch } });
  const limit = (patch: Partial<NonNullable<NoticeRoute["when"]>>) => onChange({ ...route, when: { ...when, ...patch } });
  const text = (id: string) => <FormattedMessage id={id} />;
  return (
    <div className="wr-form">
      <div className="wr-form-row">
        <Field label={text("notices.name")}><TextInput value={route.name} onChange={(name) => onChange({ ...route, name })} required maxLength={100} autoFocus={!route.name} /></Field>
        <Field label={text("notices.kind")}><Select value={channel.kind} onChange={(kind) => carry({ kind: kind as ChannelKind })} options={kinds.map((kind) => ({ value: kind, label: intl.formatMessage({ id: `notices.kind.${kind}` }) }))} /></Field>
      </div>
      {channel.kind === "mail" ? (
        <>
          <div className="wr-form-row">
            <Field label={text("notices.server")} hint={text("notices.server.hint")}><TextInput dir="ltr" mono value={channel.server ?? ""} onChange={(server) => carry({ server })} required maxLength={300} /></Field>
            <Field label={text("notices.sender")}><TextInput type="email" value={channel.from ?? ""} onChange={(from) => carry({ from })} required maxLength={320} /></Field>
          </div>
          <Field label={text("notices.to")} hint={text("notices.commas")}><TextInput value={(channel.to ?? []).join(", ")} onChange={(list) => carry({ to: list.split(/,\s*/) })} onBlur={() => carry({ to: channel.to?.map((a) => a.trim()).filter(Boolean) })} required /></Field>
          <div className="wr-form-row">
            <Field label={text("notices.user")}><TextInput value={channel.user ?? ""} onChange={(user) => carry({ user: user || undefined })} autoComplete="off" /></Field>
            <Secret label="notices.password" value={channel.password} onChange={(password) => carry({ password })} />
          </div>
          <Checkbox checked={!!channel.require_tls} onChange={(on) => carry({ require_tls: on || undefined })} label={text("notices.tls")} />
        </>
      ) : (
        <>
          <Field label={text("notices.url")}><TextInput type="url" dir="ltr" value={channel.url ?? ""} onChange={(url) => carry({ url })} required maxLength={2000} /></Field>
          {channel.kind === "webhook" && <Secret label="notices.secret" hint="notices.secret.hint" value={channel.secret} onChange={(secret) => carry({ secret })} />}
        </>
      )}
      <Field label={text("notices.severity")}><Select value={when.severity ?? "high"} onChange={(severity) => limit({ severity: severity as Severity })} options={severities.map((severity) => ({ value: severity, label: intl.formatMessage({ id: "notices.atleast" }, { severity: intl.formatMessage({ id: `severity.${severity}` }) }) }))} /></Field>
      <Listed label="notices.wards" value={when.wards} onChange={(wards) => limit({ wards })} />
      <Listed label="notices.zones" value={when.zones} onChange={(zones) => limit({ zones })} />
      <Listed label="notices.roles" value={when.roles} onChange={(roles) => limit({ roles })} />
      <HoursForm value={when.hours ?? []} onChange={(hours) => limit({ hours: hours.length > 0 ? hours : undefined })} />
      {others.filter(Boolean).length > 0 && (
        <div className="wr-form-row">
          <Field label={text("notices.escalate.to")}><Select value={route.escalate_to ?? ""} onChange={(to) => onChange({ ...route, escalate_to: to || undefined, escalate_after_minutes: to ? (route.escalate_after_minutes ?? 30) : undefined })} options={[{ value: "", label: intl.formatMessage({ id: "notices.escalate.never" }) }, ...others.filter(Boolean).map((name) => ({ value: name, label: name }))]} /></Field>
          {route.escalate_to && <Field label={text("notices.escalate.after")}><TextInput type="number" min={1} max={10080} value={String(route.escalate_after_minutes ?? 30)} onChange={(n) => onChange({ ...route, escalate_after_minutes: Math.max(1, Number(n) || 1) })} /></Field>}
        </div>
      )}
      <Checkbox checked={!route.off} onChange={(on) => onChange({ ...route, off: on ? undefined : true })} label={text("notices.on")} />
      <div className="wr-form-acts">
        <Button onClick={onDone}><FormattedMessage id="zones.done" /></Button>
        <Button kind="danger" onClick={onRemove}><FormattedMessage id="notices.remove" /></Button>
      </div>
    </div>
  );
}

function Listed({ label, value, onChange }: { label: string; value: string[] | undefined; onChange: (list: string[] | undefined) => void }) {
  const intl = useIntl();
  return <Field label={<FormattedMessage id={label} />}><TextInput placeholder={intl.formatMessage({ id: "notices.all" })} value={(value ?? []).join(", ")} onChange={(text) => onChange(text ? text.split(/,\s?/) : undefined)} onBlur={() => onChange(names((value ?? []).join(",")))} /></Field>;
}

function HoursForm({ value, onChange }: { value: Hours[]; onChange: (hours: Hours[]) => void }) {
  const intl = useIntl();
  const change = (at: number, patch: Partial<Hours>) => onChange(value.map((h, i) => (i === at ? { ...h, ...patch } : h)));
  const some = (chosen: string[]) => (chosen.length === 0 || chosen.length === days.length ? undefined : chosen); // none is every day, as the notifier reads it
  // 5 January 1970 was a Monday.
  const word = (i: number) => intl.formatDate(new Date(Date.UTC(1970, 0, 5 + i)), { weekday: "short", timeZone: "UTC" });
  return (
    <fieldset className="wr-stack">
      <legend className="wr-field-label"><FormattedMessage id="notices.hours" /></legend>
      <p className="wr-field-hint"><FormattedMessage id="notices.hours.hint" /></p>
      {value.map((hours, i) => (
        <div key={i} className="wr-stack">
          <div className="wr-row">
            {days.map((day, d) => <Checkbox key={day} checked={!hours.days || hours.days.includes(day)} onChange={(on) => change(i, { days: some(days.filter((x) => (x === day ? on : !hours.days || hours.days.includes(x)))) })} label={word(d)} />)}
          </div>
          <div className="wr-form-row">
            <Field label={<FormattedMessage id="notices.hours.from" />}><TextInput type="time" value={hours.from} onChange={(from) => change(i, { from })} required /></Field>
            <Field label={<FormattedMessage id="notices.hours.to" />}><TextInput type="time" value={hours.to === "24:00" ? "00:00" : hours.to} onChange={(to) => change(i, { to })} required /></Field>
            <Button small kind="danger" onClick={() => onChange(value.filter((_, j) => j !== i))}><FormattedMessage id="ui.remove" /></Button>
          </div>
        </div>
      ))}
      <div className="wr-form-acts"><Button small icon="plus" onClick={() => onChange([...value, { from: "07:00", to: "19:00" }])}><FormattedMessage id="notices.hours.add" /></Button></div>
    </fieldset>
  );
}
