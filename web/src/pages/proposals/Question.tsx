import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { IntlShape } from "react-intl";
import { Link } from "react-router";
import type { Proposal } from "../../api/types";
import { Button, plain, Time } from "../../ui";
import { useZoneName } from "../findings/names";
import css from "./proposals.module.css";

/** One question, why it is asked, and what each answer means. */
export function Question({ proposal: p, may, onAnswer, onSkip, children }: { proposal: Proposal; may: boolean; onAnswer: (accept: boolean) => void; onSkip: () => void; children?: ReactNode }) {
  return (
    <section className={css.question} aria-live="polite">
      <h2><Sentence proposal={p} /></h2>
      <p className={css.reason}><FormattedMessage id="proposals.reason" values={{ reason: <bdi lang={p.english?.includes("reason") ? "en" : p.language}>{plain(p.reason)}</bdi>, when: <Time at={p.at} mode="relative" /> }} /></p>
      <p className={css.links}>
        {p.asset && <Link to={`/assets/${p.asset}`}><FormattedMessage id="proposals.look" values={{ name: <bdi>{plain(p.asset_name ?? p.asset)}</bdi> }} /></Link>}
        {p.other && <Link to={`/assets/${p.other}`}><FormattedMessage id="proposals.look" values={{ name: <bdi>{plain(p.other_name ?? p.other)}</bdi> }} /></Link>}
      </p>
      {children}
      <dl className={css.answers}>
        {(["yes", "no"] as const).map((a) => (
          <div key={a}>
            <dt><Button kind={a === "yes" ? "primary" : "plain"} wide disabled={!may} onClick={() => onAnswer(a === "yes")}><FormattedMessage id={`proposals.${a}.${p.kind === "baseline" ? "baseline" : "other"}`} /> <kbd>{a === "yes" ? "y" : "n"}</kbd></Button></dt>
            <dd><FormattedMessage id={`proposals.means.${p.kind}.${a}`} values={values(p)} /></dd>
          </div>
        ))}
        <div>
          <dt><Button kind="quiet" wide onClick={onSkip}><FormattedMessage id="proposals.skip" /> <kbd>{"s"}</kbd></Button></dt>
          <dd><FormattedMessage id="proposals.means.skip" /></dd>
        </div>
      </dl>
      {!may && <p className="wr-muted"><FormattedMessage id="proposals.notallowed" /></p>}
    </section>
  );
}

const name = (text: string | undefined): ReactNode => <bdi className={css.name}>{plain(text ?? "")}</bdi>;

/** Two of the same name are told apart by their ids. */
function values(p: Proposal) {
  const alike = p.other !== undefined && p.asset_name === p.other_name;
  const named = (text: string | undefined, id: string | undefined) => <>{name(text ?? id)}{alike && <code> {id}</code>}</>;
  return { name: named(p.asset_name, p.asset), other: named(p.other_name, p.other), value: name(p.value) };
}

/** The question in words. */
export function Sentence({ proposal: p }: { proposal: Proposal }) {
  const intl = useIntl();
  const zoneName = useZoneName();
  return <FormattedMessage id={`proposals.ask.${p.kind}`} values={{ ...values(p), field: p.kind === "baseline" ? <strong>{name(zoneName(p.field))}</strong> : fieldName(intl, p.field), value: <Valued proposal={p} />, count: p.members_total ?? p.members?.length ?? 0 }} />;
}

/** A proposed value: in words where it is one of ours. */
function Valued({ proposal: p }: { proposal: Proposal }) {
  const intl = useIntl();
  const id = `${p.kind === "kind" ? "kind" : "criticality"}.${p.value}`;
  const known = (p.kind === "kind" || p.kind === "criticality") && intl.messages[id] !== undefined;
  return <strong>{known ? intl.formatMessage({ id }) : name(p.kind === "role" ? p.value?.replaceAll("-", " ") : p.value)}</strong>;
}

function fieldName(intl: IntlShape, field: string | undefined): string {
  const id = `overview.change.field.${field}`;
  return intl.messages[id] === undefined ? plain(field ?? "").replaceAll("-", " ") : intl.formatMessage({ id });
}
