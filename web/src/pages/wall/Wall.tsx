import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useApi, useLive } from "../../api/client";
import type { CaseLine, Overview, Sensor } from "../../api/types";
import { useSession } from "../../app/session";
import { useTitle } from "../../app/title";
import { Failure, Glyph, Icon, Name, plain, SeverityMark, siteNow, Skeleton, Time, Word } from "../../ui";
import { SensorGlyph } from "../overview/Sensors";
import css from "./wall.module.css";

/** How many cases fit on the wall; the rest is counted. */
const fits = 5;
/** An answer older than this many milliseconds is no longer "now". */
const oldAfter = 90_000;

/** Now and Sensors, to be read from three metres. It fetches again by itself and says so when it cannot. */
export default function Wall() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "wall.title" }));
  const { site_name } = useSession();
  const { data, error, isPending, refetch, dataUpdatedAt } = useApi<Overview>("/overview", { language: intl.locale.split("-")[0] }, { live: ["overview", "findings", "sensors"], every: 15_000 });
  const { at } = useLive();
  const old = data !== undefined && (error !== null || Date.now() - dataUpdatedAt > oldAfter);
  return (
    <div className={css.wall}>
      <header className={css.head}>
        <h1><bdi>{plain(site_name)}</bdi></h1>
        <p className={css.notAlarm}><FormattedMessage id="shell.notalarm" /></p>
        <p className={css.clock}><Time at={at ?? new Date(siteNow()).toISOString()} mode="clock" seconds={at !== undefined} /></p>
        <Link to="/" className={css.leave} aria-label={intl.formatMessage({ id: "wall.leave" })}><Icon name="close" size={22} /></Link>
      </header>
      {old && (
        <p className={css.old} role="status">
          <Glyph of="unknown" size={28} /> <FormattedMessage id="wall.old" values={{ time: <Time at={data.at} mode="clock" /> }} />
        </p>
      )}
      {isPending && <div className={css.waiting}><Skeleton lines={5} height={64} /></div>}
      {error && !data && <Failure problem={error} retry={() => void refetch()} />}
      {data && <Now overview={data} />}
      {data && <Sensors sensors={data.sensors} unwatched={unwatched(data)} />}
    </div>
  );
}

function Now({ overview: o }: { overview: Overview }) {
  const rest = o.more + Math.max(0, o.now.length - fits);
  return (
    <section className={css.now} aria-labelledby="wall-now">
      <h2 id="wall-now"><FormattedMessage id="wall.now" /></h2>
      {o.now.length === 0 && <p className={css.none}><FormattedMessage id="wall.none" /></p>}
      <ol>{o.now.slice(0, fits).map((c) => <Line key={c.id} line={c} />)}</ol>
      {rest > 0 && <p className={css.more}><FormattedMessage id="wall.more" values={{ count: rest }} /></p>}
    </section>
  );
}

function Line({ line: c }: { line: CaseLine }) {
  return (
    <li className={css.line} data-severity={c.severity}>
      <SeverityMark severity={c.severity} size={40} />
      <div className={css.text}>
        <p className={css.title} lang={c.language}>{plain(c.title)}</p>
        <p className={css.where}>
          <Name value={c.where} />
          {c.acknowledged && <span className={css.flag}><FormattedMessage id="wall.acknowledged" /></span>}
        </p>
      </div>
      <p className={css.since}><Time at={c.opened} mode="relative" /></p>
    </li>
  );
}

function Sensors({ sensors, unwatched }: { sensors: Sensor[]; unwatched: number }) {
  const intl = useIntl();
  return (
    <section className={css.sensors} aria-labelledby="wall-sensors">
      <h2 id="wall-sensors"><FormattedMessage id="wall.sensors" /></h2>
      {sensors.length === 0 && <p className={css.none}><FormattedMessage id="wall.nosensors" /></p>}
      <ul>
        {sensors.map((s) => (
          <li key={s.id} className={css.sensor} data-state={s.state}>
            <SensorGlyph state={s.state} />
            <Name value={s.id} />
            <strong><Word group="sensor" value={s.state} /></strong>
            {(s.state === "lost" || s.state === "blind" || s.state === "ended") && <Time at={s.last} mode="relative" />}
            {s.drops > 0 && <span>{intl.formatMessage({ id: "overview.sensor.drops" }, { count: s.drops })}</span>}
          </li>
        ))}
      </ul>
      {unwatched > 0 && <p className={css.unwatched}><Glyph of="unwatched" size={26} /> <FormattedMessage id="wall.unwatched" values={{ count: unwatched }} /></p>}
    </section>
  );
}

/** The most components of a kind that nobody looks at for one concern, over all kinds: a lower bound that counts none twice. */
const unwatched = (o: Overview): number => o.coverage.rows.reduce((sum, r) => sum + Math.max(0, ...r.cells.map((c) => c.unwatched)), 0);
