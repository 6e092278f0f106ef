import { FormattedMessage } from "react-intl";
import type { CheckDetail } from "../../api/types";
import { plain } from "../../ui";
import { sections } from "./filter";

/** The check's own fixtures as examples: what is seen, and what follows from it. The same files are its tests. */
export function Examples({ fixtures }: { fixtures: CheckDetail["fixtures"] }) {
  return (
    <div className="ck-examples">
      {fixtures.map((f, i) => {
        const [about, ...rest] = sections(f.text).map((s, n) => (n === 0 && s.name ? [{ name: "", text: "" }, s] : [s])).flat();
        return (
          <details key={`${f.name}${i}`} open={i === 0}>
            <summary><strong><FormattedMessage id={`checks.example.${f.name}`} /></strong> <span>{plain(about?.text ?? "")}</span></summary>
            {rest.map((s) => (
              <div key={s.name} className="ck-section">
                <h3>{["settings", "observations", "want"].includes(s.name) ? <FormattedMessage id={`checks.example.${s.name}`} /> : plain(s.name)}</h3>
                <pre tabIndex={0}>{s.text.split("\n").map(plain).join("\n")}</pre>
              </div>
            ))}
          </details>
        );
      })}
    </div>
  );
}
