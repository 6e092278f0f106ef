import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Button, Field, TextInput } from "../../ui";

/** What stands for a secret that the server keeps and does not show; sent back, the secret stays. */
export const keptSecret = "••••••••";

/** A secret that is written and never read: empty keeps the one there is. */
export function Secret({ label, hint, value, onChange }: { label: string; hint?: string; value: string | undefined; onChange: (value: string | undefined) => void }) {
  const intl = useIntl();
  const [kept, setKept] = useState(value === keptSecret);
  if (value === keptSecret && !kept) setKept(true);
  return (
    <div className="wr-stack">
      <Field label={<FormattedMessage id={label} />} hint={hint && <FormattedMessage id={hint} />}>
        <TextInput type="password" dir="ltr" value={value === keptSecret ? "" : (value ?? "")} placeholder={value === keptSecret ? intl.formatMessage({ id: "settings.secret.kept" }) : undefined} onChange={(text) => onChange(text || (kept ? keptSecret : undefined))} maxLength={500} autoComplete="new-password" />
      </Field>
      {value === keptSecret && <div><Button small kind="quiet" onClick={() => (setKept(false), onChange(undefined))}><FormattedMessage id="settings.secret.remove" /></Button></div>}
    </div>
  );
}
