import { FormattedMessage } from "react-intl";
import type { AssetKind, Severity } from "../../api/types";
import { Word } from "../../ui";
import { families } from "./protocol";
import { badge, outlinePath, ring } from "./shape";
import { dash } from "./svg";

const kinds: AssetKind[] = ["device", "intermediary", "service", "model", "unknown"];
const severities: Severity[] = ["critical", "high", "medium", "low", "none"];

/** What the map's shapes, rings and strokes mean, drawn as the map draws them. */
export function Legend({ clustered }: { clustered: boolean }) {
  return (
    <details className="eco-legend">
      <summary><FormattedMessage id="ecosystem.legend" /></summary>
      <div className="eco-legend-body">
        <ul>
          {kinds.map((k) => (
            <li key={k}><svg width="22" height="22" viewBox="-11 -11 22 22" aria-hidden="true"><path d={outlinePath(k, 8)} fill="var(--sunken)" stroke="var(--line-strong)" strokeWidth="1.5" strokeDasharray={k === "unknown" ? "3 2" : undefined} /></svg><Word group="kind" value={k} /></li>
          ))}
        </ul>
        <ul>
          {severities.map((s) => (
            <li key={s} className={`wr-mark-${s}`}>
              <svg width="26" height="22" viewBox="-11 -11 26 22" aria-hidden="true">
                <circle r="8" fill="var(--sunken)" stroke={s === "none" ? "var(--line-strong)" : "currentColor"} strokeWidth={ring[s] * 0.7} />
                {badge(s) === "triangle" && <path d="M8 -10L13 -1L3 -1Z" fill="currentColor" />}
                {badge(s) === "circle" && <circle cx="8" cy="-6" r="4" fill="currentColor" />}
              </svg>
              <span className="eco-legend-word"><FormattedMessage id={s === "none" ? "ecosystem.legend.nofinding" : `severity.${s}`} /></span>
            </li>
          ))}
        </ul>
        <ul>
          {(["yes", "no", "unknown"] as const).map((t) => (
            <li key={t}><svg width="34" height="10" aria-hidden="true"><path d="M1 5H33" stroke="var(--text)" strokeWidth="1.8" strokeLinecap="round" strokeDasharray={dash[t] || undefined} /></svg><FormattedMessage id={`ecosystem.legend.${t}`} /></li>
          ))}
          <li className="wr-muted"><FormattedMessage id="ecosystem.legend.size" /></li>
          {clustered && <li className="wr-muted"><FormattedMessage id="ecosystem.legend.cluster" /></li>}
        </ul>
        <ul>
          {families.map((f) => <li key={f} className={`eco-family-${f}`}><svg width="34" height="10" aria-hidden="true"><path d="M1 5H33" stroke="currentColor" strokeWidth="3" /></svg><span className="eco-legend-word"><FormattedMessage id={`ecosystem.family.${f}`} /></span></li>)}
        </ul>
      </div>
    </details>
  );
}
