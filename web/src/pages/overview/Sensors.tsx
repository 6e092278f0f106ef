import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import type { Sensor } from "../../api/types";
import { Bytes, Name, Panel, plain, Sparkline, Time } from "../../ui";
import css from "./overview.module.css";

export function Sensors({ sensors }: { sensors: Sensor[] }) {
  return (
    <Panel title={<FormattedMessage id="overview.sensors" />}>
      {sensors.length === 0 ? (
        <p className={css.quiet}>
          <FormattedMessage id="overview.sensors.none" /> <Link to="/settings/sensors"><FormattedMessage id="overview.sensors.add" /></Link>
        </p>
      ) : (
        <ul className={css.sensors}>
          {sensors.map((s) => <SensorLine key={s.id} sensor={s} />)}
        </ul>
      )}
    </Panel>
  );
}

function SensorLine({ sensor: s }: { sensor: Sensor }) {
  const intl = useIntl();
  const short = (value: number) => intl.formatNumber(value, { notation: "compact", maximumFractionDigits: 1 });
  const rate = s.packets_per_s > 0
    ? intl.formatMessage({ id: "overview.sensor.packets" }, { value: short(s.packets_per_s) })
    : intl.formatMessage({ id: "overview.sensor.observations" }, { value: short(s.observations_per_s) });
  const silent = s.state === "lost" || s.state === "ended" || s.state === "blind";
  return (
    <li className={css.sensor} data-state={s.state}>
      <p className={css.sensorName}><Link to={`/live?sensor=${encodeURIComponent(s.id)}`}><Name value={s.id} /></Link></p>
      <p className={css.sensorState} data-state={s.state}>
        <SensorGlyph state={s.state} /> <FormattedMessage id={`sensor.${s.state}`} />
      </p>
      <div className={css.spark}>
        <Sparkline values={s.rate} label={intl.formatMessage({ id: "overview.sensor.plot" }, { minutes: s.rate.length })} />
      </div>
      <p className={css.sensorRate}>
        {silent ? <FormattedMessage id="overview.sensor.last" values={{ time: <Time at={s.last} mode="relative" /> }} /> : rate}
      </p>
      <p className={css.sensorLoss} data-loss={s.drops > 0}>
        {s.drops > 0 ? <FormattedMessage id="overview.sensor.drops" values={{ count: s.drops }} /> : <FormattedMessage id="overview.sensor.noloss" />}
        {s.parse_failures > 0 && <span><FormattedMessage id="overview.sensor.failures" values={{ count: s.parse_failures }} /></span>}
        {s.gap_bytes > 0 && <span><FormattedMessage id="overview.sensor.gap" values={{ value: <Bytes value={s.gap_bytes} /> }} /></span>}
      </p>
      {s.detail && <p className={css.sensorDetail}><bdi>{plain(s.detail)}</bdi></p>}
    </li>
  );
}

/** Whether a sensor works, as a shape: full, hollow, crossed. */
export function SensorGlyph({ state }: { state: Sensor["state"] }) {
  return (
    <svg className={css.sensorGlyph} data-state={state} width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {state === "watching" && <circle cx="6" cy="6" r="4.5" fill="currentColor" />}
      {state === "quiet" && <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="2" />}
      {(state === "lost" || state === "blind") && <path d="M6 .8 11.6 11H.4z" fill="currentColor" />}
      {state === "ended" && <path d="M2 2h8v8H2z" fill="none" stroke="currentColor" strokeWidth="2" />}
    </svg>
  );
}
