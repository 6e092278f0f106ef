import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { Problem, refetch, send } from "../../api/client";
import type { Bulk, Finding } from "../../api/types";
import { useMay } from "../../app/session";
import { useI18n } from "../../i18n/I18n";
import { Button, Dialog, Failure, Name, plain, siteNow } from "../../ui";
import { ActFields, mistakes, nothingSaid, type Said } from "../finding/ActFields";
import { type Act, acts, limits, permissionOf, slug } from "../finding/acts";
import { body } from "../finding/useAct";
import css from "./findings.module.css";

/** The API takes so many at once. */
const atOnce = 500;

/** What can be done with the rows that are selected. */
export function BulkBar({ findings, onClear, onDone }: { findings: Finding[]; onClear: () => void; onDone: (refused: string[]) => void }) {
  const intl = useIntl();
  const may = { decide: useMay("decide"), accept: useMay("accept") };
  const [act, setAct] = useState<Act | null>(null);
  const possible = acts.filter((a) => a !== "confirm claim" && may[permissionOf(a) as keyof typeof may]);
  if (findings.length === 0 && act === null) return null;
  return (
    <div className={css.bulk} role="region" aria-label={intl.formatMessage({ id: "findings.bulk" })}>
      <strong><FormattedMessage id="findings.selected" values={{ count: findings.length }} /></strong>
      {possible.map((a) => <Button key={a} small onClick={() => setAct(a)}><FormattedMessage id={`finding.act.${slug(a)}`} /></Button>)}
      {possible.length === 0 && <span className="wr-muted"><FormattedMessage id="finding.decide.none" /></span>}
      <Button kind="quiet" small onClick={onClear}><FormattedMessage id="findings.unselect" /></Button>
      {act !== null && <BulkDialog act={act} findings={findings} onClose={() => setAct(null)} onDone={onDone} />}
    </div>
  );
}

function BulkDialog({ act, findings, onClose, onDone }: { act: Act; findings: Finding[]; onClose: () => void; onDone: (refused: string[]) => void }) {
  const client = useQueryClient();
  const { timeZone } = useI18n();
  // The rows that were meant: the list behind may change meanwhile.
  const [meant] = useState(findings);
  const [said, setSaid] = useState<Said>(nothingSaid);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [answer, setAnswer] = useState<Bulk | null>(null);
  const days = limits(siteNow(), timeZone, false);
  const wrong = mistakes(act, said, days);
  const two = meant.filter((f) => f.two_people && (act === "accept" || act === "false positive")).length;
  const run = async () => {
    setTried(true);
    if (Object.keys(wrong).length > 0) return;
    setBusy(true);
    setProblem(null);
    const { state: _, scope: __, note, ...rest } = body(act, said, timeZone);
    const all: Bulk = { done: [], refused: [] };
    try {
      for (let i = 0; i < meant.length; i += atOnce) {
        const part = await send<Bulk>("POST", "/findings/bulk", { ids: meant.slice(i, i + atOnce).map((f) => f.id), act, reason: note, ...rest });
        all.done.push(...part.done);
        all.refused.push(...part.refused);
      }
    } catch (err) {
      setProblem(Problem.of(err));
    }
    setBusy(false);
    if (all.done.length + all.refused.length > 0) setAnswer(all);
    onDone(all.refused.map((r) => r.id));
    await refetch(client, ["/findings", "/cases", "/overview"]);
  };
  if (answer) return <Outcome answer={answer} meant={meant} problem={problem} onClose={onClose} />;
  return (
    <Dialog
      title={<FormattedMessage id="findings.bulk.title" values={{ act: <FormattedMessage id={`finding.act.${slug(act)}`} />, count: meant.length }} />}
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}><FormattedMessage id="ui.cancel" /></Button>
          <Button kind="primary" busy={busy} onClick={() => void run()}><FormattedMessage id={`finding.act.${slug(act)}`} /></Button>
        </>
      }
    >
      <div className="wr-stack">
        {two > 0 && <p><FormattedMessage id="findings.bulk.two" values={{ count: two }} /></p>}
        <ActFields act={act} said={said} onChange={(patch) => setSaid((s) => ({ ...s, ...patch }))} days={days} wrong={tried ? wrong : {}} />
        {problem && <Failure problem={problem} />}
      </div>
    </Dialog>
  );
}

/** What was done, and each refusal by name with its reason. */
function Outcome({ answer, meant, problem, onClose }: { answer: Bulk; meant: Finding[]; problem: Problem | null; onClose: () => void }) {
  const of = (id: string) => meant.find((f) => f.id === id);
  return (
    <Dialog title={<FormattedMessage id="findings.bulk.outcome" />} open onClose={onClose} actions={<Button kind="primary" onClick={onClose}><FormattedMessage id="ui.close" /></Button>}>
      <div className="wr-stack" role="status">
        <p><FormattedMessage id="findings.bulk.done" values={{ count: answer.done.length }} /></p>
        {answer.refused.length > 0 && <p><strong><FormattedMessage id="findings.bulk.refused" values={{ count: answer.refused.length }} /></strong></p>}
        <ul className={css.refused}>
          {answer.refused.map((r) => (
            <li key={r.id}>
              <Link to={`/findings/${r.id}`}>{plain(of(r.id)?.title ?? r.id)}</Link> {of(r.id) && <Name value={of(r.id)!.asset_name} />}
              <p>{plain(r.problem.detail)} {r.problem.hint && plain(r.problem.hint)}</p>
            </li>
          ))}
        </ul>
        {problem && <Failure problem={problem} />}
      </div>
    </Dialog>
  );
}
