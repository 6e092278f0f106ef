import { token, useTheme } from "../../ui";

const words = ["text", "muted", "accent", "critical", "high", "medium", "low", "info", "pass", "unknown", "unwatched"];
const grounds = ["bg", "surface", "raised", "sunken", "hover", "selected", "critical-soft", "high-soft", "medium-soft", "low-soft", "pass-soft", "unknown-soft"];
const plots = ["plot-1", "plot-2", "plot-3", "plot-4", "plot-5", "plot-band"];

/** The tokens as they are in this theme. */
export function Swatches() {
  useTheme(); // drawn anew when it changes
  return (
    <>
      {[words, grounds, plots].map((names) => (
        <ul key={names[0]} className="wr-guide-swatches">
          {names.map((name) => <li key={name}><span style={{ background: `var(--${name})` }} /><code>{name}</code><small>{token(`--${name}`)}</small></li>)}
        </ul>
      ))}
    </>
  );
}
