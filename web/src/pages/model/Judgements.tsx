import { FormattedMessage, useIntl, type IntlShape } from "react-intl";
import type { ModelDetail, ModelJudgement, ModelSeries } from "../../api/types";
import { Name, Panel, plain, StateMark, Time } from "../../ui";
import { lazy, Suspense } from "react";

const Lines = lazy(() => import("./Lines"));

export const scores = ["performance", "calibration"];
export const subgroups = ["subgroup"];
export const watched = ["trend", "outlier", "poisoning", "extraction", "prompt", "membership", "robustness"];
export const people = ["oversight", "logs", "feedback"];
export const release = ["plan", "change", "acceptance", "card", "signature"];

const gravity = { fail: 0, unknown: 1, pass: 2 } as const;

/** What fails first, then what cannot be told. */
export const worst = (list: ModelJudgement[]) => [...list].sort((a, b) => gravity[a.state] - gravity[b.state]);

/** What is judged of some topics: the state, a sentence, the number with its interval, and how it went. */
export function Judgements({ id, of: m, topics }: { id: "watched" | "subgroups" | "oversight" | "pccp"; of: ModelDetail; topics: string[] }) {
  const list = worst(m.judgements.filter((j) => topics.includes(j.topic)));
  return (
    <Panel title={<FormattedMessage id={`model.${id}`} />}>
      {list.length === 0 && <p className="wr-muted"><FormattedMessage id={`model.${id}.none`} /></p>}
      <ul className="pf-list">
        {list.slice(0, 60).map((j) => <One key={j.topic + (j.item ?? "") + j.at} of={j} series={m.series.find((s) => s.topic === j.topic && s.item === j.item)} />)}
      </ul>
      {list.length > 60 && <p className="wr-muted"><FormattedMessage id="models.more" values={{ count: list.length - 60 }} /></p>}
    </Panel>
  );
}

export function One({ of: j, series }: { of: ModelJudgement; series?: ModelSeries }) {
  const intl = useIntl();
  const told = series?.points.filter((p) => p.value !== undefined) ?? [];
  const name = `${intl.formatMessage({ id: `modeltopic.${j.topic}`, defaultMessage: plain(j.topic) })}${j.item ? ` · ${plain(j.item_told ?? j.item)}` : ""}`;
  return (
    <li>
      <span className="pf-split">
        <span className="pf-marks"><StateMark state={j.state} severity={j.severity} /> <strong>{name}</strong></span>
        <span className="wr-small wr-muted"><Time at={j.at} mode="date" /></span>
      </span>
      <Sentence of={j} />
      {told.length > 1 && <Suspense fallback={<div className="md-small" />}><Lines points={told} limit={j.limit} label={name} /></Suspense>}
    </li>
  );
}

/** The answer in words: the measured value with its interval and limit, how many patients, how many it takes. */
export function Sentence({ of: j }: { of: ModelJudgement }) {
  const intl = useIntl();
  const says = words(intl, j);
  const facts = sentences(j);
  return (
    <>
      {says.length > 0 && <span>{says.join(" ")}</span>}
      {j.why && <span lang={j.english?.includes("why") ? "en" : undefined}><Name value={j.why} wrap /></span>}
      {facts.map((f) => <span key={f.text} lang={f.told ? undefined : "en"}><Name value={f.text} wrap /></span>)}
    </>
  );
}

/** What the engine says of it, in the language that is read; what nobody translated says that it is English. */
export function sentences(j: ModelJudgement): { text: string; told: boolean }[] {
  return ["trouble", "worst", "moved", "problem"].flatMap((k) => {
    const raw = j.facts?.[k], told = j.facts_told?.[k];
    if (typeof raw !== "string" || !raw.includes(" ")) return []; // the name of a group is in the item
    return [{ text: typeof told === "string" ? told : raw, told: typeof told === "string" || j.language === "en" }];
  });
}

export const share = (intl: IntlShape, x: number) => intl.formatNumber(x, { maximumSignificantDigits: 3 });

export function words(intl: IntlShape, j: ModelJudgement): string[] {
  const out: string[] = [];
  const text = (id: string, v: Record<string, string | number>) => out.push(intl.formatMessage({ id }, v));
  const gap = j.topic === "subgroup" && typeof j.facts?.["best"] === "string" && typeof j.facts["worst"] === "string";
  if (gap && j.statistic !== undefined) {
    text("model.said.gap", { value: share(intl, j.statistic), low: share(intl, j.p_low ?? 0), high: share(intl, j.p_high ?? 0), worst: plain(String(j.facts!["worst"])), best: plain(String(j.facts!["best"])) });
    if (j.limit) text("model.said.limit", { limit: share(intl, j.limit) });
  } else if (j.statistic !== undefined && !j.p) {
    if (j.p_high !== undefined) text("model.said.interval", { value: share(intl, j.statistic), low: share(intl, j.p_low ?? 0), high: share(intl, j.p_high) });
    else text("model.said.value", { value: share(intl, j.statistic) });
    if (j.limit) text("model.said.limit", { limit: share(intl, j.limit) });
  }
  if (j.n) text("model.said.n", { n: j.n });
  if (j.needed && j.needed > (j.n ?? 0)) text("model.said.needed", { needed: j.needed });
  return out;
}
