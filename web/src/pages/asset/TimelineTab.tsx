import { useMemo, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { usePage } from "../../api/client";
import type { Asset, Event, ObservationRow } from "../../api/types";
import { useMay } from "../../app/session";
import { Button, cx, Empty, Failure, Icon, Name, Panel, SeverityMark, Skeleton, StateMark, Time } from "../../ui";
import { merged, observed, runs, tally, told } from "./events";
import { word } from "../assets/words";
import { TimeAxis, lanes, type Lane } from "./TimeAxis";

const icons: Record<Event["kind"], string> = { observation: "live", verdict: "checks", finding: "findings", person: "people", identifier: "key", attribute: "edit" };

/** What was seen, what changed and what people did, on one axis: the lanes above, the same as a list below, newest first. */
export function TimelineTab({ asset }: { asset: Asset }) {
  const intl = useIntl();
  const observe = useMay("observe");
  const list = usePage<Event>(`/assets/${encodeURIComponent(asset.id)}/timeline`, { language: intl.locale.split("-")[0], limit: 200 });
  const seen = usePage<ObservationRow>(observe ? "/observations" : null, { asset: asset.id, limit: 200 });
  const { events, seenFrom } = useMemo(() => merged({ events: list.items, more: list.more }, { events: seen.items.map(observed), more: seen.more }), [list.items, list.more, seen.items, seen.more]);
  const [off, setOff] = useState<ReadonlySet<Lane>>(new Set());
  const shown = useMemo(() => runs(events.filter((e) => !off.has(lanes[e.kind]))), [events, off]);
  if (list.problem && list.items.length === 0) return <Failure problem={list.problem} retry={list.refresh} />;
  if (list.loading || (observe && seen.loading)) return <Panel><Skeleton lines={10} /></Panel>;
  if (events.length === 0) return <Empty title={<FormattedMessage id="asset.timeline.none" />}><p><FormattedMessage id="asset.timeline.none.detail" /></p></Empty>;
  const toggle = (l: Lane) => setOff((old) => { const next = new Set(old); if (!next.delete(l)) next.add(l); return next; });
  let day = "";
  return (
    <Panel>
      {!observe && <p className="wr-muted wr-small"><FormattedMessage id="asset.timeline.unobserved" /></p>}
      {seen.problem && <Failure problem={seen.problem} retry={seen.refresh} />}
      <TimeAxis events={events} off={off} onToggle={toggle} />
      <ol className="at-events">
        {shown.map(([e, ...rest], i) => {
          const d = intl.formatDate(e.at, { dateStyle: "full" });
          const first = d !== day;
          day = d;
          return (
            <li key={`${e.at} ${e.kind} ${e.seq ?? ""} ${i}`} className={cx(first && "at-newday")}>
              {first && <h2 className="at-day">{d}</h2>}
              <div className={`at-event at-lane-${lanes[e.kind]}`}>
                <span className="at-event-at"><Time at={e.at} mode="clock" seconds /></span>
                <span className="at-event-dot" aria-hidden="true"><Icon name={icons[e.kind]} size={14} /></span>
                <span className="at-event-kind wr-muted wr-small"><FormattedMessage id={`asset.event.${e.kind}`} /></span>
                <span className="at-event-what">
                  {e.state ? <StateMark state={e.state} severity={e.severity} /> : e.severity && <SeverityMark severity={e.severity} />}
                  {rest.length === 0 ? (
                    <>
                      <Title e={e} />
                      {e.detail && <span className="wr-muted"><bdi>{told(intl, e).detail}</bdi></span>}
                    </>
                  ) : (
                    <details className="at-runs">
                      <summary>{tally([e, ...rest]).slice(0, 3).map(([kind, n]) => intl.formatMessage({ id: "asset.event.times" }, { what: word(intl, "source", kind), n })).join(", ")} <span className="wr-muted"><FormattedMessage id="asset.event.since" values={{ count: rest.length + 1, from: <Time at={rest.at(-1)!.at} mode="clock" seconds /> }} /></span></summary>
                      <ol>{[e, ...rest].slice(0, 200).map((r, n) => <li key={`${r.seq ?? ""} ${n}`}><span className="wr-muted"><Time at={r.at} mode="clock" seconds /></span> {told(intl, r).title} <span className="wr-muted"><bdi>{told(intl, r).detail}</bdi></span></li>)}</ol>
                    </details>
                  )}
                  {e.by && <span className="wr-muted"><FormattedMessage id="asset.event.by" values={{ name: <Name value={e.by} /> }} /></span>}
                </span>
              </div>
              {seenFrom !== undefined && e.kind === "observation" && Date.parse((rest.at(-1) ?? e).at) <= seenFrom && (
                <p className="at-seen-end"><span className="wr-muted"><FormattedMessage id="asset.timeline.seenfrom" /></span> <Button small busy={seen.loadingMore} onClick={seen.loadMore}><FormattedMessage id="asset.timeline.more" /></Button></p>
              )}
            </li>
          );
        })}
      </ol>
      {shown.length === 0 && <p className="wr-muted"><FormattedMessage id="asset.timeline.hidden" /></p>}
      {list.more && <Button busy={list.loadingMore} onClick={list.loadMore}><FormattedMessage id="asset.timeline.older" /></Button>}
    </Panel>
  );

  function Title({ e }: { e: Event }) {
    const text = told(intl, e).title;
    if (e.finding) return <Link to={`/findings/${encodeURIComponent(e.finding)}`}><bdi>{text}</bdi></Link>;
    if (e.kind === "verdict" && e.check) return <Link to={`/checks/${encodeURIComponent(e.check)}`}><bdi>{text}</bdi></Link>;
    return <bdi>{text}</bdi>;
  }
}
