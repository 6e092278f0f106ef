import { FormattedMessage, useIntl } from "react-intl";
import { useParams } from "react-router";
import { useApi } from "../../api/client";
import type { CheckDetail } from "../../api/types";
import { useMay } from "../../app/session";
import { useTitle } from "../../app/title";
import { Banner, Button, Failure, LinkButton, PageHead, Panel, SeverityMark, Skeleton, StateMark, Time, Word, plain, siteNow, useOpen } from "../../ui";
import { CheckState } from "./Checks";
import { Examples } from "./Examples";
import { holds } from "./filter";
import { SwitchDialog } from "./SwitchDialog";
import { Thresholds } from "./Thresholds";
import "./checks.css";

/** One check: what it means, what it says, how it fares here, what it must see. */
export default function CheckPage() {
  const intl = useIntl();
  const { id = "" } = useParams();
  const may = useMay("tune");
  const turning = useOpen();
  const path = `/checks/${encodeURIComponent(id)}`;
  const { data: c, error, isPending, refetch } = useApi<CheckDetail>(path, { language: intl.locale.split("-")[0] });
  useTitle(c ? plain(c.title) : undefined);
  if (error && !c) return <Failure problem={error} retry={() => void refetch()} />;
  if (isPending || !c) return <div className="ck-waiting"><Skeleton lines={10} height={20} /></div>;
  const now = siteNow(), fresh = holds(c.fresh);
  const words = (list: readonly string[], group?: string) => list.map((v) => (group && `${group}.${v}` in intl.messages ? intl.formatMessage({ id: `${group}.${v}` }) : plain(v))).join(", ");
  return (
    <div className="ck-page">
      <PageHead title={plain(c.title)} actions={
        <>
          <LinkButton to="/checks"><FormattedMessage id="checks.all" /></LinkButton>
          {may && <Button kind={c.off ? "primary" : "plain"} onClick={turning.show}><FormattedMessage id={c.off ? "checks.turnon" : "checks.turnoff"} /></Button>}
        </>
      }>
        <span className="ck-line"><code>{c.id}</code> <Word group="concern" value={c.concern} /> <SeverityMark severity={c.severity} /> <CheckState c={c} now={now} /></span>
      </PageHead>
      {c.off && <Banner kind="warning"><FormattedMessage id="checks.off.by" values={{ by: <bdi>{plain(c.off.by)}</bdi>, at: <Time at={c.off.at} />, reason: <bdi>{plain(c.off.reason)}</bdi> }} /></Banner>}
      {c.failure && <Banner kind={c.paused_until && Date.parse(c.paused_until) > now ? "danger" : "warning"}><FormattedMessage id={c.paused_until && Date.parse(c.paused_until) > now ? "checks.failed.paused" : "checks.failed"} values={{ failure: <bdi>{plain(c.failure)}</bdi>, until: <Time at={c.paused_until} /> }} /></Banner>}
      <div className="ck-columns">
        <div className="ck-main">
          <Panel title={<FormattedMessage id="checks.doc" />}><p className="wr-prose" lang="en">{plain(c.doc)}</p></Panel>
          <Panel title={<FormattedMessage id="checks.say" />}>
            <p className="wr-muted wr-small"><FormattedMessage id="checks.say.about" /></p>
            <dl className="ck-say" lang={c.language}>
              {(["bedside", "ward", "engineering", "security", "dont", "why", "wrong"] as const).map((k) => c.say[k] && <div key={k}><dt><FormattedMessage id={`checks.say.${k}`} /></dt><dd>{blanks(c.say[k])}</dd></div>)}
            </dl>
          </Panel>
          {c.fixtures.length > 0 && <Panel title={<FormattedMessage id="checks.examples" />}><Examples fixtures={c.fixtures} /></Panel>}
        </div>
        <div className="ck-aside">
          <Panel title={<FormattedMessage id="checks.here" />}>
            <ul className="ck-counts">
              {(["fail", "unknown", "pass"] as const).map((s) => <li key={s}><StateMark state={s} severity={c.severity} count={c.verdicts[s] ?? 0} /></li>)}
            </ul>
            <dl className="ck-facts">
              <dt><FormattedMessage id="checks.column.findings" /></dt>
              <dd>{c.findings > 0 ? <LinkButton small kind="quiet" to={`/findings?check=${encodeURIComponent(c.id)}`}><FormattedMessage id="checks.findings" values={{ count: c.findings }} /></LinkButton> : intl.formatNumber(0)}</dd>
              <dt><FormattedMessage id="checks.column.last" /></dt><dd>{c.last_run ? <Time at={c.last_run} mode="relative" /> : <FormattedMessage id="checks.never" />}</dd>
              <dt><FormattedMessage id="checks.runs" /></dt><dd>{intl.formatNumber(c.runs)}</dd>
              <dt><FormattedMessage id="checks.column.cost" /></dt><dd>{c.runs > 0 ? <FormattedMessage id="checks.cost" values={{ us: c.cost_us }} /> : "—"}</dd>
            </dl>
          </Panel>
          <Panel title={<FormattedMessage id="checks.scope" />}>
            <dl className="ck-facts">
              <dt><FormattedMessage id="checks.applies" /></dt><dd>{c.applies === "site and sensors" ? <FormattedMessage id="checks.applies.site" /> : words(c.applies.split("|"), "kind")}</dd>
              {c.speaks && c.speaks.length > 0 && <><dt><FormattedMessage id="checks.speaks" /></dt><dd>{words(c.speaks)}</dd></>}
              <dt><FormattedMessage id="checks.watch" /></dt><dd>{words(c.watch, "source")}</dd>
              <dt><FormattedMessage id="checks.fresh" /></dt><dd>{fresh ? intl.formatNumber(fresh.value, { style: "unit", unit: fresh.unit, unitDisplay: "long" }) : <FormattedMessage id="checks.fresh.ever" />}</dd>
              {c.novelty && <><dt><FormattedMessage id="checks.novelty" /></dt><dd><FormattedMessage id="checks.novelty.yes" /></dd></>}
              <dt><FormattedMessage id="checks.version" /></dt><dd>{intl.formatNumber(c.version)}</dd>
            </dl>
          </Panel>
          {Object.keys({ ...c.defaults, ...c.thresholds }).length > 0 && <Thresholds key={JSON.stringify(c.thresholds)} check={c} may={may} />}
          <Panel title={<FormattedMessage id="checks.controls" />}>
            <ul className="ck-controls">
              {c.control_details.map((k) => <li key={k.id}><strong>{plain(k.title)}</strong> <code>{k.id}</code><ul>{k.clauses.map((x) => <li key={x}>{plain(x)}</li>)}</ul></li>)}
            </ul>
          </Panel>
        </div>
      </div>
      {turning.open && <SwitchDialog check={c} onClose={turning.hide} />}
    </div>
  );
}

/** The words of a finding with its blanks: {broker} is what a finding fills in. */
function blanks(text: string) {
  return plain(text).split(/(\{[\w.]+\})/).map((part, i) => (/^\{[\w.]+\}$/.test(part) ? <em key={i} className="ck-blank">{part.slice(1, -1)}</em> : part));
}
