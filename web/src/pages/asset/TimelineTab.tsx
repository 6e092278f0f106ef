import { useMemo, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { usePage } from "../../api/client";
import type { Asset, Event } from "../../api/types";
import { Button, cx, Empty, Failure, Icon, Name, Panel, SeverityMark, Skeleton, StateMark, Time, plain } from "../../ui";
import { word } from "../assets/words";
import { TimeAxis, lanes, type Lane } from "./TimeAxis";

const icons: Record<Event["kind"], string> = { observation: "live", verdict: "checks", finding: "findings", person: "people", identifier: "key", attribute: "edit" };

/** Observations of one kind between the same two ends that follow each other are one line: forty readings are not forty events. */
export function runs(events: readonly Event[]): [Event, ...Event[]][] {
  const out: [Event, ...Event[]][] = [];
  for (const e of events) {
    const last = out.at(-1);
    if (last && e.kind === "observation" && last[0].kind === "observation" && last[0].title === e.title && last[0].detail === e.detail) last.push(e);
    else out.push([e]);
  }
  return out;
}

/** What was seen, what changed and what people did, on one axis: the lanes above, the same as a list below, newest first. */
export function TimelineTab({ asset }: { asset: Asset }) {
  const intl = useIntl();
  const list = usePage<Event>(`/assets/${encodeURIComponent(asset.id)}/timeline`, { limit: 200 });
  const [off, setOff] = useState<ReadonlySet<Lane>>(new Set());
  const shown = useMemo(() => runs(list.items.filter((e) => !off.has(lanes[e.kind]))), [list.items, off]);
  if (list.problem && list.items.length === 0) return <Failure problem={list.problem} retry={list.refresh} />;
  if (list.loading) return <Panel><Skeleton lines={10} /></Panel>;
  if (list.items.length === 0) return <Empty title={<FormattedMessage id="asset.timeline.none" />}><p><FormattedMessage id="asset.timeline.none.detail" /></p></Empty>;
  const toggle = (l: Lane) => setOff((old) => { const next = new Set(old); if (!next.delete(l)) next.add(l); return next; });
  let day = "";
  return (
    <Panel>
      <TimeAxis events={list.items} off={off} onToggle={toggle} />
      <ol className="at-events">
        {shown.map(([e, ...rest], i) => {
          const d = intl.formatDate(e.at, { dateStyle: "full" });
          const first = d !== day;
          day = d;
          return (
            <li key={`${e.at} ${e.kind} ${e.seq ?? ""} ${i}`} className={cx(first && "at-newday")}>
              {first && <h3 className="at-day">{d}</h3>}
              <div className={`at-event at-lane-${lanes[e.kind]}`}>
                <span className="at-event-at"><Time at={e.at} mode="clock" seconds /></span>
                <span className="at-event-dot" aria-hidden="true"><Icon name={icons[e.kind]} size={14} /></span>
                <span className="at-event-kind wr-muted wr-small"><FormattedMessage id={`asset.event.${e.kind}`} /></span>
                <span className="at-event-what">
                  {e.state ? <StateMark state={e.state} severity={e.severity} /> : e.severity && <SeverityMark severity={e.severity} />}
                  <Title e={e} />
                  {e.detail && <span className="wr-muted"><Name value={e.detail} wrap /></span>}
                  {rest.length > 0 && (
                    <details className="at-runs">
                      <summary className="wr-muted"><FormattedMessage id="asset.event.again" values={{ count: rest.length, from: <Time at={rest.at(-1)!.at} mode="clock" seconds /> }} /></summary>
                      <ol>{rest.map((r, n) => <li key={r.seq ?? n}><Time at={r.at} mode="clock" seconds /></li>)}</ol>
                    </details>
                  )}
                  {e.by && <span className="wr-muted"><FormattedMessage id="asset.event.by" values={{ name: <Name value={e.by} /> }} /></span>}
                </span>
              </div>
            </li>
          );
        })}
      </ol>
      {shown.length === 0 && <p className="wr-muted"><FormattedMessage id="asset.timeline.hidden" /></p>}
      {list.more && <Button busy={list.loadingMore} onClick={list.loadMore}><FormattedMessage id="asset.timeline.older" /></Button>}
    </Panel>
  );

  function Title({ e }: { e: Event }) {
    const text = e.kind === "identifier" ? word(intl, "identifier", e.title) : e.kind === "attribute" ? word(intl, "attribute", e.title) : e.kind === "observation" ? word(intl, "source", e.title) : plain(e.title);
    if (e.finding) return <Link to={`/findings/${encodeURIComponent(e.finding)}`}><bdi>{text}</bdi></Link>;
    if (e.kind === "verdict" && e.check) return <Link to={`/checks/${encodeURIComponent(e.check)}`}><bdi>{text}</bdi></Link>;
    return <bdi>{text}</bdi>;
  }
}
