import { useRef, useState, type DragEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Problem, upload } from "../../api/client";
import type { Verification } from "../../api/types";
import { Banner, Button, Failure, Field, Icon, TextInput, Time, cx, plain } from "../../ui";

export const largest = 256 * 2 ** 20;

type Now = { at: "idle" } | { at: "sending"; name: string; sent: number; total: number } | { at: "done"; name: string; report: Verification } | { at: "failed"; name: string; problem: Problem };

/** Drop a bundle, learn in words whether it is genuine. Nothing of it is stored. */
export function Verify() {
  const intl = useIntl();
  const [now, setNow] = useState<Now>({ at: "idle" });
  const [over, setOver] = useState(false);
  const [key, setKey] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const stop = useRef<AbortController | null>(null);

  const verify = async (file: File | undefined) => {
    if (!file || now.at === "sending") return;
    if (file.size > largest) {
      setNow({ at: "failed", name: file.name, problem: new Problem({ code: "too_large", status: 413, detail: intl.formatMessage({ id: "evidence.verify.large" }), hint: intl.formatMessage({ id: "evidence.verify.large.hint" }) }) });
      return;
    }
    setNow({ at: "sending", name: file.name, sent: 0, total: file.size });
    stop.current = new AbortController();
    try {
      const trusted = key.trim();
      const report = await upload<Verification>("/evidence/verify", file, (sent, total) => setNow({ at: "sending", name: file.name, sent, total }), { signal: stop.current.signal, ...(trusted ? { headers: { "X-Verifier-Key": trusted } } : {}) });
      setNow({ at: "done", name: file.name, report });
    } catch (err) {
      setNow(stop.current.signal.aborted ? { at: "idle" } : { at: "failed", name: file.name, problem: Problem.of(err) });
    }
  };
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    void verify(e.dataTransfer.files[0]);
  };
  return (
    <div className="ev-verify">
      <Field label={<FormattedMessage id="evidence.verify.key" />} hint={<FormattedMessage id="evidence.verify.key.hint" />}><TextInput mono value={key} onChange={setKey} spellCheck={false} autoComplete="off" maxLength={400} /></Field>
      <div className={cx("ev-drop", over && "ev-drop-over")} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
        <Icon name="upload" size={22} />
        <p><FormattedMessage id="evidence.verify.drop" /></p>
        <Button small busy={now.at === "sending"} onClick={() => input.current?.click()}><FormattedMessage id="evidence.verify.choose" /></Button>
        <input ref={input} type="file" accept=".zip,application/zip" className="wr-hidden" tabIndex={-1} aria-label={intl.formatMessage({ id: "evidence.verify.choose" })} onChange={(e) => { void verify(e.target.files?.[0]); e.target.value = ""; }} />
      </div>
      <div aria-live="polite">
        {now.at === "sending" && (
          <div className="wr-stack">
            <label className="wr-small"><FormattedMessage id={now.sent < now.total ? "evidence.verify.sending" : "evidence.verify.checking"} values={{ name: <bdi>{plain(now.name)}</bdi> }} /> <progress max={now.total} value={now.sent} /></label>
            <Button small kind="quiet" onClick={() => stop.current?.abort()}><FormattedMessage id="ui.cancel" /></Button>
          </div>
        )}
        {now.at === "done" && <Result name={now.name} r={now.report} />}
        {now.at === "failed" && <Failure problem={now.problem} title={<FormattedMessage id="evidence.verify.unread" values={{ name: <bdi>{plain(now.name)}</bdi> }} />} />}
      </div>
    </div>
  );
}

const looks = { verified: "good", "self-consistent only": "warning", failed: "danger" } as const;
const words = { verified: "verified", "self-consistent only": "consistent", failed: "broken" } as const;

/** What was found, and what it does not mean. */
export function Result({ name, r }: { name: string; r: Verification }) {
  const id = words[r.result] ?? "broken";
  return (
    <Banner kind={looks[r.result] ?? "danger"} role={r.result === "failed" ? "alert" : "status"}>
      <strong><FormattedMessage id={`evidence.result.${id}`} values={{ name: <bdi>{plain(name)}</bdi> }} /></strong>
      <p><FormattedMessage id={`evidence.result.${id}.detail`} values={{ entries: r.entries, total: r.total, problems: r.problems.length }} /></p>
      {r.trusted && <p className="wr-small"><FormattedMessage id="evidence.result.trusted" values={{ what: <bdi>{plain(r.trusted)}</bdi> }} /></p>}
      {r.ledger && <p className="wr-small"><FormattedMessage id="evidence.result.ledger" values={{ name: <code>{plain(r.ledger)}</code> }} /></p>}
      {(r.signed_by || r.at) && <p className="wr-small"><FormattedMessage id="evidence.result.signed" values={{ by: <code>{plain(r.signed_by ?? "—")}</code>, at: <Time at={r.at} /> }} /></p>}
      {r.problems.length > 0 && <ul className="ev-problems">{r.problems.slice(0, 50).map((p, i) => <li key={i}><bdi>{plain(p)}</bdi></li>)}</ul>}
    </Banner>
  );
}
