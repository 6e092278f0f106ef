import { useId } from "react";
import { FormattedMessage, FormattedNumber, useIntl } from "react-intl";
import type { Severity } from "../api/types";
import { cx } from "./cx";
import "./Mark.css";

export type MarkState = "pass" | "fail" | "unknown" | "unwatched" | "failing" | "passing" | "none";

/** The shape alone. Shape tells state apart without colour: triangle, disc, ring, tick, hatched square, dashed line. */
export function Glyph({ of, size = 14 }: { of: Severity | "pass" | "unknown" | "unwatched"; size?: number }) {
  const hatch = useId();
  const common = { width: size, height: size, viewBox: "0 0 14 14", "aria-hidden": true, focusable: false } as const;
  switch (of) {
    case "critical":
      return <svg {...common}><path d="M7 .8 13.600 13H.4z" fill="currentColor" /><path d="M7 5v4M7 10.700v.6" stroke="var(--surface)" strokeWidth="1.500" strokeLinecap="round" /></svg>;
    case "high":
      return <svg {...common}><path d="M7 1 13.400 12.800H.6z" fill="currentColor" /></svg>;
    case "medium":
      return <svg {...common}><circle cx="7" cy="7" r="5.500" fill="currentColor" /></svg>;
    case "low":
      return <svg {...common}><circle cx="7" cy="7" r="4.600" fill="none" stroke="currentColor" strokeWidth="1.800" /><circle cx="7" cy="7" r="1.800" fill="currentColor" /></svg>;
    case "info":
    case "none":
      return <svg {...common}><circle cx="7" cy="7" r="4.600" fill="none" stroke="currentColor" strokeWidth="1.500" /></svg>;
    case "pass":
      return <svg {...common}><path d="M1.800 7.600 5.400 11 12.200 3" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" /></svg>;
    case "unknown":
      return (
        <svg {...common}>
          <defs>
            <pattern id={hatch} width="3" height="3" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v3" stroke="currentColor" strokeWidth="1.600" /></pattern>
          </defs>
          <rect x="1.200" y="1.200" width="11.600" height="11.600" rx="2" fill={`url(#${hatch})`} stroke="currentColor" strokeWidth="1.200" />
        </svg>
      );
    case "unwatched":
      return <svg {...common}><rect x="1.200" y="1.200" width="11.600" height="11.600" rx="2" fill="none" stroke="currentColor" strokeWidth="1.300" strokeDasharray="2.200 1.800" /><path d="M4.500 7h5" stroke="currentColor" strokeWidth="1.500" /></svg>;
  }
}

/** Severity by shape, word and colour; with count, "3 high". bare leaves the word to screen readers. */
export function SeverityMark({ severity, count, bare, size }: { severity: Severity; count?: number; bare?: boolean; size?: number }) {
  const intl = useIntl();
  const word = intl.formatMessage({ id: `severity.${severity}` });
  return (
    <span className={cx("wr-mark", `wr-mark-${severity}`)} title={bare ? word : undefined}>
      <Glyph of={severity} size={size} />
      {count !== undefined && <span className="wr-num"><FormattedNumber value={count} /></span>}
      <span className={bare ? "wr-hidden" : "wr-mark-label"}>{word}</span>
    </span>
  );
}

/** State of a check or a concern. A failing one wears its severity when it is given. */
export function StateMark({ state, severity, count, bare, size }: { state: MarkState; severity?: Severity; count?: number; bare?: boolean; size?: number }) {
  const intl = useIntl();
  const kind = state === "failing" ? "fail" : state === "passing" ? "pass" : state === "none" ? "unwatched" : state;
  const shape = kind === "fail" ? (severity && severity !== "none" ? severity : "medium") : kind;
  const word = kind === "fail" && severity && severity !== "none" ? intl.formatMessage({ id: `severity.${severity}` }) : intl.formatMessage({ id: `state.${kind}` });
  return (
    <span className={cx("wr-mark", `wr-mark-${shape}`)} title={bare ? word : undefined}>
      <Glyph of={shape} size={size} />
      {count !== undefined && <span className="wr-num"><FormattedNumber value={count} /></span>}
      <span className={bare ? "wr-hidden" : "wr-mark-label"}>{word}</span>
    </span>
  );
}

/** The word of a finding's state, criticality, role …: an id of the shared vocabulary, `GROUP.VALUE`. */
export function Word({ group, value }: { group: "criticality" | "kind" | "concern" | "finding" | "role" | "permission" | "tri" | "sensor" | "origin"; value: string }) {
  return <FormattedMessage id={`${group}.${value.replaceAll(" ", "-")}`} defaultMessage={value.replace(/[{}<>']/g, "")} />;
}
