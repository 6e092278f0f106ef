import { FormattedMessage } from "react-intl";
import type { Proposal } from "../../api/types";
import { plain, Time } from "../../ui";
import css from "./proposals.module.css";
import { Question } from "./Question";

/** What was learned in a segment, to be read and adopted as usual: the list "as found". */
export function Baseline({ proposal: p, may, onAnswer, onSkip }: { proposal: Proposal; may: boolean; onAnswer: (accept: boolean) => void; onSkip: () => void }) {
  const members = p.members ?? [];
  const groups = new Map<string, typeof members>();
  for (const m of members) groups.set(`${m.check}\n${m.set}`, [...(groups.get(`${m.check}\n${m.set}`) ?? []), m]);
  const more = (p.members_total ?? members.length) - members.length;
  return (
    <Question proposal={p} may={may} onAnswer={onAnswer} onSkip={onSkip}>
      <div className={css.found} tabIndex={0} role="region" aria-label={plain(p.field ?? "")}>
        {[...groups.values()].map((g) => (
          <section key={`${g[0]!.check} ${g[0]!.set}`}>
            <h3><bdi>{plain(g[0]!.set)}</bdi> <span className="wr-muted wr-mono">{plain(g[0]!.check)}</span></h3>
            <ul>{g.map((m) => <li key={m.member}><bdi>{plain(m.member)}</bdi> <span className="wr-muted"><FormattedMessage id="proposals.first" values={{ time: <Time at={m.first} mode="relative" /> }} /></span></li>)}</ul>
          </section>
        ))}
        {more > 0 && <p className="wr-muted"><FormattedMessage id="proposals.members.more" values={{ count: more }} /></p>}
      </div>
    </Question>
  );
}
