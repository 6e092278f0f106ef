import type { ReactNode } from "react";
import { FormattedMessage } from "react-intl";
import { Link } from "react-router";
import type { Asset, FindingDetail, Link as Flow } from "../../api/types";
import { Name, Num, Panel, plain, StateMark, Time, Word } from "../../ui";
import { useZoneName } from "../findings/names";
import css from "./finding.module.css";

/** What stands of a finding: what was decided, who has it, when it is due. */
export function Handling({ finding: f }: { finding: FindingDetail }) {
  const d = f.decision;
  const a = f.assignment;
  if (!d && !a && !f.due) return null;
  return (
    <dl className={css.handling}>
      {d && (
        <Row id="decision">
          <strong><Word group="finding" value={d.state} /></strong>
          {d.until && <> <FormattedMessage id="findings.until" values={{ time: <Time at={d.until} mode="date" /> }} /></>}
          <p><FormattedMessage id="finding.handling.by" values={{ who: d.by.map((p, i) => <span key={p.name}>{i > 0 && ", "}<Name value={p.name} /> (<Word group="role" value={p.role} />)</span>), when: <Time at={d.at} mode="relative" /> }} /></p>
          {d.reason && <blockquote><bdi>{plain(d.reason)}</bdi></blockquote>}
          {d.scope === "asset" && <p><FormattedMessage id="finding.decide.scope.asset" /></p>}
        </Row>
      )}
      {a && (
        <Row id="assignment">
          <Name value={a.to} />
          {a.note && <blockquote><bdi>{plain(a.note)}</bdi></blockquote>}
        </Row>
      )}
      {(f.due ?? a?.due) && <Row id="due"><span className={f.overdue ? css.overdue : undefined}><Time at={f.due ?? a?.due} /> (<Time at={f.due ?? a?.due} mode="relative" />)</span>{f.due_by && <p className="wr-small wr-muted"><FormattedMessage id={`finding.handling.due.${f.due_by}`} values={{ severity: <FormattedMessage id={`severity.${f.severity}`} />, who: <Name value={a?.to ?? ""} /> }} /></p>}</Row>}
    </dl>
  );
}

function Row({ id, children }: { id: string; children: ReactNode }) {
  return (
    <div>
      <dt><FormattedMessage id={`finding.handling.${id}`} /></dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Who it is about, and what it does for a patient. */
export function AssetCard({ asset: a, reason }: { asset: Asset; reason?: string }) {
  const zoneName = useZoneName();
  return (
    <Panel title={<FormattedMessage id="finding.asset" />}>
      <p className={css.assetName}><Link to={`/assets/${a.id}`}><Name value={a.name} /></Link></p>
      <dl className={css.card}>
        <Fact id="role">{a.role ? <Name value={a.role.replaceAll("-", " ")} /> : <Word group="kind" value={a.kind} />}</Fact>
        {(a.ward ?? a.zone) && <Fact id="where"><Name value={[a.ward, zoneName(a.zone)].filter(Boolean).join(" · ")} /></Fact>}
        <Fact id="criticality">
          <strong><Word group="criticality" value={a.criticality} /></strong>
          {reason && <p className="wr-small wr-muted" lang={a.english?.includes("criticality_reason") ? "en" : a.language}>{plain(reason)}</p>}
        </Fact>
        {a.gateway && <Fact id="gateway"><Link to={`/assets/${a.gateway}`}><Name value={a.gateway_name ?? a.gateway} /></Link></Fact>}
        <Fact id="seen"><Time at={a.last} mode="relative" /></Fact>
        {a.status.map((s) => (
          <div key={s.concern}>
            <dt><Word group="concern" value={s.concern} /></dt>
            <dd><StateMark state={s.state} severity={s.worst} /></dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Fact({ id, children }: { id: string; children: ReactNode }) {
  return (
    <div>
      <dt><FormattedMessage id={`finding.asset.${id}`} /></dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The case it is folded into. */
export function CaseOf({ finding: f }: { finding: FindingDetail }) {
  const c = f.case_line;
  if (c.findings < 2) return null;
  return (
    <Panel title={<FormattedMessage id="finding.case" />}>
      <p><Link to={`/cases/${c.id}`}><FormattedMessage id="finding.case.line" values={{ findings: c.findings, assets: c.assets }} /></Link></p>
      <p className="wr-muted"><Name value={c.where} /></p>
    </Panel>
  );
}

/** More are on the page of the asset. */
const shownFlows = 8;

/** The flows it concerns: who talks to whom, and whether anybody could listen. */
export function Links({ finding: f }: { finding: FindingDetail }) {
  if (f.links.length === 0) return null;
  return (
    <Panel title={<FormattedMessage id="finding.links" />}>
      <ul className={css.links}>{f.links.slice(0, shownFlows).map((l) => <FlowLine key={l.id} flow={l} self={f.asset} />)}</ul>
      {f.asset && <p className="wr-small"><Link to={`/assets/${f.asset}/talks`}><FormattedMessage id="finding.links.all" values={{ count: f.asset_card?.links ?? f.links.length }} /></Link></p>}
    </Panel>
  );
}

function FlowLine({ flow: l, self }: { flow: Flow; self?: string }) {
  const end = (id: string, name: string) => (id === self ? <strong><Name value={name} /></strong> : <Link to={`/assets/${id}`}><Name value={name} /></Link>);
  return (
    <li>
      <span className={css.flow}>
        {end(l.client, l.client_name)}
        <span className={css.wire} data-encrypted={l.encrypted} aria-hidden="true" />
        {end(l.server, l.server_name)}
      </span>
      <span className="wr-small wr-muted">
        {plain(l.protocol)}{l.port > 0 && <span className="wr-num">:{l.port}</span>} · <FormattedMessage id={`finding.links.encrypted.${l.encrypted}`} /> · <FormattedMessage id="finding.links.seen" values={{ count: <Num value={l.observations} /> }} />
      </span>
    </li>
  );
}

/** The controls it is evidence for, with the clauses of law and standards. */
export function Controls({ finding: f }: { finding: FindingDetail }) {
  if (f.controls.length === 0) return null;
  return (
    <Panel title={<FormattedMessage id="finding.controls" />}>
      <ul className={css.controls}>
        {f.controls.map((c) => (
          <li key={c.id}>
            <details>
              <summary lang="en">{plain(c.title)}</summary>
              <ul lang="en">{c.clauses.map((clause) => <li key={clause}>{plain(clause)}</li>)}</ul>
            </details>
          </li>
        ))}
      </ul>
      <p className="wr-small"><Link to={`/checks/${f.check}`}><FormattedMessage id="finding.controls.check" values={{ check: f.check }} /></Link></p>
    </Panel>
  );
}
