import { useState } from "react";
import { FormattedMessage } from "react-intl";
import { useSend } from "../../api/client";
import type { Check, CheckDetail } from "../../api/types";
import { Button, Dialog, Failure, Field, TextArea, plain } from "../../ui";

/** Switching a check off leaves a hole in what is watched: it needs a reason, and says so in every bundle of evidence. */
export function SwitchDialog({ check: c, onClose }: { check: Check; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const on = !!c.off, why = reason.trim();
  const path = `/checks/${encodeURIComponent(c.id)}/off`;
  const turn = useSend<CheckDetail, { reason: string }>(on ? "DELETE" : "PUT", path, ["/checks", "/overview", "/coverage", "/findings"]);
  return (
    <Dialog open onClose={onClose} title={<FormattedMessage id={on ? "checks.on.title" : "checks.off.title"} />} actions={
      <>
        <Button onClick={onClose}><FormattedMessage id="ui.cancel" /></Button>
        <Button kind={on ? "primary" : "danger"} disabled={!why} busy={turn.isPending} onClick={() => turn.mutate(on ? { path: `${path}?reason=${encodeURIComponent(why)}` } : { body: { reason: why } }, { onSuccess: onClose })}>
          <FormattedMessage id={on ? "checks.turnon" : "checks.turnoff"} />
        </Button>
      </>
    }>
      <div className="wr-stack">
        <p><strong>{plain(c.title)}</strong></p>
        <p><FormattedMessage id={on ? "checks.on.about" : "checks.off.about"} values={{ findings: c.findings }} /></p>
        <Field label={<FormattedMessage id="checks.reason" />} hint={<FormattedMessage id="checks.reason.hint" />} required><TextArea value={reason} onChange={setReason} rows={3} maxLength={500} autoFocus /></Field>
        {turn.error && <Failure problem={turn.error} />}
      </div>
    </Dialog>
  );
}
