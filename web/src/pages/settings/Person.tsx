import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { usePage, useSend } from "../../api/client";
import type { Account, Grant, Invitation, SessionRow } from "../../api/types";
import { useSession } from "../../app/session";
import { Banner, Button, Checkbox, Confirm, Drawer, Failure, Field, Name, TextInput, Time, useToast } from "../../ui";
import { device } from "../me/agent";
import { Grants } from "./Grants";

type Ask = "reset" | "delete" | "sessions" | null;

/** One account: what it may, where it is signed in, and the acts that end something, each asked once. */
export function Person({ person, onClose, onLink }: { person: Account; onClose: () => void; onLink: (invitation: Invitation) => void }) {
  const intl = useIntl();
  const toast = useToast();
  const { account: me } = useSession();
  const path = `/people/${encodeURIComponent(person.id)}`;
  const save = useSend<Account>("PATCH", path, ["/people", "/session"]);
  const reset = useSend<Invitation>("POST", `${path}/reset`, ["/people"]);
  const remove = useSend("DELETE", path, ["/people"]);
  const end = useSend("DELETE", `${path}/sessions`, []);
  const sessions = usePage<SessionRow>(`${path}/sessions`);
  const [display, setDisplay] = useState(person.display);
  const [email, setEmail] = useState(person.email ?? "");
  const [grants, setGrants] = useState<Grant[]>(person.grants);
  const [emergency, setEmergency] = useState(!!person.emergency);
  const [disabled, setDisabled] = useState(!!person.disabled);
  const [ask, setAsk] = useState<Ask>(null);

  const patch = {
    ...(display !== person.display && { display }),
    ...(email !== (person.email ?? "") && { email }),
    ...(JSON.stringify(grants) !== JSON.stringify(person.grants) && { grants }),
    ...(emergency !== !!person.emergency && { emergency }),
    ...(disabled !== !!person.disabled && { disabled }),
  };
  const changed = Object.keys(patch).length > 0;
  const self = person.id === me.id;
  const doing = { reset, delete: remove, sessions: end };
  const confirm = () => {
    if (ask === "reset") reset.mutate({ body: {} }, { onSuccess: (invitation) => (setAsk(null), onClose(), onLink(invitation)) });
    if (ask === "delete") remove.mutate({ etag: person.etag }, { onSuccess: () => (setAsk(null), onClose()) });
    if (ask === "sessions") end.mutate({}, { onSuccess: () => (setAsk(null), sessions.refresh()) });
  };
  const act = ask && doing[ask];
  return (
    <Drawer
      title={<Name value={person.display || person.name} />}
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}><FormattedMessage id="ui.close" /></Button>
          <Button kind="primary" busy={save.isPending} disabled={!changed} onClick={() => save.mutate({ body: patch, etag: person.etag }, { onSuccess: () => (toast({ kind: "good", text: intl.formatMessage({ id: "settings.saved" }) }), onClose()) })}><FormattedMessage id="ui.save" /></Button>
        </>
      }
    >
      <div className="wr-stack">
        <Field label={<FormattedMessage id="people.display" />}><TextInput value={display} onChange={setDisplay} maxLength={200} /></Field>
        <Field label={<FormattedMessage id="people.email" />}><TextInput type="email" value={email} onChange={setEmail} maxLength={320} /></Field>
        <Grants value={grants} onChange={setGrants} />
        <Checkbox checked={emergency} onChange={setEmergency} label={<FormattedMessage id="people.emergency" />} hint={<FormattedMessage id="people.emergency.hint" />} />
        <Checkbox checked={disabled} onChange={setDisabled} disabled={self} label={<FormattedMessage id="people.disable" />} hint={<FormattedMessage id={self ? "people.disable.self" : "people.disable.hint"} />} />
        {save.error && (save.error.status === 412 ? <Banner kind="warning" role="alert"><FormattedMessage id="settings.overtaken" /></Banner> : <Failure problem={save.error} />)}
        <h3><FormattedMessage id="people.sessions" values={{ n: sessions.total }} /></h3>
        {sessions.problem && <Failure problem={sessions.problem} retry={sessions.refresh} />}
        {sessions.items.length > 0 && (
          <ul className="wr-list">
            {sessions.items.map((row) => (
              <li key={row.id}>
                <div className="wr-list-body">
                  <strong><Name value={device(row.agent)} title={row.agent} /></strong>
                  <span><FormattedMessage id="people.session" values={{ address: <bdi>{row.address}</bdi>, seen: <Time at={row.last_seen} mode="relative" wall /> }} /></span>
                </div>
              </li>
            ))}
          </ul>
        )}
        <div className="wr-form-acts">
          {sessions.items.length > 0 && <Button onClick={() => setAsk("sessions")}><FormattedMessage id="people.sessions.end" /></Button>}
          <Button onClick={() => setAsk("reset")}><FormattedMessage id="people.reset" /></Button>
          <Button kind="danger" disabled={self} onClick={() => setAsk("delete")}><FormattedMessage id="people.delete" /></Button>
        </div>
      </div>
      <Confirm title={ask && <FormattedMessage id={`people.${ask}.title`} values={{ name: <Name value={person.display || person.name} /> }} />} open={ask !== null} onClose={() => setAsk(null)} danger={ask !== "reset"} busy={act?.isPending} verb={ask && <FormattedMessage id={`people.${ask}.verb`} />} onConfirm={confirm} problem={act?.error && <Failure problem={act.error} />}>
        {ask && <p><FormattedMessage id={`people.${ask}.text`} /></p>}
      </Confirm>
    </Drawer>
  );
}
