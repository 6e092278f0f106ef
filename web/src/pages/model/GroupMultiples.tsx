import { FormattedMessage, useIntl } from "react-intl";
import type { PerformanceGroup, PerformanceLimit } from "../../api/types";
import { Num, plain } from "../../ui";
import { GroupName, interval } from "./PerformancePanel";
import { share } from "./Judgements";

const width = 220, height = 74, pad = 6;

/** One small picture for each group, all on one scale; a group that is too small is drawn grey, with what it lacks. */
export function GroupMultiples({ of: groups, limits, name }: { of: PerformanceGroup[]; limits: PerformanceLimit[]; name: string }) {
  const intl = useIntl();
  const figures = groups.flatMap((g) => [...g.spans.map((s) => s.figures[0]), g.whole.figures[0]]).filter((f) => f !== undefined);
  const bounds = limits.flatMap((l) => [l.at_least, l.at_most]).filter((x) => x !== undefined);
  const low = Math.min(...figures.map((f) => f.low), ...bounds), high = Math.max(...figures.map((f) => f.high), ...bounds);
  const times = groups.flatMap((g) => g.spans.map((s) => Date.parse(s.to ?? ""))).filter((t) => t > 0);
  const first = Math.min(...times), last = Math.max(...times, first + 1);
  const x = (t: string | undefined) => pad + ((Date.parse(t ?? "") - first) / (last - first)) * (width - 2 * pad);
  const y = (v: number) => pad + (1 - (v - low) / Math.max(high - low, 1e-9)) * (height - 2 * pad);
  return (
    <ul className="md-multiples">
      {groups.map((g) => {
        const whole = g.whole.figures[0];
        const said = whole ? interval(intl, whole) : intl.formatMessage({ id: "performance.toofew" });
        const points = g.spans.filter((s) => s.figures[0] && s.to);
        return (
          <li key={g.group} className={g.enough ? undefined : "md-few"}>
            <span className="pf-split"><strong><GroupName of={g} /></strong><span className="wr-small wr-muted"><FormattedMessage id="performance.n" values={{ n: <Num value={Math.round(g.whole.units)} /> }} /></span></span>
            <span className="wr-small">{g.enough ? said : <FormattedMessage id="performance.small" values={{ n: Math.round(g.whole.units), minimum: g.minimum }} />}</span>
            {figures.length > 0 && (
              <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${name}, ${plain(g.group)}: ${said}`}>
                {bounds.map((b, i) => <line key={i} x1="0" x2={width} y1={y(b)} y2={y(b)} className="md-limit" />)}
                {points.map((s, i) => <line key={i} x1={x(s.to)} x2={x(s.to)} y1={y(s.figures[0]!.low)} y2={y(s.figures[0]!.high)} className="md-whisker" />)}
                {points.length > 1 && <polyline points={points.map((s) => `${x(s.to)},${y(s.figures[0]!.value)}`).join(" ")} className="md-line" />}
                {points.map((s, i) => <circle key={i} cx={x(s.to)} cy={y(s.figures[0]!.value)} r="2.600" className="md-dot" />)}
              </svg>
            )}
          </li>
        );
      })}
      <li className="md-scale wr-small wr-muted"><FormattedMessage id="performance.scale" values={{ low: share(intl, low), high: share(intl, high), from: intl.formatDate(first, { day: "numeric", month: "short" }), to: intl.formatDate(last, { day: "numeric", month: "short" }) }} /></li>
    </ul>
  );
}
