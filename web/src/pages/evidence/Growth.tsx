import { FormattedMessage, useIntl } from "react-intl";
import type { Ledger } from "../../api/types";

const w = 420, h = 120, left = 44, bottom = 20, top = 24;

/** Entries at the end of each day as steps: a ledger grows and never shrinks, so a line that falls would be news. */
export function Growth({ days }: { days: Ledger["growth"] }) {
  const intl = useIntl();
  const first = days[0], last = days.at(-1);
  if (!first || !last) return <p className="wr-muted"><FormattedMessage id="evidence.growth.none" /></p>;
  const most = nice(Math.max(1, ...days.map((d) => d.size)));
  const t = days.map((d) => Date.parse(d.day)), span = Math.max(86_400_000, t.at(-1)! - t[0]!);
  const x = (i: number) => left + ((t[i]! - t[0]!) / span) * (w - left - 8);
  const y = (n: number) => top + (1 - n / most) * (h - top - bottom);
  const line = days.map((d, i) => (i === 0 ? `M${x(0)} ${y(d.size)}` : `H${x(i)}V${y(d.size)}`)).join("");
  const day = (d: string) => intl.formatDate(d, { day: "numeric", month: "short", timeZone: "UTC" });
  const gained = days.length > 1 ? last.size - days[days.length - 2]!.size : last.size;
  return (
    <figure className="ev-growth">
      <svg viewBox={`0 0 ${w} ${h}`} role="img" aria-label={intl.formatMessage({ id: "evidence.growth.label" }, { first: day(first.day), from: first.size, last: day(last.day), to: last.size })}>
        {[0, most / 2, most].map((n) => (
          <g key={n}>
            <path d={`M${left} ${y(n)}H${w - 8}`} stroke="var(--line)" />
            <text x={left - 6} y={y(n) + 4} textAnchor="end">{intl.formatNumber(n, { notation: "compact" })}</text>
          </g>
        ))}
        <text x={4} y={10}>{intl.formatMessage({ id: "evidence.growth.unit" })}</text>
        {days.length > 1 && <path d={`${line}V${y(0)}H${x(0)}Z`} fill="var(--plot-band)" />}
        {days.length > 1 ? <path d={line} fill="none" stroke="var(--plot-1)" strokeWidth="1.8" /> : <circle cx={x(0)} cy={y(last.size)} r="3" fill="var(--plot-1)" />}
        <text x={left} y={h - 4}>{day(first.day)}</text>
        {days.length > 1 && <text x={w - 8} y={h - 4} textAnchor="end">{day(last.day)}</text>}
      </svg>
      <figcaption className="wr-muted wr-small"><FormattedMessage id="evidence.growth.gained" values={{ count: gained, day: day(last.day) }} /></figcaption>
    </figure>
  );
}

/** The next round number: 1, 2 or 5 times a power of ten. */
export function nice(n: number): number {
  const p = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 5, 10].map((m) => m * p).find((m) => m >= n) ?? n;
}
