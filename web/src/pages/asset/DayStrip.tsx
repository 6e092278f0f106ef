import { useId } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { VerdictDays } from "../../api/types";

const w = 6, gap = 1, h = 16;

/** A check's last 30 days, oldest first: full, hatched, low or an open outline, so that shape tells what colour says. The sentence counts them. */
export function DayStrip({ days }: { days?: VerdictDays["days"] }) {
  const intl = useIntl();
  const hatch = useId();
  if (!days || days.length === 0) return <span className="at-days" aria-hidden="true" />;
  const n = (s: string) => days.filter((d) => d.state === s).length;
  const label = intl.formatMessage({ id: "asset.days" }, { days: days.length, fail: n("fail"), unknown: n("unknown"), pass: n("pass"), none: n("none") });
  return (
    <svg className="at-days" role="img" aria-label={label} width={days.length * (w + gap)} height={h} viewBox={`0 0 ${days.length * (w + gap)} ${h}`}>
      <title>{label}</title>
      <Hatch id={hatch} />
      {days.map((d, i) => <Bar key={d.day} state={d.state} x={i * (w + gap)} hatch={hatch} />)}
    </svg>
  );
}

function Bar({ state, x, hatch }: { state: string; x: number; hatch: string }) {
  if (state === "fail") return <rect x={x} y={0} width={w} height={h} fill="var(--critical)" />;
  if (state === "unknown") return <rect x={x + 0.5} y={4.5} width={w - 1} height={h - 5} fill={`url(#${hatch})`} stroke="var(--unknown)" strokeWidth="0.8" />;
  if (state === "pass") return <rect x={x} y={9} width={w} height={h - 9} fill="var(--pass)" />;
  return <path d={`M${x} ${h - 0.5}h${w}`} stroke="var(--line-strong)" strokeDasharray="2 1.5" />;
}

/** What the bars mean, drawn as they are. */
export function DayLegend() {
  const hatch = useId();
  return ([["fail", "state.fail"], ["unknown", "state.unknown"], ["pass", "state.pass"], ["none", "state.unwatched"]] as const).map(([state, id]) => (
    <span key={state} className="wr-row">
      <svg width={w} height={h} viewBox={`0 0 ${w} ${h}`} aria-hidden="true"><Hatch id={hatch + state} /><Bar state={state} x={0} hatch={hatch + state} /></svg>
      <FormattedMessage id={id} />
    </span>
  ));
}

const Hatch = ({ id }: { id: string }) => <defs><pattern id={id} width="3" height="3" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v3" stroke="var(--unknown)" strokeWidth="1.4" /></pattern></defs>;
