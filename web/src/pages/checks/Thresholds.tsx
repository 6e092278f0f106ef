import { useState, type FormEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useSend } from "../../api/client";
import type { CheckDetail } from "../../api/types";
import { Button, Failure, Field, Panel, TextInput, plain } from "../../ui";

/** The numbers of a check at this site. All are sent together: what is left empty goes back to its default. */
export function Thresholds({ check: c, may }: { check: CheckDetail; may: boolean }) {
  const intl = useIntl();
  const [values, setValues] = useState<Record<string, string>>(() => Object.fromEntries(Object.entries({ ...c.defaults, ...c.thresholds }).map(([k, v]) => [k, String(v)])));
  const [reason, setReason] = useState("");
  const save = useSend<CheckDetail>("PUT", `/checks/${encodeURIComponent(c.id)}/thresholds`, ["/checks"]);
  const wrong = Object.entries(values).filter(([, v]) => v.trim() !== "" && !Number.isFinite(Number(v))).map(([k]) => k);
  const inForce = { ...c.defaults, ...c.thresholds };
  const changed = Object.entries(values).some(([k, v]) => (v.trim() === "" ? inForce[k] !== c.defaults?.[k] : Number(v) !== inForce[k]));
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!changed || wrong.length > 0 || !reason.trim()) return;
    const thresholds = Object.fromEntries(Object.entries(values).filter(([, v]) => v.trim() !== "").map(([k, v]) => [k, Number(v)]));
    save.mutate({ body: { thresholds, reason: reason.trim() } });
  };
  return (
    <Panel title={<FormattedMessage id="checks.thresholds" />}>
      {may ? (
        <form className="wr-stack" onSubmit={submit}>
          {Object.keys(values).map((k) => (
            <Field key={k} label={<code>{plain(k)}</code>} hint={c.defaults?.[k] !== undefined && <FormattedMessage id="checks.threshold.hint" values={{ value: c.defaults[k] }} />} error={wrong.includes(k) && <FormattedMessage id="checks.threshold.number" />}>
              <TextInput inputMode="decimal" value={values[k] ?? ""} onChange={(v) => setValues({ ...values, [k]: v })} placeholder={intl.formatMessage({ id: "checks.threshold.default" })} />
            </Field>
          ))}
          {changed && <Field label={<FormattedMessage id="checks.reason" />} hint={<FormattedMessage id="checks.reason.hint" />} required><TextInput value={reason} onChange={setReason} maxLength={500} /></Field>}
          <div className="wr-row"><Button type="submit" kind="primary" small disabled={!changed || wrong.length > 0 || !reason.trim()} busy={save.isPending}><FormattedMessage id="checks.threshold.save" /></Button></div>
          {save.error && <Failure problem={save.error} />}
        </form>
      ) : (
        <dl className="ck-facts">{Object.entries(inForce).map(([k, v]) => <div key={k} className="ck-threshold"><dt><code>{plain(k)}</code></dt><dd>{intl.formatNumber(v)}</dd></div>)}</dl>
      )}
    </Panel>
  );
}
