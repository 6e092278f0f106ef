import { FormattedMessage, useIntl } from "react-intl";
import type { Event } from "../../api/types";

export type Lane = "seen" | "judged" | "changed" | "people";
export const lanes: Record<Event["kind"], Lane> = { observation: "seen", verdict: "judged", finding: "judged", identifier: "changed", attribute: "changed", person: "people" };
const all: Lane[] = ["seen", "judged", "changed", "people"];

const slots = 120;

/** How much lies where: each lane's events folded into 120 slots between the oldest and the newest, so that 10,000 cost what 10 do. */
export function fold(events: readonly Event[]): { from: number; to: number; counts: Record<Lane, number[]> } {
  const times = events.map((e) => Date.parse(e.at)).filter((t) => !Number.isNaN(t));
  const from = times.reduce((a, b) => Math.min(a, b), Infinity), to = times.reduce((a, b) => Math.max(a, b), -Infinity);
  const counts = Object.fromEntries(all.map((l) => [l, Array.from({ length: slots }, () => 0)])) as Record<Lane, number[]>;
  for (const e of events) {
    const t = Date.parse(e.at);
    if (Number.isNaN(t)) continue;
    const slot = to === from ? slots - 1 : Math.min(slots - 1, Math.floor(((t - from) / (to - from)) * slots));
    counts[lanes[e.kind]][slot]!++;
  }
  return { from, to, counts };
}

/** Four lanes over one axis of time; a lane's name switches it on and off in the list below. */
export function TimeAxis({ events, off, onToggle }: { events: readonly Event[]; off: ReadonlySet<Lane>; onToggle: (l: Lane) => void }) {
  const intl = useIntl();
  const { from, to, counts } = fold(events);
  const n = (l: Lane) => counts[l].reduce((a, b) => a + b, 0);
  const stamp = (t: number) => intl.formatDate(t, { dateStyle: "medium", timeStyle: "short" });
  return (
    <div className="at-axis" role="group" aria-label={intl.formatMessage({ id: "asset.timeline.lanes" })}>
      {all.map((l) => {
        const most = Math.max(1, ...counts[l]);
        return (
          <div key={l} className={`at-lane at-lane-${l}`} data-off={off.has(l) || undefined}>
            <button type="button" className="at-lane-name" aria-pressed={!off.has(l)} onClick={() => onToggle(l)}><FormattedMessage id={`asset.lane.${l}`} /> <span className="wr-num wr-muted">{intl.formatNumber(n(l))}</span></button>
            <svg viewBox={`0 0 ${slots} 18`} preserveAspectRatio="none" aria-hidden="true">
              <path d={`M0 17.500H${slots}`} className="at-lane-base" />
              {counts[l].map((c, i) => c > 0 && <rect key={i} x={i + 0.15} width={0.8} y={17 - 3 - (c / most) * 13} height={3 + (c / most) * 13} />)}
            </svg>
          </div>
        );
      })}
      <div className="at-axis-ends wr-muted wr-small"><span>{stamp(from)}</span><span>{stamp(to)}</span></div>
    </div>
  );
}
