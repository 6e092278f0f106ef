import { useId } from "react";
import { useIntl } from "react-intl";
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
      <defs><pattern id={hatch} width="3" height="3" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v3" stroke="var(--unknown)" strokeWidth="1.4" /></pattern></defs>
      {days.map((d, i) => {
        const x = i * (w + gap);
        if (d.state === "fail") return <rect key={d.day} x={x} y={0} width={w} height={h} fill="var(--critical)" />;
        if (d.state === "unknown") return <rect key={d.day} x={x + 0.5} y={4.5} width={w - 1} height={h - 5} fill={`url(#${hatch})`} stroke="var(--unknown)" strokeWidth="0.8" />;
        if (d.state === "pass") return <rect key={d.day} x={x} y={9} width={w} height={h - 9} fill="var(--pass)" />;
        return <path key={d.day} d={`M${x} ${h - 0.5}h${w}`} stroke="var(--line-strong)" strokeDasharray="2 1.5" />;
      })}
    </svg>
  );
}
