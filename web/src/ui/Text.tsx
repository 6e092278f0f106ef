import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { FormattedNumber, useIntl } from "react-intl";
import { cx } from "./cx";
import "./Text.css";

// Control, bidi-override and zero-width characters are drawn as what they are: a name must not rewrite the line it stands in.
const invisible = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** A name as safe text: what can't be seen becomes ␀-style pictures or U+XXXX. */
export function plain(value: string): string {
  return value.replace(invisible, (c) => {
    const code = c.codePointAt(0)!;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** Text that came off the wire: isolated from the direction around it, clipped to one line (wrap to show all), whole on hover. */
export function Name({ value, title, mono, wrap }: { value: string; title?: string; mono?: boolean; wrap?: boolean }) {
  const shown = plain(value);
  return <bdi className={cx("wr-name", mono && "wr-mono", wrap && "wr-name-wrap")} title={title ?? (shown.length > 18 ? shown : undefined)}>{shown}</bdi>;
}

const steps = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** Seconds as the largest unit that fits: [-3, "hour"]. */
export function ago(seconds: number): [number, Intl.RelativeTimeFormatUnit] {
  for (const [unit, size] of steps) if (Math.abs(seconds) >= size) return [Math.trunc(seconds / size), unit];
  return [0, "second"];
}

// One clock for every relative time on the page, so that they change together and cheaply.
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let skew = 0;

/** What relative times are relative to: the site's clock, which in a replay is not the viewer's. */
export function setSiteTime(at: string | undefined) {
  const site = at ? Date.parse(at) : NaN;
  skew = Number.isNaN(site) ? 0 : site - Date.now();
}

export const siteNow = () => Date.now() + skew;

function useClock(on: boolean): number {
  const [now, setNow] = useState(siteNow);
  useEffect(() => {
    if (!on) return;
    const tick = () => setNow(siteNow());
    watchers.add(tick);
    timer ??= setInterval(() => watchers.forEach((w) => w()), 10_000);
    return () => {
      watchers.delete(tick);
      if (watchers.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  }, [on]);
  return now;
}

/** A time in the viewer's zone; the other form and UTC on hover. wall: relative to the real clock, not the site's (sessions, tokens). */
export function Time({ at, mode = "absolute", seconds, wall }: { at: string | undefined; mode?: "relative" | "absolute" | "date" | "clock"; seconds?: boolean; wall?: boolean }) {
  const intl = useIntl();
  const now = useClock(mode === "relative") - (wall ? skew : 0);
  const when = at ? new Date(at) : undefined;
  if (!when || Number.isNaN(when.getTime()) || when.getUTCFullYear() < 1971) return <span className="wr-muted">{"—"}</span>;
  const full = intl.formatDate(when, { dateStyle: "medium", timeStyle: "medium" });
  let shown = full;
  if (mode === "relative") {
    const [value, unit] = ago((when.getTime() - now) / 1000);
    shown = Math.abs(value) < 45 && unit === "second" ? intl.formatMessage({ id: "time.now" }) : intl.formatRelativeTime(value, unit, { numeric: "auto", style: "long" });
  } else if (mode === "date") shown = intl.formatDate(when, { dateStyle: "medium" });
  else if (mode === "clock") shown = intl.formatTime(when, { hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined });
  else if (!seconds) shown = intl.formatDate(when, { dateStyle: "medium", timeStyle: "short" });
  const utc = when.toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
  return <time className="wr-time" dateTime={when.toISOString()} title={`${full} · ${utc}`}>{shown}</time>;
}

/** A number with its unit: Num value={41000} unit="pkt/s" compact → "41K pkt/s". */
export function Num({ value, unit, digits, compact }: { value: number | null | undefined; unit?: ReactNode; digits?: number; compact?: boolean }) {
  if (value === null || value === undefined || Number.isNaN(value)) return <span className="wr-muted">{"—"}</span>;
  return (
    <span className="wr-num">
      <FormattedNumber value={value} maximumFractionDigits={digits ?? (compact ? 1 : Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0)} notation={compact ? "compact" : "standard"} />
      {unit && <span className="wr-unit">{unit}</span>}
    </span>
  );
}

const sizes = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Bytes in decimal units, as disks and networks count. */
export function Bytes({ value }: { value: number }) {
  const step = value > 0 ? Math.min(sizes.length - 1, Math.floor(Math.log10(value) / 3)) : 0;
  return <span className="wr-num"><FormattedNumber value={value / 1000 ** step} style="unit" unit={sizes[step]} unitDisplay="short" maximumFractionDigits={step === 0 ? 0 : 1} /></span>;
}

/** Who observed a fact, when, how sure: by the fact, in words a screen reader says too. */
export function Provenance({ source, at, confidence, reason }: { source: string; at?: string; confidence?: number; reason?: string }) {
  const intl = useIntl();
  const sure = confidence === undefined ? "" : intl.formatNumber(confidence, { style: "percent" });
  const when = at ? intl.formatDate(at, { dateStyle: "medium", timeStyle: "short" }) : "";
  const words = intl.formatMessage({ id: "provenance.words" }, { source: plain(source), at: when || "–", sure: sure || "–" });
  return (
    <span className="wr-provenance" tabIndex={0} title={reason ? `${words} · ${plain(reason)}` : words}>
      <Name value={source} />
      {sure && <span className="wr-num">{sure}</span>}
      <span className="wr-hidden">{words}</span>
    </span>
  );
}
