import { useEffect, useState } from "react";
import type { FormEvent } from "react";
import { FormattedMessage } from "react-intl";
import type { Problem } from "../../api/client";
import { Button, Field, TextInput } from "../../ui";

/** Six digits are sent as soon as they are there; anything longer is a recovery code and waits for the button. */
export function Code({ busy, failed, onSend, onBack }: { busy: boolean; failed: Problem | null; onSend: (code: string) => void; onBack: () => void }) {
  const [code, setCode] = useState("");
  useEffect(() => {
    if (failed) setCode("");
  }, [failed]);
  const change = (value: string) => {
    setCode(value);
    const digits = value.replace(/\s/g, "");
    if (/^\d{6}$/.test(digits) && !busy) onSend(digits);
  };
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (code.trim()) onSend(code.replace(/\s/g, ""));
  };
  return (
    <form onSubmit={submit}>
      <Field label={<FormattedMessage id="signin.code" />} hint={<FormattedMessage id="signin.code.hint" />}>
        <TextInput value={code} onChange={change} mono autoComplete="one-time-code" inputMode="numeric" autoFocus required maxLength={40} spellCheck={false} />
      </Field>
      <Button type="submit" kind="primary" wide busy={busy}><FormattedMessage id="signin.code.send" /></Button>
      <Button kind="quiet" wide onClick={onBack}><FormattedMessage id="signin.back" /></Button>
    </form>
  );
}
