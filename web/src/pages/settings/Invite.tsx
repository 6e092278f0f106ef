import { useState } from "react";
import type { FormEvent } from "react";
import { FormattedMessage } from "react-intl";
import { useSend } from "../../api/client";
import type { Grant, Invitation } from "../../api/types";
import { Banner, Button, Checkbox, Dialog, Failure, Field, Name, Secret, TextInput, Time } from "../../ui";
import { Grants } from "./Grants";

export function Invite({ onClose, onDone }: { onClose: () => void; onDone: (invitation: Invitation) => void }) {
  const send = useSend<Invitation>("POST", "/people", ["/people"]);
  const [name, setName] = useState("");
  const [display, setDisplay] = useState("");
  const [email, setEmail] = useState("");
  const [grants, setGrants] = useState<Grant[]>([{ role: "viewer", site: "*", product: "*" }]);
  const [emergency, setEmergency] = useState(false);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    send.mutate({ body: { name: name.trim(), display: display.trim(), email: email.trim() || undefined, grants, emergency: emergency || undefined } }, { onSuccess: onDone });
  };
  return (
    <Dialog
      title={<FormattedMessage id="people.invite" />}
      open
      wide
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}><FormattedMessage id="ui.cancel" /></Button>
          <Button kind="primary" type="submit" form="invite" busy={send.isPending} disabled={grants.length === 0}><FormattedMessage id="people.invite.send" /></Button>
        </>
      }
    >
      <form id="invite" className="wr-stack" onSubmit={submit}>
        <div className="wr-form-row">
          <Field label={<FormattedMessage id="people.name" />} hint={<FormattedMessage id="people.name.hint" />}><TextInput value={name} onChange={setName} required autoFocus autoComplete="off" spellCheck={false} maxLength={64} /></Field>
          <Field label={<FormattedMessage id="people.display" />}><TextInput value={display} onChange={setDisplay} required autoComplete="off" maxLength={200} /></Field>
        </div>
        <Field label={<FormattedMessage id="people.email" />}><TextInput type="email" value={email} onChange={setEmail} autoComplete="off" maxLength={320} /></Field>
        <Grants value={grants} onChange={setGrants} />
        <Checkbox checked={emergency} onChange={setEmergency} label={<FormattedMessage id="people.emergency" />} hint={<FormattedMessage id="people.emergency.hint" />} />
        {send.error && <Failure problem={send.error} />}
      </form>
    </Dialog>
  );
}

/** The link is shown once: whoever holds it is that person. */
export function LinkShown({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  return (
    <Dialog title={<FormattedMessage id="people.link" values={{ name: <Name value={invitation.account.display || invitation.account.name} /> }} />} open onClose={onClose} actions={<Button kind="primary" onClick={onClose}><FormattedMessage id="people.link.done" /></Button>}>
      <div className="wr-stack">
        <p><FormattedMessage id="people.link.text" values={{ end: <Time at={invitation.expires} /> }} /></p>
        <Secret value={invitation.link} />
        <Banner kind="warning"><FormattedMessage id="people.link.warning" /></Banner>
      </div>
    </Dialog>
  );
}
