import { FormattedMessage } from "react-intl";
import { Link } from "react-router";
import type { CaseLine, Finding } from "../../api/types";
import { type Column, Name, Num, plain, SeverityMark, Time, Word } from "../../ui";
import { caseHref } from "../overview/NowList";
import css from "./findings.module.css";
import { useZoneName } from "./names";

const head = (id: string) => <FormattedMessage id={`findings.column.${id}`} />;

/** The queue, one finding a line. */
export const findingColumns: Column<Finding>[] = [
  { id: "severity", header: head("severity"), width: "112px", wide: true, sort: "severity", cell: (f) => <SeverityMark severity={f.severity} /> },
  {
    id: "title", header: head("title"), cell: (f) => (
      <div className={css.what}>
        <Brief finding={f} />
        <Title finding={f} />
        <span className={css.sub}>
          <Name value={f.asset_name} />
          {(f.item_name ?? f.item) && <span className={css.item}><Name value={(f.item_name ?? f.item)!} mono={!f.item_name} /></span>}
        </span>
      </div>
    ),
  },
  { id: "where", header: head("where"), width: "16%", wide: true, cell: (f) => <Where ward={f.ward} zone={f.zone} role={f.role} /> },
  { id: "criticality", header: head("criticality"), width: "136px", wide: true, sort: "criticality", cell: (f) => <span className={f.criticality === "life-sustaining" ? css.grave : css.plain}><Criticality value={f.criticality} /></span> },
  { id: "state", header: head("state"), width: "15%", wide: true, cell: (f) => <StateOf finding={f} /> },
  { id: "opened", header: head("opened"), width: "156px", wide: true, sort: "opened", cell: (f) => <Time at={f.opened} mode="relative" /> },
];

/** The members of a case: their title is that of the case, so the asset leads. */
export const memberColumns: Column<Finding>[] = findingColumns.map((c) => (c.id !== "title" ? c : {
  ...c, header: head("asset"), cell: (f) => (
    <div className={css.what}>
      <Brief finding={f} />
      <Link to={`/findings/${f.id}`} className={css.title} tabIndex={-1}><Name value={f.asset_name} /></Link>
      {(f.item_name ?? f.item) && <span className={css.sub}><Name value={(f.item_name ?? f.item)!} mono={!f.item_name} /></span>}
    </div>
  ),
}));

/** The queue with alike findings folded into their case. */
export const caseColumns: Column<CaseLine>[] = [
  { id: "severity", header: head("severity"), width: "112px", wide: true, cell: (c) => <SeverityMark severity={c.severity} /> },
  {
    id: "title", header: head("title"), cell: (c) => (
      <div className={css.what}>
        <span className={css.brief}><SeverityMark severity={c.severity} size={12} /></span>
        <Link to={caseHref(c)} className={css.title} lang={c.language} tabIndex={-1}>{plain(c.title)}</Link>
        <span className={css.sub} lang={c.language}><span className={css.clip}>{plain(c.bedside)}</span></span>
      </div>
    ),
  },
  { id: "where", header: head("where"), width: "20%", wide: true, cell: (c) => <Name value={c.where} wrap /> },
  { id: "criticality", header: head("criticality"), width: "136px", wide: true, cell: (c) => <span className={c.criticality === "life-sustaining" ? css.grave : css.plain}><Criticality value={c.criticality} /></span> },
  { id: "findings", header: head("findings"), width: "84px", align: "end", cell: (c) => <Num value={c.findings} /> },
  {
    id: "state", header: head("someone"), width: "140px", wide: true, cell: (c) => (
      <>
        {c.acknowledged && <FormattedMessage id="findings.acknowledged" />}
        {c.stale && <span className="wr-muted"> <FormattedMessage id="findings.stale" /></span>}
      </>
    ),
  },
  { id: "opened", header: head("opened"), width: "156px", wide: true, cell: (c) => <Time at={c.opened} mode="relative" /> },
];

/** The title in the reader's language, or in English, as it says itself. */
const Title = ({ finding: f }: { finding: Finding }) => <Link to={`/findings/${f.id}`} className={css.title} lang={f.language} tabIndex={-1}>{plain(f.title)}</Link>;

/** Severity and state over the title, on a screen that has no room for their columns. */
const Brief = ({ finding: f }: { finding: Finding }) => (
  <span className={css.brief}>
    <SeverityMark severity={f.severity} size={12} />
    <Word group="finding" value={f.state} />
    {f.overdue && <strong className={css.overdue}><FormattedMessage id="findings.filter.overdue" /></strong>}
    {f.proposed && <FormattedMessage id="findings.proposed" />}
  </span>
);

/** What it does for a patient; the heading says what this is about. */
const Criticality = ({ value }: { value: string }) => (value === "unknown" ? <FormattedMessage id="findings.criticality.unknown" /> : <Word group="criticality" value={value} />);

function Where({ ward, zone, role }: { ward?: string; zone?: string; role?: string }) {
  const nameOf = useZoneName();
  const place = ward || nameOf(zone);
  return (
    <div className={css.what}>
      {place && <Name value={place} />}
      {role && <span className={css.sub}><Name value={role.replaceAll("-", " ")} /></span>}
    </div>
  );
}

/** State, who has it, and what is overdue or waits for a second person. */
function StateOf({ finding: f }: { finding: Finding }) {
  return (
    <div className={css.what}>
      <span>
        <Word group="finding" value={f.state} />
        {f.decision?.until && f.state === "accepted" && <> <FormattedMessage id="findings.until" values={{ time: <Time at={f.decision.until} mode="date" /> }} /></>}
      </span>
      {(f.overdue || f.proposed || f.assignment || f.stale) && <span className={css.notes}>
        {f.overdue && f.due && <strong className={css.overdue}><FormattedMessage id="findings.overdue" values={{ time: <Time at={f.due} mode="relative" /> }} /></strong>}
        {f.proposed && <span><FormattedMessage id="findings.proposed" /></span>}
        {f.assignment && <Name value={f.assignment.to} />}
        {f.stale && <span><FormattedMessage id="findings.stale" /></span>}
      </span>}
    </div>
  );
}
