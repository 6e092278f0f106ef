import { FormattedMessage, useIntl, type IntlShape } from "react-intl";
import { Link } from "react-router";
import { usePage } from "../../api/client";
import type { ModelEvent } from "../../api/types";
import { Empty, Failure, Glyph, Name, Panel, plain, Skeleton, Time } from "../../ui";

const lanes = ["devices", "inputs", "outputs", "release", "security", "people"] as const;

/** What happened, on one axis: the device that feeds it, what came in, what it answered, its release, what is weak in it, what people did. */
export function TimelinePanel({ model }: { model: string }) {
  const intl = useIntl();
  const list = usePage<ModelEvent>(`/models/${encodeURIComponent(model)}/timeline`, { limit: 500 }, { live: ["findings"] });
  const events = list.items;
  return (
    <Panel title={<FormattedMessage id="model.timeline" />}>
      {list.problem && <Failure problem={list.problem} retry={list.refresh} />}
      {list.loading && <Skeleton lines={6} />}
      {!list.loading && !list.problem && events.length === 0 && <Empty title={<FormattedMessage id="model.timeline.none" />} />}
      {events.length > 0 && (
        <>
          <Axis events={events} />
          <Story events={events} />
        </>
      )}
      <span className="wr-hidden" role="status">{list.loading ? intl.formatMessage({ id: "ui.loading" }) : ""}</span>
    </Panel>
  );
}

const days = 5;

/** The same as a story: day by day, the newest days open, what turned first on each. */
function Story({ events }: { events: ModelEvent[] }) {
  const intl = useIntl();
  const by = new Map<string, ModelEvent[]>();
  for (const e of [...events].reverse()) {
    const day = intl.formatDate(e.at, { dateStyle: "long" });
    by.set(day, [...(by.get(day) ?? []), e]);
  }
  const list = [...by];
  return (
    <>
      <ol className="md-story">{list.slice(0, days).map(([day, of]) => <Day key={day} of={of} />)}</ol>
      {list.length > days && (
        <details className="md-events">
          <summary><FormattedMessage id="model.timeline.earlier" values={{ count: list.slice(days).reduce((n, [, of]) => n + of.length, 0) }} /></summary>
          <ol className="md-story">{list.slice(days, 200).map(([day, of]) => <Day key={day} of={of} />)}</ol>
        </details>
      )}
    </>
  );
}

const turn = (e: ModelEvent) => (e.kind === "source" || e.kind === "version" || e.kind === "decision" ? 0 : e.state === "fail" ? 1 : e.state === "pass" ? 3 : 2);

function Day({ of }: { of: ModelEvent[] }) {
  const events = [...of].sort((a, b) => turn(a) - turn(b));
  return (
    <li>
      <span className="md-date"><Time at={of[0]!.at} mode="date" /></span>
      <ul>
        {events.slice(0, 12).map((e, i) => (
          <li key={i}>
            <span className={`md-bullet wr-mark-${glyph(e)}`}><Glyph of={glyph(e)} size={12} /></span>
            <span><Words of={e} />{e.kind === "finding" && e.item && <>{" · "}<Name value={e.item_told ?? e.item} wrap /></>}{e.before && e.after && <>{": "}<Name value={e.before} />{" → "}<Name value={e.after} /></>}{!e.before && e.after && <span className="wr-muted">{" · "}<Name value={e.after} /></span>}{e.until && <span className="wr-muted">{" · "}<FormattedMessage id="model.timeline.until" values={{ at: <Time at={e.until} mode="date" /> }} /></span>} <span className="wr-small wr-muted"><FormattedMessage id={`model.lane.${e.lane}`} /></span></span>
          </li>
        ))}
        {events.length > 12 && <li className="wr-muted"><FormattedMessage id="models.more" values={{ count: events.length - 12 }} /></li>}
      </ul>
    </li>
  );
}

const glyph = (e: ModelEvent) => (e.state === "fail" ? (e.severity !== "none" ? e.severity : "medium") : e.state === "pass" ? "pass" : e.state === "unknown" ? "unknown" : "info");

/** What happened, in the language that is read; the page puts in of what and from where. */
export function saidOf(intl: IntlShape, e: ModelEvent): string {
  const item = [e.topic && intl.formatMessage({ id: `modeltopic.${e.topic}`, defaultMessage: plain(e.topic).replace(/[{}<>']/g, "") }), e.item && plain(e.item_told ?? e.item)].filter(Boolean).join(" · ");
  return plain(e.said).replaceAll("{source}", () => plain(e.source ?? "")).replaceAll("{item}", () => item);
}

function Words({ of: e }: { of: ModelEvent }) {
  const said = <bdi lang={e.language === "en" ? "en" : undefined}>{saidOf(useIntl(), e)}</bdi>;
  if (e.finding) return <Link to={`/findings/${encodeURIComponent(e.finding)}`}>{said}</Link>;
  if (e.asset && e.kind === "source") return <Link to={`/assets/${encodeURIComponent(e.asset)}`}>{said}</Link>;
  return said;
}

const width = 1000, gap = 34, top = 22;

/** The picture: a lane each, marks where something happened, a bar while a finding was open. */
function Axis({ events }: { events: ModelEvent[] }) {
  const intl = useIntl();
  const times = events.flatMap((e) => [Date.parse(e.at), ...(e.until ? [Date.parse(e.until)] : [])]).filter((t) => t > 0);
  const low = Math.min(...times), high = Math.max(...times, low + 3_600_000);
  const x = (t: number) => 8 + ((t - low) / (high - low)) * (width - 16);
  const shown = lanes.filter((l) => events.some((e) => e.lane === l));
  const ticks = Array.from({ length: 6 }, (_, i) => low + ((high - low) * i) / 5);
  return (
    <div className="md-axis">
      <ul className="md-lanes" aria-hidden="true">{shown.map((l) => <li key={l}><FormattedMessage id={`model.lane.${l}`} /></li>)}</ul>
      <svg className="md-axis-plot" style={{ blockSize: `${top + shown.length * gap}px` }} viewBox={`0 0 ${width} ${top + shown.length * gap}`} preserveAspectRatio="none" role="img" aria-label={intl.formatMessage({ id: "model.timeline.label" }, { count: events.length })}>
        {ticks.map((t) => <line key={t} x1={x(t)} x2={x(t)} y1={top - 4} y2={top + shown.length * gap} className="md-tick" />)}
        {shown.map((l, i) => <line key={l} x1="0" x2={width} y1={top + i * gap + gap / 2} y2={top + i * gap + gap / 2} className="md-lane" />)}
        {events.filter((e) => e.kind === "finding").map((e, i) => <line key={i} x1={x(Date.parse(e.at))} x2={Math.max(x(e.until ? Date.parse(e.until) : high), x(Date.parse(e.at)) + 2)} y1={top + shown.indexOf(e.lane) * gap + gap / 2} y2={top + shown.indexOf(e.lane) * gap + gap / 2} className="md-span" data-severity={e.severity} />)}
      </svg>
      <div className="md-marks" style={{ blockSize: `${top + shown.length * gap}px` }} aria-hidden="true">
        {ticks.map((t, i) => <span key={t} className="md-time" data-edge={i === 0 ? "first" : i === 5 ? "last" : undefined} style={{ insetInlineStart: `${x(t) / 10}%` }}>{intl.formatDate(t, { day: "numeric", month: "short" })}</span>)}
        {events.map((e, i) => <span key={i} className={`md-mark wr-mark-${glyph(e)}`} title={`${intl.formatDate(e.at, { dateStyle: "medium", timeStyle: "short" })} · ${saidOf(intl, e)}`} style={{ insetInlineStart: `${x(Date.parse(e.at)) / 10}%`, insetBlockStart: `${top + shown.indexOf(e.lane) * gap + gap / 2}px` }}><Glyph of={glyph(e)} size={13} /></span>)}
      </div>
    </div>
  );
}
