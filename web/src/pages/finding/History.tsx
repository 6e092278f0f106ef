import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import type { AuditRow, Finding, FindingDetail, Transition } from "../../api/types";
import { Button, Name, Panel, plain, SeverityMark, StateMark, Time, Word } from "../../ui";
import css from "./finding.module.css";

/** What the check answered and what people said, on one line of time, the newest first. */
export function History({ finding: f, onEvidence }: { finding: FindingDetail; onEvidence: (leaf: number) => void }) {
  const intl = useIntl();
  const rows = [
    ...f.history.map((t) => ({ at: t.at, key: `t${t.seq}-${t.to}`, leaf: t.leaf, view: <Answered transition={t} /> })),
    ...f.decisions.map((d) => ({ at: d.at, key: `d${d.index}`, leaf: d.index as number | undefined, view: <SaidBy row={d} /> })),
  ].sort((a, b) => b.at.localeCompare(a.at));
  return (
    <Panel title={<FormattedMessage id="finding.history" />}>
      {rows.length === 0 && <p className="wr-muted"><FormattedMessage id="finding.history.none" /></p>}
      <ol className={css.history}>
        {rows.map((r) => (
          <li key={r.key}>
            <span className={css.at}><Time at={r.at} /></span>
            <div>{r.view}</div>
            {r.leaf !== undefined && (
              <Button small kind="quiet" icon="evidence" aria-label={intl.formatMessage({ id: "finding.history.leaf.label" }, { leaf: r.leaf })} onClick={() => onEvidence(r.leaf!)}>
                <FormattedMessage id="finding.history.leaf" values={{ leaf: r.leaf }} />
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function Answered({ transition: t }: { transition: Transition }) {
  return (
    <p className="wr-row">
      <StateMark state={t.from} /> <span aria-hidden="true">→</span> <StateMark state={t.to} />
      {t.reason && t.reason !== "transition" && <span className="wr-muted">{plain(t.reason)}</span>}
    </p>
  );
}

function SaidBy({ row: d }: { row: AuditRow }) {
  return (
    <p>
      <strong><Name value={d.by} /></strong>
      {d.role && <span className="wr-muted"> (<Word group="role" value={d.role} />)</span>}{" "}
      {d.erased ? <em className="wr-muted"><FormattedMessage id="finding.history.erased" /></em> : d.act === "work-order-asked" ? <><FormattedMessage id="finding.order.asked" />{" "}<bdi className="wr-muted">{plain(d.detail?.slice(d.detail.indexOf(" ") + 1) ?? "")}</bdi></> : d.said ? <InParts said={d.said} /> : <bdi>{plain(d.detail ?? d.act)}</bdi>}
    </p>
  );
}

/** What was said, in the reader's language; only the person's own words are as they are. */
function InParts({ said: s }: { said: NonNullable<AuditRow["said"]> }) {
  return (
    <>
      {s.state ? <Word group="finding" value={s.state} /> : <FormattedMessage id={s.to ? "finding.history.given" : "finding.history.takenback"} values={{ who: <Name value={s.to ?? ""} /> }} />}
      {s.until && <> <FormattedMessage id="findings.until" values={{ time: <Time at={s.until} mode="date" /> }} /></>}
      {s.due && <> <FormattedMessage id="findings.until" values={{ time: <Time at={s.due} mode="date" /> }} /></>}
      {s.scope === "asset" && <> · <FormattedMessage id="finding.decide.scope.asset" /></>}
      {s.text && <>: <bdi>{plain(s.text)}</bdi></>}
    </>
  );
}

export function Related({ findings }: { findings: Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <Panel title={<FormattedMessage id="finding.related" />}>
      <ul className={css.related}>
        {findings.map((f) => (
          <li key={f.id}>
            <SeverityMark severity={f.severity} />
            <Link to={`/findings/${f.id}`} lang={f.language}>{plain(f.title)}</Link>
            <span className="wr-muted"><Name value={f.asset_name} /></span>
            <span className="wr-muted"><Word group="finding" value={f.state} /></span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
