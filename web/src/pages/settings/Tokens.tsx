import { useState } from "react";
import type { FormEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { usePage, useSend } from "../../api/client";
import type { Permission, Token } from "../../api/types";
import { useSession } from "../../app/session";
import { useTitle } from "../../app/title";
import { Banner, Button, Checkbox, Confirm, Dialog, Empty, Failure, Field, Name, Secret, Select, Table, Tag, TextInput, Time, Word } from "../../ui";
import type { Column } from "../../ui";
import "./settings.css";

/** Keys for programs. Never more than their owner may, and never for ever. */
export default function Tokens() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "settings.tokens" }));
  const list = usePage<Token>("/tokens", { limit: 200 });
  const revoke = useSend("DELETE", "/tokens", ["/tokens"]);
  const [asked, setAsked] = useState<Token | null>(null);
  const [making, setMaking] = useState(false);
  const columns: Column<Token>[] = [
    { id: "name", header: <FormattedMessage id="tokens.name" />, width: "22%", cell: (t) => <><strong><Name value={t.name} /></strong><div className="wr-muted wr-small"><Name value={t.account} mono /></div></> },
    { id: "may", header: <FormattedMessage id="tokens.may" />, wide: true, cell: (t) => <span className="wr-row">{t.permissions.map((p) => <Tag key={p}><Word group="permission" value={p} /></Tag>)}</span> },
    { id: "state", header: <FormattedMessage id="tokens.ends" />, width: "190px", cell: (t) => (t.revoked ? <span className="wr-muted"><FormattedMessage id="tokens.revoked" values={{ at: <Time at={t.revoked} mode="date" /> }} /></span> : <Time at={t.expires} mode="relative" wall />) },
    { id: "used", header: <FormattedMessage id="tokens.used" />, width: "150px", wide: true, cell: (t) => (t.last_used ? <Time at={t.last_used} mode="relative" wall /> : <span className="wr-muted"><FormattedMessage id="people.never" /></span>) },
    { id: "act", header: <span className="wr-hidden"><FormattedMessage id="tokens.revoke" /></span>, width: "110px", align: "end", cell: (t) => !t.revoked && <Button small kind="danger" onClick={() => setAsked(t)}><FormattedMessage id="tokens.revoke" /></Button> },
  ];
  return (
    <div>
      <div className="wr-filterbar">
        <p className="wr-muted wr-prose"><FormattedMessage id="tokens.text" /></p>
        <span className="wr-top-fill" />
        <Button kind="primary" icon="plus" onClick={() => setMaking(true)}><FormattedMessage id="tokens.make" /></Button>
      </div>
      {list.problem ? <Failure problem={list.problem} retry={list.refresh} /> : (
        <Table caption={intl.formatMessage({ id: "settings.tokens" })} columns={columns} rows={list.items} rowKey={(t) => t.id} loading={list.loading} total={list.total} more={list.more} onMore={list.loadMore} empty={<Empty title={<FormattedMessage id="tokens.none" />}><p><FormattedMessage id="tokens.none.text" /></p></Empty>} />
      )}
      {making && <Make onClose={() => (setMaking(false), list.refresh())} />}
      <Confirm
        title={<FormattedMessage id="tokens.revoke.title" values={{ name: <Name value={asked?.name ?? ""} /> }} />}
        open={asked !== null}
        onClose={() => setAsked(null)}
        danger
        busy={revoke.isPending}
        verb={<FormattedMessage id="tokens.revoke" />}
        onConfirm={() => revoke.mutate({ path: `/tokens/${encodeURIComponent(asked!.id)}` }, { onSuccess: () => (setAsked(null), list.refresh()) })}
        problem={revoke.error && <Failure problem={revoke.error} />}
      >
        <p><FormattedMessage id="tokens.revoke.text" /></p>
      </Confirm>
    </div>
  );
}

const spans = [7, 30, 90, 365];

function Make({ onClose }: { onClose: () => void }) {
  const intl = useIntl();
  const { permissions } = useSession();
  const send = useSend<Token>("POST", "/tokens", []);
  const [name, setName] = useState("");
  const [may, setMay] = useState<Permission[]>(["view"]);
  const [days, setDays] = useState("90");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    send.mutate({ body: { name: name.trim(), permissions: may, expires: new Date(Date.now() + Number(days) * 86_400_000).toISOString() } });
  };
  if (send.data?.secret) {
    return (
      <Dialog title={<FormattedMessage id="tokens.made" />} open onClose={onClose} actions={<Button kind="primary" onClick={onClose}><FormattedMessage id="tokens.made.done" /></Button>}>
        <div className="wr-stack">
          <p><FormattedMessage id="tokens.made.text" /></p>
          <Secret value={send.data.secret} />
          <Banner kind="info"><FormattedMessage id="tokens.made.use" values={{ command: <code key="c">{`wardround --server ${location.origin} --token …`}</code> }} /></Banner>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={<FormattedMessage id="tokens.make" />}
      open
      wide
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}><FormattedMessage id="ui.cancel" /></Button>
          <Button kind="primary" type="submit" form="make-token" busy={send.isPending} disabled={may.length === 0}><FormattedMessage id="tokens.make.send" /></Button>
        </>
      }
    >
      <form id="make-token" className="wr-stack" onSubmit={submit}>
        <div className="wr-form-row">
          <Field label={<FormattedMessage id="tokens.name" />} hint={<FormattedMessage id="tokens.name.hint" />}><TextInput value={name} onChange={setName} required autoFocus maxLength={100} /></Field>
          <Field label={<FormattedMessage id="tokens.ends" />}><Select value={days} onChange={setDays} options={spans.map((n) => ({ value: String(n), label: intl.formatMessage({ id: "tokens.days" }, { n }) }))} /></Field>
        </div>
        <fieldset className="wr-stack">
          <legend className="wr-field-label"><FormattedMessage id="tokens.may" /></legend>
          <div className="wr-checks">
            {permissions.map((p) => <Checkbox key={p} checked={may.includes(p)} onChange={(on) => setMay((old) => (on ? [...old, p] : old.filter((q) => q !== p)))} label={<Word group="permission" value={p} />} />)}
          </div>
        </fieldset>
        {send.error && <Failure problem={send.error} />}
      </form>
    </Dialog>
  );
}
