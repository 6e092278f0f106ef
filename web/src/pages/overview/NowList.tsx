import { FormattedMessage } from "react-intl";
import { Link } from "react-router";
import type { CaseLine, Overview } from "../../api/types";
import { Name, Panel, plain, SeverityMark, Time } from "../../ui";
import css from "./overview.module.css";

/** Where a case opens: the finding itself if it is the only one. */
export const caseHref = (c: CaseLine): string => (c.finding !== undefined && c.findings === 1 ? `/findings/${c.finding}` : `/cases/${c.id}`);

/** States that count as open: what people accepted or called false is not counted. */
export const openStates = "open,acknowledged,mitigated,reopened";

/** What is dangerous now, the worst first. */
export function NowList({ overview }: { overview: Overview }) {
  const { now, more } = overview;
  return (
    <Panel title={<FormattedMessage id="overview.now" />} actions={(
      <>
        <Link to="/wall" className={css.quietLink}><FormattedMessage id="overview.wall" /></Link>
        <Link to="/findings"><FormattedMessage id="overview.now.open" /> →</Link>
      </>
    )}>
      {now.length === 0 ? <Quiet /> : (
        <ol className={css.now}>
          {now.map((c) => <NowLine key={c.id} line={c} />)}
        </ol>
      )}
      <footer className={css.nowFoot}>
        {more > 0 && <Link to="/findings"><FormattedMessage id="overview.now.more" values={{ count: more }} /> →</Link>}
        <Counts counts={overview.counts} />
      </footer>
    </Panel>
  );
}

function Quiet() {
  return (
    <div className={css.quiet}>
      <p><strong><FormattedMessage id="overview.now.none" /></strong></p>
      <p className="wr-muted"><FormattedMessage id="overview.now.none.detail" /></p>
    </div>
  );
}

function NowLine({ line: c }: { line: CaseLine }) {
  return (
    <li className={css.nowLine} data-severity={c.severity}>
      <SeverityMark severity={c.severity} />
      <div className={css.nowText}>
        <Link to={caseHref(c)} className={css.nowTitle} lang={c.language}>{plain(c.title)}</Link>
        <p className={css.bedside} lang={c.language}>{plain(c.bedside)}</p>
      </div>
      <p className={css.where}><Name value={c.where} wrap /></p>
      <p className={css.flags}>
        {c.acknowledged && <span className={css.flag}><FormattedMessage id="overview.now.acknowledged" /></span>}
        {c.stale && <span className={css.flag}><FormattedMessage id="overview.now.stale" /></span>}
        <span className="wr-muted"><Time at={c.opened} mode="relative" /></span>
      </p>
    </li>
  );
}

const atLeast = [["critical", ["critical"]], ["high", ["critical", "high"]], ["medium", ["critical", "high", "medium"]]] as const;

/** How many are open, each number opening exactly what it counts: the list filters by "at least". */
function Counts({ counts }: { counts: Record<string, number> }) {
  const all = Object.values(counts).reduce((a, b) => a + b, 0);
  if (all === 0) return null;
  return (
    <p className={css.counts}>
      <span className="wr-muted"><FormattedMessage id="overview.counts" /></span>
      {atLeast.map(([severity, levels]) => {
        const count = levels.reduce((sum, level) => sum + (counts[level] ?? 0), 0);
        if (count === 0) return null;
        return (
          <Link key={severity} to={`/findings?fold=no&severity=${severity}&state=${openStates}`}>
            <FormattedMessage id={`overview.counts.${severity}`} values={{ count }} />
          </Link>
        );
      })}
      <Link to={`/findings?fold=no&state=${openStates}`}><FormattedMessage id="overview.counts.all" values={{ count: all }} /></Link>
    </p>
  );
}
