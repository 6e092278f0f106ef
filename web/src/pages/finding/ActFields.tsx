import { useId } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useApi } from "../../api/client";
import type { Account, Page } from "../../api/types";
import { useMay, useSession } from "../../app/session";
import { Button, Field, Segments, TextArea, TextInput } from "../../ui";
import { type Act, type Limits, slug } from "./acts";
import css from "./finding.module.css";

/** What is filled in for an act. */
export interface Said {
  reason: string;
  day: string;
  scope: "finding" | "asset";
  to: string;
  due: string;
}

export const nothingSaid: Said = { reason: "", day: "", scope: "finding", to: "", due: "" };

/** Whether the act needs a reason in words: everything that says more than "I am on it". */
export const needsReason = (act: Act): boolean => act !== "acknowledge" && act !== "assign";

/** What is wrong with what is filled in, as ids of messages; nothing if it can be sent. */
export function mistakes(act: Act, said: Said, days: Limits): Partial<Record<keyof Said, string>> {
  const out: Partial<Record<keyof Said, string>> = {};
  if (needsReason(act) && said.reason.trim() === "") out.reason = "finding.decide.reason.missing";
  if (act === "accept") {
    if (said.day === "") out.day = "finding.decide.until.missing";
    else if (said.day < days.first) out.day = "finding.decide.until.past";
    else if (days.last !== undefined && said.day > days.last) out.day = "finding.decide.until.late";
  }
  return out;
}

interface Props {
  act: Act;
  said: Said;
  onChange: (patch: Partial<Said>) => void;
  days: Limits;
  wrong?: Partial<Record<keyof Said, string>>;
  /** Whether a false positive may be said of the whole asset. */
  mayWiden?: boolean;
}

/** The fields that an act asks for. */
export function ActFields({ act, said, onChange, days, wrong = {}, mayWiden = false }: Props) {
  const intl = useIntl();
  const error = (name: keyof Said) => wrong[name] && <FormattedMessage id={wrong[name]} values={{ last: days.last }} />;
  return (
    <>
      {act === "assign" && <AssignFields said={said} onChange={onChange} first={days.first} />}
      {act === "accept" && (
        <Field label={<FormattedMessage id="finding.decide.until" />} hint={days.last && <FormattedMessage id="finding.decide.until.hint" values={{ day: intl.formatDate(`${days.last}T12:00:00Z`, { dateStyle: "medium", timeZone: "UTC" }) }} />} error={error("day")}>
          <TextInput type="date" value={said.day} onChange={(day) => onChange({ day })} min={days.first} max={days.last} />
        </Field>
      )}
      <Field
        label={<FormattedMessage id={act === "assign" ? "finding.assign.note" : needsReason(act) ? "finding.decide.reason" : "finding.decide.reason.optional"} />}
        hint={act === "assign" ? undefined : <FormattedMessage id={`finding.decide.reason.${slug(act)}`} />}
        error={error("reason")}
      >
        <TextArea value={said.reason} onChange={(reason) => onChange({ reason })} rows={3} maxLength={1000} />
      </Field>
      {act === "false positive" && mayWiden && (
        <div className={css.scope}>
          <Segments
            label={intl.formatMessage({ id: "finding.decide.scope" })}
            value={said.scope}
            onChange={(scope) => onChange({ scope: scope as Said["scope"] })}
            options={[
              { value: "finding", label: <FormattedMessage id="finding.decide.scope.finding" /> },
              { value: "asset", label: <FormattedMessage id="finding.decide.scope.asset" /> },
            ]}
          />
          <p className="wr-field-hint"><FormattedMessage id={`finding.decide.scope.${said.scope}.hint`} /></p>
        </div>
      )}
    </>
  );
}

function AssignFields({ said, onChange, first }: { said: Said; onChange: Props["onChange"]; first: string }) {
  const { account } = useSession();
  const list = useId();
  const people = useApi<Page<Account>>(useMay("people") ? "/people" : null, { limit: 500, fields: "id,name,display" });
  return (
    <>
      <Field label={<FormattedMessage id="finding.assign.to" />} hint={<FormattedMessage id="finding.assign.to.hint" />}>
        <TextInput value={said.to} onChange={(to) => onChange({ to })} list={list} autoComplete="off" />
      </Field>
      <datalist id={list}>{people.data?.items.map((p) => <option key={p.id} value={p.name}>{p.display}</option>)}</datalist>
      <div><Button small onClick={() => onChange({ to: account.name })}><FormattedMessage id="finding.assign.me" /></Button></div>
      <Field label={<FormattedMessage id="finding.assign.due" />}>
        <TextInput type="date" value={said.due} onChange={(due) => onChange({ due })} min={first} />
      </Field>
    </>
  );
}
