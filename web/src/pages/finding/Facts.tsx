import { FormattedMessage, useIntl } from "react-intl";
import type { IntlShape } from "react-intl";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { FindingDetail, ObservationRow } from "../../api/types";
import { useMay } from "../../app/session";
import { Name, Num, Panel, plain, Time } from "../../ui";
import css from "./finding.module.css";

/** The facts the verdict copied, and the observations behind them on a small timeline. */
export function Facts({ finding: f }: { finding: FindingDetail }) {
  const mayObserve = useMay("observe");
  const facts = Object.entries(f.facts ?? {});
  return (
    <Panel title={<FormattedMessage id="finding.facts" />}>
      {facts.length > 0 && (
        <dl className={css.facts}>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt><FactName name={name} /></dt>
              <dd><FactValue value={f.facts_told?.[name] ?? value} /></dd>
            </div>
          ))}
        </dl>
      )}
      <h3 className={css.sub}><FormattedMessage id="finding.observations" values={{ count: f.observations.length }} /></h3>
      {f.observations.length === 0
        ? <p className="wr-muted"><FormattedMessage id={mayObserve ? "finding.observations.none" : "finding.observations.notallowed"} /></p>
        : <ol className={css.timeline}>{f.observations.map((o) => <Observation key={o.seq} row={o} />)}</ol>}
    </Panel>
  );
}

function Observation({ row: o }: { row: ObservationRow }) {
  const end = (name: string | undefined, asset: string | undefined, address: string | undefined, port: number | undefined) => {
    const text = name ?? address;
    if (!text) return null;
    return (
      <span className={css.end}>
        {asset ? <Link to={`/assets/${asset}`}><Name value={text} /></Link> : <Name value={text} />}
        {port !== undefined && port > 0 && <span className="wr-muted wr-num">:{port}</span>}
      </span>
    );
  };
  const src = end(o.src_name, o.src_asset, o.src, undefined);
  const dst = end(o.dst_name, o.dst_asset, o.dst, o.dst_port);
  return (
    <li className={css.observation}>
      <span className={css.at}><Time at={o.at} mode="clock" seconds /></span>
      <div>
        <p className={css.line}>
          <strong>{plain(o.title)}</strong>
          {(src || dst) && <span className={css.ends}>{src} → {dst}</span>}
          {o.count > 1 && <span className="wr-muted">×<Num value={o.count} /></span>}
        </p>
        <details>
          <summary><span className={css.summary}>{plain(o.summary)}</span></summary>
          <dl className={css.fields}>
            <Field name="sensor" value={o.sensor} />
            <div><dt><FormattedMessage id="finding.observation.at" /></dt><dd><Time at={o.at} seconds /></dd></div>
            <div><dt><FormattedMessage id="finding.observation.seq" /></dt><dd className="wr-mono">{o.seq}</dd></div>
            {Object.entries(o.fields ?? {}).map(([name, value]) => <Field key={name} name={name} value={value} personal={o.personal?.includes(name) ?? false} />)}
          </dl>
        </details>
      </div>
    </li>
  );
}

/** A field as it was recorded; of a personal one only that it was there. */
function Field({ name, value, personal = false }: { name: string; value: unknown; personal?: boolean }) {
  return (
    <div>
      <dt className="wr-mono">{plain(name)}</dt>
      <dd>{personal || isPresence(value) ? <span className={css.personal}><FormattedMessage id="finding.observation.personal" /></span> : <FactValue value={value} />}</dd>
    </div>
  );
}

const isPresence = (value: unknown): boolean => typeof value === "object" && value !== null && "present" in value && Object.keys(value).length === 1;

function FactName({ name }: { name: string }) {
  const intl = useIntl();
  return <>{factName(intl, name)}</>;
}

/** A fact's name in words where there are some, else as the check calls it. */
export function factName(intl: IntlShape, name: string): string {
  const id = `finding.fact.${name}`;
  return intl.messages[id] === undefined ? plain(name.replaceAll("_", " ")) : intl.formatMessage({ id });
}

/** A fact of any shape: plain values, times, lists; anything else as JSON. */
export function FactValue({ value }: { value: unknown }): ReactNode {
  if (value === null || value === undefined || value === "") return <span className="wr-muted">–</span>;
  if (typeof value === "boolean") return <FormattedMessage id={value ? "tri.yes" : "tri.no"} />;
  if (typeof value === "number") return <Num value={value} digits={3} />;
  if (typeof value === "string") return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? <Time at={value} seconds /> : <Name value={value} wrap />;
  if (Array.isArray(value) && value.every((v) => typeof v !== "object")) {
    return <ul className={css.list}>{value.map((v, i) => <li key={i}><FactValue value={v} /></li>)}</ul>;
  }
  return <code className={css.json}>{plain(JSON.stringify(value))}</code>;
}
