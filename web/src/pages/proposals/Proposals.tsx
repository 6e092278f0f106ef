import { useEffect, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { usePage } from "../../api/client";
import type { Proposal } from "../../api/types";
import { useKeys } from "../../app/keyboard";
import { useMay } from "../../app/session";
import { useTitle } from "../../app/title";
import { Banner, Button, Empty, Failure, PageHead, Skeleton, Time } from "../../ui";
import { Baseline } from "./Baseline";
import css from "./proposals.module.css";
import { Question, Sentence } from "./Question";
import { useAnswers } from "./useAnswers";

/** The inventory's open questions, one at a time: y, n, or s for later. */
export default function Proposals() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "proposals.title" }));
  const may = useMay("inventory");
  const list = usePage<Proposal>("/proposals", { state: "open", language: intl.locale.split("-")[0], limit: 200 }, { live: ["assets"], keep: true });
  const { held, answered, answer, undo, refused } = useAnswers();
  const [at, setAt] = useState<string | null>(null);
  const open = list.items.filter((p) => p.state === "open" && !answered.has(p.id));
  const index = Math.max(0, open.findIndex((p) => p.id === at));
  const current = open[index];
  const go = (n: number) => open.length > 0 && setAt(open[(n + open.length) % open.length]!.id);
  const say = (accept: boolean) => {
    if (!current || !may) return;
    // The next one is what follows now, before the list closes over the gap.
    setAt(open[index + 1]?.id ?? open[index - 1]?.id ?? null);
    answer(current, accept);
  };
  const takeBack = () => {
    if (held) setAt(held.proposal.id);
    undo();
  };
  useKeys({ y: () => say(true), n: () => say(false), s: () => go(index + 1), j: () => go(index + 1), k: () => go(index - 1), u: takeBack });
  useEffect(() => {
    if (open.length < 20 && list.more) list.loadMore();
  });
  const waiting = Math.max(0, list.total - answered.size);
  return (
    <>
      <PageHead title={<FormattedMessage id="proposals.title" />}><FormattedMessage id="proposals.lead" /></PageHead>
      <div className={css.said} role="status">
        {held && (
          <>
            <span><FormattedMessage id={held.accept ? "proposals.said.yes" : "proposals.said.no"} values={{ question: <Sentence proposal={held.proposal} /> }} /></span>
            <Button small icon="undo" onClick={takeBack}><FormattedMessage id="proposals.undo" /> <kbd>u</kbd></Button>
          </>
        )}
        {!held && <span className="wr-muted"><FormattedMessage id="proposals.count" values={{ count: waiting }} /></span>}
      </div>
      {refused && <Banner kind="danger" role="alert"><FormattedMessage id="proposals.refused" values={{ why: refused.problem.message }} /></Banner>}
      {list.problem && list.items.length === 0 && <Failure problem={list.problem} retry={list.refresh} />}
      {list.loading && <div className={css.columns}><Skeleton lines={8} height={22} /></div>}
      {!list.loading && !list.problem && open.length === 0 && <Empty title={<FormattedMessage id="proposals.none" />}><p><FormattedMessage id="proposals.none.detail" /></p></Empty>}
      {current && (
        <div className={css.columns}>
          <div className={css.one}>
            {current.kind === "baseline"
              ? <Baseline key={current.id} proposal={current} may={may} onAnswer={say} onSkip={() => go(index + 1)} />
              : <Question key={current.id} proposal={current} may={may} onAnswer={say} onSkip={() => go(index + 1)} />}
          </div>
          <nav className={css.list} aria-label={intl.formatMessage({ id: "proposals.list" })}>
            <ol>
              {open.map((p) => (
                <li key={p.id}>
                  <button type="button" className={css.item} aria-current={p.id === current.id ? "true" : undefined} onClick={() => setAt(p.id)}>
                    <span className={css.itemKind}><FormattedMessage id={`proposals.kind.${p.kind}`} /></span>
                    <span className={css.itemText}><Sentence proposal={p} /></span>
                    <span className="wr-small wr-muted"><Time at={p.at} mode="relative" /></span>
                  </button>
                </li>
              ))}
            </ol>
            {list.more && <Button small onClick={list.loadMore} busy={list.loadingMore}><FormattedMessage id="ui.table.more" values={{ shown: open.length, total: waiting }} /></Button>}
          </nav>
        </div>
      )}
    </>
  );
}
