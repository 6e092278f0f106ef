import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Problem, refetch, send, useSend } from "../../api/client";
import type { Account, Passkey } from "../../api/types";
import { create, hasPasskeys, turnedDown } from "../../app/webauthn";
import type { CreationJSON } from "../../app/webauthn";
import { Button, Confirm, Failure, Field, Icon, Name, TextInput, Time } from "../../ui";
import "./me.css";

export function Passkeys({ me }: { me: Account }) {
  const intl = useIntl();
  const client = useQueryClient();
  const remove = useSend("DELETE", "/me/passkeys", ["/me"]);
  const [asked, setAsked] = useState<Passkey | null>(null);
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  const add = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const { publicKey } = await send<{ publicKey: CreationJSON }>("POST", "/me/passkeys/begin", {});
      const called = name.trim() || intl.formatMessage({ id: "me.passkeys.unnamed" }, { n: me.passkeys.length + 1 });
      await send<Passkey>("POST", `/me/passkeys/finish?name=${encodeURIComponent(called)}`, await create(publicKey));
      setName("");
      await refetch(client, ["/me"]);
    } catch (err) {
      if (!turnedDown(err)) setProblem(Problem.of(err));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {me.passkeys.length > 0 && (
        <ul className="wr-list">
          {me.passkeys.map((key) => (
            <li key={key.id}>
              <Icon name="key" />
              <div className="wr-list-body">
                <strong><Name value={key.name} /></strong>
                <span>{key.last_used ? <FormattedMessage id="me.passkeys.used" values={{ at: <Time at={key.last_used} mode="relative" wall /> }} /> : <FormattedMessage id="me.passkeys.unused" values={{ at: <Time at={key.created} mode="date" /> }} />}</span>
              </div>
              <Button small kind="danger" onClick={() => setAsked(key)}><FormattedMessage id="ui.remove" /></Button>
            </li>
          ))}
        </ul>
      )}
      {hasPasskeys() ? (
        <div className="wr-form">
          <Field label={<FormattedMessage id="me.passkeys.name" />} hint={<FormattedMessage id="me.passkeys.hint" />}><TextInput value={name} onChange={setName} maxLength={60} /></Field>
          <div className="wr-form-acts"><Button icon="plus" busy={busy} onClick={() => void add()}><FormattedMessage id="me.passkeys.add" /></Button></div>
        </div>
      ) : <p className="wr-muted"><FormattedMessage id="me.passkeys.unable" /></p>}
      {problem && <Failure problem={problem} />}
      <Confirm
        title={<FormattedMessage id="me.passkeys.remove" values={{ name: asked?.name ?? "" }} />}
        open={asked !== null}
        onClose={() => setAsked(null)}
        danger
        busy={remove.isPending}
        verb={<FormattedMessage id="ui.remove" />}
        onConfirm={() => remove.mutate({ path: `/me/passkeys/${encodeURIComponent(asked!.id)}` }, { onSuccess: () => setAsked(null) })}
        problem={remove.error && <Failure problem={remove.error} />}
      >
        <p><FormattedMessage id={me.passkeys.length === 1 && !me.has_password && !me.oidc ? "me.passkeys.remove.last" : "me.passkeys.remove.text"} /></p>
      </Confirm>
    </>
  );
}
