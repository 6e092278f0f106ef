import { useEffect, useId, useRef, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { FindingDetail } from "../../api/types";
import { useSession } from "../../app/session";
import { useI18n } from "../../i18n/I18n";
import { Banner, Button, Failure, Name, plain, siteNow, Time, useToast, Word } from "../../ui";
import { ActFields, mistakes, nothingSaid, type Said } from "./ActFields";
import { type Act, actOf, acts, type Difference, limits, needed, needsTwo, slug } from "./acts";
import css from "./finding.module.css";
import { useAct } from "./useAct";

interface Props {
  finding: FindingDetail;
  /** A newer version came with a conflict. */
  onNewer?: (now: FindingDetail) => void;
  onDone?: () => void;
  /** Changes when the reader asks for the box by key; it never decides by itself. */
  focus?: number;
}

/** What can be done about a finding, in one box: choose, say why, then say it. */
export function Decide({ finding, onNewer, onDone, focus }: Props) {
  const intl = useIntl();
  const toast = useToast();
  const { timeZone } = useI18n();
  const group = useId();
  const first = useRef<HTMLInputElement>(null);
  // What is being decided on: the version that was there when the reader began, so that a change in between is noticed.
  const [basis, setBasis] = useState<FindingDetail | null>(null);
  const [act, setAct] = useState<Act | null>(null);
  const [said, setSaid] = useState<Said>(nothingSaid);
  const [tried, setTried] = useState(false);
  const acting = useAct((now) => {
    setBasis(now);
    onNewer?.(now);
  }, intl.locale);
  useEffect(() => {
    if (focus) first.current?.focus();
  }, [focus]);

  const on = basis ?? finding;
  const may = acts.filter((a) => on.may.includes(a));
  const days = limits(siteNow(), timeZone, on.two_people, on.max_until);
  const wrong = act === null ? {} : mistakes(act, said, days);
  const choose = (next: Act, more: Partial<Said> = {}) => {
    acting.forget();
    setTried(false);
    setBasis((b) => b ?? finding);
    setAct(next);
    setSaid((s) => ({ ...s, day: s.day || (next === "accept" ? days.usual : ""), to: s.to || (on.assignment?.to ?? ""), ...more }));
  };
  const reset = () => {
    setAct(null);
    setBasis(null);
    setSaid(nothingSaid);
    setTried(false);
    acting.forget();
  };
  const submit = async () => {
    setTried(true);
    if (act === null || Object.keys(wrong).length > 0) return;
    const done = await acting.run(act, said, on);
    if (!done) return;
    const waits = done.proposed !== undefined && act !== "assign" && needsTwo(on, act);
    toast({ kind: "good", text: intl.formatMessage({ id: waits ? "finding.decide.done.proposed" : `finding.decide.done.${slug(act)}` }) });
    reset();
    onDone?.();
  };

  if (may.length === 0) return <p className="wr-muted"><FormattedMessage id="finding.decide.none" /></p>;
  return (
    <form
      className="wr-stack"
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      {on.proposed && <Proposed finding={on} onAgree={(a, day) => choose(a, { day, scope: on.proposed?.scope ?? "finding" })} />}
      <fieldset className={css.acts}>
        <legend className="wr-hidden"><FormattedMessage id="finding.decide" /></legend>
        {may.map((a, i) => (
          <label key={a} className={css.act}>
            <input ref={i === 0 ? first : undefined} type="radio" name={group} value={a} checked={act === a} onChange={() => choose(a)} />
            <span>
              <strong><FormattedMessage id={`finding.act.${slug(a)}`} /></strong>
              <span className={css.actHint}><FormattedMessage id={`finding.act.${slug(a)}.hint`} /></span>
            </span>
          </label>
        ))}
      </fieldset>
      {act !== null && (
        <>
          {needsTwo(on, act) && !on.proposed && <Banner kind="info"><FormattedMessage id="finding.two.first" /></Banner>}
          <ActFields act={act} said={said} onChange={(patch) => setSaid((s) => ({ ...s, ...patch }))} days={days} wrong={tried ? wrong : {}} mayWiden={on.subject.startsWith("asset:") && on.item !== undefined} />
          {acting.conflict && <Conflict changes={acting.conflict} />}
          {acting.problem && <Failure problem={acting.problem} />}
          <div className="wr-row">
            <Button type="submit" kind="primary" busy={acting.busy}>
              <FormattedMessage id={`finding.decide.verb.${slug(act)}`} values={{ day: said.day === "" ? "…" : intl.formatDate(`${said.day}T12:00:00Z`, { day: "numeric", month: "short", timeZone: "UTC" }), two: needsTwo(on, act) && !agreeing(on, act) ? "yes" : "no", to: said.to.trim() === "" ? "none" : "some" }} />
            </Button>
            <Button onClick={reset}><FormattedMessage id="ui.cancel" /></Button>
          </div>
        </>
      )}
    </form>
  );
}

/** Whether saying this now would be the second voice. */
const agreeing = (f: FindingDetail, act: Act): boolean => f.proposed !== undefined && actOf(f.proposed.state) === act;

/** A decision that waits for a second person: who proposed what and why, and who is still needed. */
function Proposed({ finding: f, onAgree }: { finding: FindingDetail; onAgree: (act: Act, day: string) => void }) {
  const { account } = useSession();
  const p = f.proposed!;
  const act = actOf(p.state);
  const who = needed(f, account.name);
  const mayAgree = act !== undefined && f.may.includes(act) && who !== "you proposed" && (who === "anyone" || account.grants.some((g) => g.role === "clinical-engineering"));
  return (
    <div className={css.proposed}>
      <p>
        <FormattedMessage
          id={`finding.two.proposed.${slug(act ?? "accept")}`}
          values={{
            who: <strong><Name value={p.by[0]?.name ?? ""} /></strong>,
            role: <Word group="role" value={p.by[0]?.role ?? ""} />,
            until: <Time at={p.until} mode="date" />,
            limited: p.until ? "yes" : "no",
            when: <Time at={p.at} mode="relative" />,
          }}
        />
      </p>
      <blockquote><bdi>{plain(p.reason)}</bdi></blockquote>
      <p><strong><FormattedMessage id={`finding.two.needed.${slug(who)}`} /></strong></p>
      {mayAgree && <div><Button kind="primary" onClick={() => onAgree(act, p.until?.slice(0, 10) ?? "")}><FormattedMessage id="finding.two.agree" /></Button></div>}
      <p className="wr-small wr-muted"><FormattedMessage id="finding.two.rule" /></p>
    </div>
  );
}

/** It changed meanwhile: what, from what, to what. */
export function Conflict({ changes }: { changes: Difference[] }) {
  return (
    <Banner kind="warning" role="alert">
      <p><strong><FormattedMessage id="finding.conflict" /></strong></p>
      {changes.length === 0 && <p><FormattedMessage id="finding.conflict.other" /></p>}
      <ul>
        {changes.map((c) => (
          <li key={c.what}>
            <FormattedMessage id={`finding.conflict.${c.what}`} values={{ before: <Value of={c.what} value={c.before} />, now: <Value of={c.what} value={c.now} /> }} />
          </li>
        ))}
      </ul>
      <p><FormattedMessage id="finding.conflict.again" /></p>
    </Banner>
  );
}

function Value({ of, value }: { of: Difference["what"]; value: string }) {
  if (value === "") return <FormattedMessage id="finding.conflict.nothing" />;
  if (of === "seen") return <Time at={value} seconds />;
  if (of === "state") return <strong><Word group="finding" value={value} /></strong>;
  if (of === "severity") return <strong><FormattedMessage id={`severity.${value}`} /></strong>;
  if (of === "stale") return <FormattedMessage id={value === "true" ? "tri.yes" : "tri.no"} />;
  return <strong><bdi>{plain(value)}</bdi></strong>;
}
