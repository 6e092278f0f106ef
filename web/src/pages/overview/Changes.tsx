import { useState } from "react";
import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { IntlShape } from "react-intl";
import { Link } from "react-router";
import type { Change, Overview } from "../../api/types";
import { Button, Panel, plain, Time } from "../../ui";
import { useZoneName } from "../findings/names";
import css from "./overview.module.css";

/** A sign before each sentence; the sentence says the same. */
const signs: Record<string, { sign: string; tone: "new" | "bad" | "good" | "plain" }> = {
  "asset.new": { sign: "+", tone: "new" },
  "asset.changed": { sign: "~", tone: "plain" },
  "asset.quiet": { sign: "!", tone: "bad" },
  "finding.opened": { sign: "!", tone: "bad" },
  "finding.reopened": { sign: "!", tone: "bad" },
  "case.opened": { sign: "!", tone: "bad" },
  "finding.fixed": { sign: "✓", tone: "good" },
  "sensor.back": { sign: "✓", tone: "good" },
  "sensor.lost": { sign: "!", tone: "bad" },
};

/** So many are read at a glance; the rest is one press away. */
const glance = 10;

/** What changed in the last 24 hours, in sentences. */
export function Changes({ overview }: { overview: Overview }) {
  const { changes, changes_more } = overview;
  const [all, setAll] = useState(false);
  const shown = all ? changes : changes.slice(0, glance);
  return (
    <Panel title={<FormattedMessage id="overview.changes" />}>
      {changes.length === 0 && <p className="wr-muted"><FormattedMessage id="overview.changes.none" /></p>}
      <ul className={css.changes}>
        {shown.map((c) => (
          <li key={c.id} className={css.change}>
            <span className={css.sign} data-tone={signs[c.kind]?.tone ?? "plain"} aria-hidden="true">{signs[c.kind]?.sign ?? "·"}</span>
            <Link to={inside(c.href)}><Sentence change={c} /></Link>
            <span className={css.when}><Time at={c.at} mode="relative" /></span>
          </li>
        ))}
      </ul>
      {shown.length < changes.length && <Button small kind="quiet" onClick={() => setAll(true)}><FormattedMessage id="overview.changes.rest" values={{ count: changes.length - glance }} /></Button>}
      {shown.length === changes.length && changes_more > 0 && <p className="wr-muted wr-small"><FormattedMessage id="overview.changes.more" values={{ count: changes_more }} /></p>}
    </Panel>
  );
}

/** A link of the server stays in the house: anything but a path of ours leads to the overview. */
export const inside = (href: string): string => (/^\/(?![/\\])/.test(href) ? href : "/");

export function Sentence({ change: c }: { change: Change }) {
  const intl = useIntl();
  const known = `overview.change.${c.kind}`;
  const id = intl.messages[known] === undefined ? "overview.change.other" : c.kind === "content.changed" && !c.by ? `${known}.nobody` : known;
  const zoneName = useZoneName();
  const place = c.ward || zoneName(c.zone);
  return (
    <FormattedMessage
      id={id}
      values={{
        count: c.count,
        b: (words: ReactNode[]) => <strong>{words}</strong>,
        name: name(c.name ?? c.asset),
        title: <bdi lang={c.language}>{plain(c.title ?? c.kind)}</bdi>,
        by: name(c.by),
        place: name(place),
        placed: place ? "yes" : "no",
        named: c.name ? "yes" : "no",
        titled: c.title ? "yes" : "no",
        valued: c.from && c.to ? "both" : c.to ? "to" : "none",
        from: name(c.from),
        to: c.kind === "finding.decided" ? (c.to ?? "").replaceAll(" ", "") : name(c.to),
        field: fieldName(intl, c.field),
        severity: intl.formatMessage({ id: `severity.${c.severity ?? "none"}` }),
        time: <Time at={c.kind === "acceptance.ends" && isTime(c.to) ? c.to : c.at} mode={c.kind === "acceptance.ends" ? "relative" : "clock"} />,
      }}
    />
  );
}

/** Names come off the wire: isolated, and running with the sentence, which is cut when it grows too long. */
const name = (value: string | undefined): ReactNode => <bdi>{plain(value ?? "")}</bdi>;

function fieldName(intl: IntlShape, field: string | undefined): string {
  const id = `overview.change.field.${field}`;
  return intl.messages[id] === undefined ? (field ?? "") : intl.formatMessage({ id });
}

const isTime = (text: string | undefined): text is string => text !== undefined && /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
