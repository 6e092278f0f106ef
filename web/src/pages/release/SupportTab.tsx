import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useSend } from "../../api/client";
import type { ReleaseDetail, ReleaseSaid } from "../../api/types";
import { Button, Dialog, Failure, Field, Panel, Select, siteNow, TextArea, TextInput, Time, useOpen, useToast } from "../../ui";
import { supports } from "../releases/filters";
import { Support } from "../releases/Releases";
import { changes, dates, drafted, texts, type Draft } from "./said";

/** How long a release is supported: the stages after IMDRF N70, in order of time. */
export function SupportTab({ release: r, onDone }: { release: ReleaseDetail; onDone: () => void }) {
  const editing = useOpen();
  const now = siteNow();
  return (
    <Panel title={<FormattedMessage id="releases.support" />} actions={r.may.includes("edit") ? <Button small icon="edit" onClick={editing.show}><FormattedMessage id="release.edit" /></Button> : undefined}>
      <div className="wr-stack">
        <div className="pf-line"><Support stage={r.support_now} ends={r.support_ends} /></div>
        {r.support_now === "" && <p className="wr-muted"><FormattedMessage id="release.support.unknown" /></p>}
        {r.stages.length > 0 && (
          <ol className="rl-stages">
            {r.stages.map((s, i) => {
              const here = (!s.from || Date.parse(s.from) <= now) && (!s.until || Date.parse(s.until) > now);
              return (
                <li key={i} aria-current={here ? "step" : undefined} className={here ? "rl-stage-now" : undefined}>
                  <strong><FormattedMessage id={s.stage === "" ? "support.unknown" : `support.${s.stage.replaceAll(" ", "-")}`} /></strong>
                  <span className="wr-small wr-muted">{s.from ? <Time at={s.from} mode="date" /> : "…"}{" – "}{s.until ? <Time at={s.until} mode="date" /> : "…"}</span>
                </li>
              );
            })}
          </ol>
        )}
        <dl className="pf-facts">
          {(["released", "limited_support", "support_ends", "end_of_life", "retired"] as const).map((k) => [<dt key={k}><FormattedMessage id={`release.${k}`} /></dt>, <dd key={`${k}=`}><Time at={r[k]} mode="date" /></dd>])}
        </dl>
      </div>
      {editing.open && <EditDialog release={r} onClose={editing.hide} onDone={onDone} />}
    </Panel>
  );
}

function EditDialog({ release: r, onClose, onDone }: { release: ReleaseDetail; onClose: () => void; onDone: () => void }) {
  const intl = useIntl();
  const toast = useToast();
  const [d, set] = useState<Draft>(() => drafted(r));
  const [reason, setReason] = useState("");
  const put = useSend<ReleaseDetail, ReleaseSaid>("PUT", `/releases/${encodeURIComponent(r.id)}`, ["/releases", "/portfolio"]);
  const one = (patch: Partial<Draft>) => set((old) => ({ ...old, ...patch }));
  const submit = () => put.mutate({ body: changes(r, d, reason), etag: r.etag }, {
    onSuccess: () => {
      toast({ kind: "good", text: intl.formatMessage({ id: "release.edited" }) });
      onDone();
      onClose();
    },
  });
  return (
    <Dialog title={<FormattedMessage id="release.edit" />} open onClose={onClose} actions={<><Button onClick={onClose}><FormattedMessage id="ui.cancel" /></Button><Button kind="primary" busy={put.isPending} onClick={submit}><FormattedMessage id="ui.save" /></Button></>}>
      <div className="wr-form">
        <div className="wr-form-row">{texts.map((k) => <Field key={k} label={<FormattedMessage id={`release.${k}`} />}><TextInput mono value={d[k]} maxLength={256} onChange={(v) => one({ [k]: v })} /></Field>)}</div>
        <Field label={<FormattedMessage id="release.models" />} hint={<FormattedMessage id="release.models.hint" />}><TextInput value={d.models} onChange={(models) => one({ models })} /></Field>
        <Field label={<FormattedMessage id="releases.support" />}><Select value={d.support} onChange={(v) => one({ support: v as Draft["support"] })} options={[{ value: "", label: intl.formatMessage({ id: "support.unknown" }) }, ...supports.map((s) => ({ value: s, label: intl.formatMessage({ id: `support.${s.replaceAll(" ", "-")}` }) }))]} /></Field>
        <div className="wr-form-row">{dates.map((k) => <Field key={k} label={<FormattedMessage id={`release.${k}`} />}><TextInput type="date" value={d[k]} onChange={(v) => one({ [k]: v })} /></Field>)}</div>
        <Field label={<FormattedMessage id="release.reason" />}><TextArea value={reason} maxLength={2000} onChange={setReason} /></Field>
        {put.error && <Failure problem={put.error} />}
      </div>
    </Dialog>
  );
}
