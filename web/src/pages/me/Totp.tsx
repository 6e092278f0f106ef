import { useState } from "react";
import type { FormEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useSend } from "../../api/client";
import type { Account, TotpEnrolment } from "../../api/types";
import { Button, Confirm, Dialog, Failure, Field, Icon, Secret, TextInput, useOpen } from "../../ui";

/** A second step: on, off, and how it gets on. */
export function Totp({ me }: { me: Account }) {
  const begin = useSend<TotpEnrolment>("POST", "/me/totp/begin");
  const off = useSend("DELETE", "/me/totp", ["/me"]);
  const enrol = useOpen();
  const ask = useOpen();
  return (
    <>
      <div className="wr-row">
        <Icon name={me.totp ? "lock" : "unlock"} />
        <strong><FormattedMessage id={me.totp ? "me.totp.on" : "me.totp.off"} /></strong>
      </div>
      {begin.error && <Failure problem={begin.error} />}
      <div className="wr-form-acts">
        {me.totp ? (
          <Button kind="danger" onClick={ask.show}><FormattedMessage id="me.totp.remove" /></Button>
        ) : (
          <Button busy={begin.isPending} onClick={() => begin.mutate({ body: {} }, { onSuccess: enrol.show })}><FormattedMessage id="me.totp.add" /></Button>
        )}
      </div>
      {enrol.open && begin.data && <Enrol enrolment={begin.data} onClose={enrol.hide} />}
      <Confirm
        title={<FormattedMessage id="me.totp.remove.title" />}
        open={ask.open}
        onClose={ask.hide}
        danger
        busy={off.isPending}
        verb={<FormattedMessage id="me.totp.remove" />}
        onConfirm={() => off.mutate({}, { onSuccess: ask.hide })}
        problem={off.error && <Failure problem={off.error} />}
      >
        <p><FormattedMessage id="me.totp.remove.text" /></p>
      </Confirm>
    </>
  );
}

// Scan, prove, keep the recovery codes. They are shown once: closing asks for nothing more, so the button says what it means.
function Enrol({ enrolment, onClose }: { enrolment: TotpEnrolment; onClose: () => void }) {
  const intl = useIntl();
  const [code, setCode] = useState("");
  const finish = useSend<{ recovery: string[] }>("POST", "/me/totp/finish", ["/me"]);
  const recovery = finish.data?.recovery;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    finish.mutate({ body: { code: code.replace(/\s/g, "") } }, { onError: () => setCode("") });
  };
  if (recovery) {
    const text = recovery.join("\n");
    return (
      <Dialog title={<FormattedMessage id="me.recovery" />} open onClose={onClose} actions={<Button kind="primary" onClick={onClose}><FormattedMessage id="me.recovery.kept" /></Button>}>
        <div className="wr-stack">
          <p><FormattedMessage id="me.recovery.text" values={{ count: recovery.length }} /></p>
          <ol className="wr-codes">{recovery.map((one) => <li key={one}><code>{one}</code></li>)}</ol>
          <div className="wr-form-acts">
            <Button icon="copy" onClick={() => void navigator.clipboard?.writeText(text)}><FormattedMessage id="ui.copy" /></Button>
            <a className="wr-button wr-button-plain" href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download="wardround-recovery-codes.txt"><Icon name="download" size={16} /><FormattedMessage id="ui.download" /></a>
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={<FormattedMessage id="me.totp.add" />}
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}><FormattedMessage id="ui.cancel" /></Button>
          <Button kind="primary" type="submit" form="totp-enrol" busy={finish.isPending} disabled={!code}><FormattedMessage id="me.totp.finish" /></Button>
        </>
      }
    >
      <form id="totp-enrol" className="wr-stack" onSubmit={submit}>
        <p><FormattedMessage id="me.totp.scan" /></p>
        <img className="wr-qr" src={enrolment.qr} alt={intl.formatMessage({ id: "me.totp.qr" })} width="200" height="200" />
        <div>
          <p className="wr-muted wr-small"><FormattedMessage id="me.totp.secret" /></p>
          <Secret value={enrolment.secret} />
        </div>
        <Field label={<FormattedMessage id="me.totp.code" />} error={finish.error ? intl.formatMessage({ id: "me.totp.wrong" }) : undefined}>
          <TextInput value={code} onChange={setCode} mono inputMode="numeric" autoComplete="one-time-code" autoFocus required maxLength={10} />
        </Field>
      </form>
    </Dialog>
  );
}
