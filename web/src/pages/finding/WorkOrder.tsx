import { useState } from "react";
import type { FormEvent } from "react";
import { FormattedMessage } from "react-intl";
import { useApi, useSend } from "../../api/client";
import type { FindingDetail, WorkOrdered, WorkOrderWays } from "../../api/types";
import { useI18n } from "../../i18n/I18n";
import { Button, Dialog, Failure, Field, siteNow, TextArea, TextInput } from "../../ui";
import { limits, until } from "./acts";

/** Asks the house's maintenance system for work on a finding; not there where nobody has set that up. */
export function WorkOrder({ finding: f }: { finding: FindingDetail }) {
  const path = `/findings/${encodeURIComponent(f.id)}/work-order`;
  const ways = useApi<WorkOrderWays>(f.may.includes("assign") ? path : null); // who may give it to somebody may ask
  const [open, setOpen] = useState(false);
  if (!ways.data || (!ways.data.webhook && !ways.data.link)) return null;
  return (
    <>
      <p><Button small kind="quiet" icon="plus" onClick={() => setOpen(true)}><FormattedMessage id="finding.order" /></Button></p>
      {open && <Ask finding={f} path={path} sends={ways.data.webhook} onClose={() => setOpen(false)} />}
    </>
  );
}

function Ask({ finding: f, path, sends, onClose }: { finding: FindingDetail; path: string; sends: boolean; onClose: () => void }) {
  const { timeZone } = useI18n();
  const [due, setDue] = useState("");
  const [note, setNote] = useState("");
  const send = useSend<WorkOrdered>("POST", path, ["/findings", "/notifications"]);
  const form = "work-order";
  const submit = (e: FormEvent) => {
    e.preventDefault();
    send.mutate({ body: { due: due ? until(due, timeZone, siteNow()) : undefined, note: note.trim() || undefined } });
  };
  const close = <Button onClick={onClose}><FormattedMessage id="ui.close" /></Button>;
  if (send.data)
    return (
      <Dialog title={<FormattedMessage id="finding.order" />} open onClose={onClose} actions={close}>
        <p role="status"><FormattedMessage id={send.data.sent ? "finding.order.sent" : "finding.order.kept"} values={{ id: <code>{send.data.id}</code> }} /></p>
        {send.data.link && /^https?:/.test(send.data.link) && <p><a href={send.data.link} target="_blank" rel="noopener noreferrer"><FormattedMessage id="finding.order.open" /></a></p>}
      </Dialog>
    );
  return (
    <Dialog
      title={<FormattedMessage id="finding.order" />}
      open
      onClose={onClose}
      actions={<>{close}<Button kind="primary" type="submit" form={form} busy={send.isPending}><FormattedMessage id={sends ? "finding.order.send" : "finding.order.fill"} /></Button></>}
    >
      <form id={form} className="wr-form" onSubmit={submit}>
        <p className="wr-muted"><FormattedMessage id={sends ? "finding.order.text" : "finding.order.text.link"} /></p>
        <Field label={<FormattedMessage id="finding.order.due" />} hint={f.due && <FormattedMessage id="finding.order.due.hint" />}>
          <TextInput type="date" value={due} onChange={setDue} min={limits(siteNow(), timeZone, false).first} />
        </Field>
        <Field label={<FormattedMessage id="finding.order.note" />}><TextArea value={note} onChange={setNote} rows={3} maxLength={2000} /></Field>
        {send.error && <Failure problem={send.error} title={<FormattedMessage id="finding.order.failed" />} />}
      </form>
    </Dialog>
  );
}
