import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Problem, download } from "../../api/client";
import { Button, Dialog, Failure, Field, TextInput, useToast } from "../../ui";
import { dayAfter, dayStart } from "./days";

/** A bundle over a period: one zip that anybody can verify offline, without this program. */
export function ExportDialog({ onClose }: { onClose: () => void }) {
  const intl = useIntl();
  const toast = useToast();
  const [from, setFrom] = useState(""), [to, setTo] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const turned = from !== "" && to !== "" && from > to;
  const make = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const start = dayStart(from), end = dayAfter(to);
      const { blob, name } = await download("POST", "/evidence/export", { ...(start ? { from: start } : {}), ...(end ? { to: end } : {}) });
      const url = URL.createObjectURL(blob);
      const a = document.createElement("a");
      a.href = url;
      a.download = name.endsWith(".zip") ? name : "evidence.zip";
      a.click();
      setTimeout(() => URL.revokeObjectURL(url), 30_000);
      toast({ kind: "good", text: intl.formatMessage({ id: "evidence.exported" }, { name: a.download, size: intl.formatNumber(blob.size / 1e6, { maximumFractionDigits: 1 }) }) });
      onClose();
    } catch (err) {
      setProblem(Problem.of(err));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open title={<FormattedMessage id="evidence.export.title" />} onClose={onClose} actions={
      <>
        <Button onClick={onClose}><FormattedMessage id="ui.cancel" /></Button>
        <Button kind="primary" icon="download" busy={busy} disabled={turned} onClick={() => void make()}><FormattedMessage id="evidence.export.do" /></Button>
      </>
    }>
      <div className="wr-stack">
        <p><FormattedMessage id="evidence.export.about" /></p>
        <div className="ev-period">
          <Field label={<FormattedMessage id="evidence.export.from" />} hint={<FormattedMessage id="evidence.export.from.hint" />}><DayField value={from} onChange={setFrom} /></Field>
          <Field label={<FormattedMessage id="evidence.export.to" />} hint={<FormattedMessage id="evidence.export.to.hint" />} error={turned && <FormattedMessage id="evidence.export.turned" />}><DayField value={to} onChange={setTo} /></Field>
        </div>
        <p className="wr-muted wr-small"><FormattedMessage id="evidence.export.recorded" /></p>
        {problem && <Failure problem={problem} />}
      </div>
    </Dialog>
  );
}


function DayField({ value, onChange }: { value: string; onChange: (v: string) => void }) {
  return <TextInput type="date" value={value} onChange={onChange} />;
}
