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
          <details className="md-events" open={events.length <= 8}>
            <summary><FormattedMessage id="model.timeline.list" values={{ count: events.length }} /></summary>
            <ol className="pf-list">
              {[...events].reverse().slice(0, 200).map((e, i) => (
                <li key={i}>
                  <span className="pf-split"><span className="pf-marks"><Glyph of={glyph(e)} size={12} /> <Words of={e} /></span><Time at={e.at} /></span>
                  <span className="wr-small wr-muted"><FormattedMessage id={`model.lane.${e.lane}`} />{e.before && e.after && <>{" · "}<Name value={e.before} />{" → "}<Name value={e.after} /></>}{!e.before && e.after && <>{" · "}<Name value={e.after} /></>}</span>
                </li>
              ))}
            </ol>
          </details>
        </>
      )}
      <span className="wr-hidden" role="status">{list.loading ? intl.formatMessage({ id: "ui.loading" }) : ""}</span>
    </Panel>
  );
}

const glyph = (e: ModelEvent) => (e.state === "fail" ? (e.severity !== "none" ? e.severity : "medium") : e.state === "pass" ? "pass" : e.state === "unknown" ? "unknown" : "info");

const known: Record<string, string> = {
  "the software of {source} changed": "software", "the model was seen for the first time": "first", "another version answers": "version", "inputs come from {source}, too": "source",
  "columns, types or units of what comes changed": "schema", "its artefact was scanned": "artefact", "its signature was verified": "signature", "{item} began to fail": "failed",
  "{item} is as it should be again": "passes", "a new card came": "card", "a new plan came": "plan", "a new reference came": "reference", "a new diff came": "diff",
};

export function saidOf(intl: IntlShape, e: ModelEvent): string {
  const item = [e.topic && intl.formatMessage({ id: `modeltopic.${e.topic}`, defaultMessage: plain(e.topic).replace(/[{}<>']/g, "") }), e.item && plain(e.item)].filter(Boolean).join(" · ");
  const id = known[e.said];
  if (id) return intl.formatMessage({ id: `model.event.${id}` }, { source: plain(e.source ?? ""), item });
  return plain(e.said).replaceAll("{source}", plain(e.source ?? "")).replaceAll("{item}", plain(e.item ?? ""));
}

function Words({ of: e }: { of: ModelEvent }) {
  const said = <bdi>{saidOf(useIntl(), e)}</bdi>;
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
