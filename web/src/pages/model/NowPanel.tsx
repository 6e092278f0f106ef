import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { usePage } from "../../api/client";
import type { ModelDetail, ModelEvent, ModelJudgement, Severity } from "../../api/types";
import { Name, Panel, plain, StateMark, Time } from "../../ui";
import { sentences, words } from "./Judgements";
import { verdictOf } from "./ScanPanel";

const severities: Severity[] = ["none", "info", "low", "medium", "high", "critical"];
// What says why something matters first: what loading it does, then what it answers, what comes in, what was promised.
const order = ["artefact", "signature", "performance", "calibration", "subgroup", "output", "source", "drift", "quality", "change", "acceptance", "oversight", "logs", "plan", "card"];
const shown = 6;

/** What matters now, the gravest first and one line each: what fails, since when, and where to decide about it. */
export function NowPanel({ of: m }: { of: ModelDetail }) {
  const intl = useIntl();
  const list = usePage<ModelEvent>(`/models/${encodeURIComponent(m.key)}/timeline`, { limit: 500 }, { live: ["findings"] });
  // The newest first, so that the first that fits says since when.
  const events = [...list.items].reverse();
  const since = (j: ModelJudgement) => events.find((e) => e.topic === j.topic && (e.item ?? "") === (j.item ?? "") && e.state === "fail") ?? events.find((e) => e.kind === "finding" && e.item === j.item && !e.until);
  const rank = (j: ModelJudgement) => severities.indexOf(since(j)?.severity ?? j.severity ?? "none");
  const place = (j: ModelJudgement) => { const i = order.indexOf(j.topic); return i < 0 ? order.length : i; };
  const failing = m.judgements.filter((j) => j.state === "fail").sort((a, b) => rank(b) - rank(a) || place(a) - place(b));
  const unknown = m.judgements.filter((j) => j.state === "unknown").length;
  return (
    <Panel title={<FormattedMessage id="model.now.title" />}>
      {failing.length === 0 && <p><FormattedMessage id={unknown > 0 ? "model.now.unknown" : m.judgements.length > 0 ? "model.now.pass" : "models.notjudged"} values={{ count: unknown }} /></p>}
      <ul className="pf-list">
        {failing.slice(0, shown).map((j) => {
          const e = since(j);
          const severity = e && e.severity !== "none" ? e.severity : j.severity;
          const name = `${intl.formatMessage({ id: `modeltopic.${j.topic}`, defaultMessage: plain(j.topic) })}${j.item ? ` · ${plain(j.item_told ?? j.item)}` : ""}`;
          const says = sentences(j)[0];
          const said = j.topic === "artefact" ? { text: intl.formatMessage({ id: `model.artefact.${verdictOf(j)}` }), told: true } : (says ?? { text: words(intl, j).join(" "), told: true });
          return (
            <li key={j.topic + (j.item ?? "")}>
              <span className="pf-split">
                <span className="pf-marks"><StateMark state="fail" severity={severity} />{e?.finding ? <Link to={`/findings/${encodeURIComponent(e.finding)}`}><strong>{name}</strong></Link> : <strong>{name}</strong>}</span>
                <span className="wr-small wr-muted"><FormattedMessage id="model.now.since" values={{ at: <Time at={e?.at ?? j.at} mode="date" /> }} /></span>
              </span>
              {said.text && <span lang={said.told ? undefined : "en"}><Name value={said.text} wrap /></span>}
            </li>
          );
        })}
      </ul>
      {failing.length > shown && <p className="wr-small wr-muted"><FormattedMessage id="model.now.more" values={{ count: failing.length - shown }} /></p>}
    </Panel>
  );
}
