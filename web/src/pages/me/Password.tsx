import { useState } from "react";
import type { FormEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useSend } from "../../api/client";
import type { Account } from "../../api/types";
import { Button, Failure, Field, TextInput, useToast } from "../../ui";

const least = 12;

/** Changing the password ends every other session. */
export function Password({ me }: { me: Account }) {
  const intl = useIntl();
  const toast = useToast();
  const save = useSend("POST", "/me/password", ["/me", "/me/sessions"]);
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [tried, setTried] = useState(false);
  const short = [...fresh].length < least;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (short) return;
    const done = () => {
      setOld("");
      setFresh("");
      setTried(false);
      toast({ kind: "good", text: intl.formatMessage({ id: "me.password.done" }) });
    };
    save.mutate({ body: { old, new: fresh } }, { onSuccess: done });
  };
  return (
    <form className="wr-form" onSubmit={submit} noValidate>
      <input type="text" autoComplete="username" value={me.name} readOnly hidden />
      {me.has_password && <Field label={<FormattedMessage id="me.password.old" />}><TextInput type="password" value={old} onChange={setOld} autoComplete="current-password" maxLength={1000} /></Field>}
      <Field label={<FormattedMessage id="me.password.new" />} hint={<FormattedMessage id="me.password.hint" values={{ least }} />} error={tried && short ? intl.formatMessage({ id: "me.password.short" }, { least }) : undefined}>
        <TextInput type="password" value={fresh} onChange={setFresh} autoComplete="new-password" maxLength={1000} />
      </Field>
      {save.error && <Failure problem={save.error} title={<FormattedMessage id="me.password.refused" />} />}
      <div className="wr-form-acts"><Button type="submit" busy={save.isPending} disabled={!fresh}><FormattedMessage id={me.has_password ? "me.password.change" : "me.password.set"} /></Button></div>
    </form>
  );
}
