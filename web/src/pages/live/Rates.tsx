import { lazy, Suspense, useMemo, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Sensor } from "../../api/types";
import { Name, Num, Panel, Segments, Skeleton } from "../../ui";
import { series, type Rates as Recent, type Series } from "./rate";

// ECharts comes with the first plot, not with the page.
const Plot = lazy(() => import("./Plot"));

type View = "protocol" | "sensor" | "hour";

/** Observations a second: of five minutes by protocol or sensor, or of an hour by sensor. */
export function Rates({ rates, sensors }: { rates: Recent; sensors: readonly Sensor[] }) {
  const intl = useIntl();
  const [view, setView] = useState<View>("protocol");
  const [shut, setShut] = useState(false);
  const lines = useMemo<Series[]>(() => (view === "hour" ? hour(sensors) : series(rates, view)), [rates, sensors, view]);
  const step = view === "hour" ? 60 : 1;
  const name = (s: Series) => s.name || intl.formatMessage({ id: "live.rates.rest" });
  return (
    <Panel title={<FormattedMessage id="live.rates" />} actions={
      <>
        <Segments label={intl.formatMessage({ id: "live.rates.by" })} value={view} onChange={(v) => setView(v as View)} options={(["protocol", "sensor", "hour"] as const).map((v) => ({ value: v, label: intl.formatMessage({ id: `live.rates.${v}` }) }))} />
        <button type="button" className="wr-button wr-button-quiet wr-button-small" aria-expanded={!shut} onClick={() => setShut(!shut)}><FormattedMessage id={shut ? "live.rates.show" : "live.rates.hide"} /></button>
      </>
    }>
      {!shut && (
        <div className="lv-rates">
          <div className="lv-plot">
            {lines.length > 0 ? (
              <Suspense fallback={<Skeleton lines={3} height={36} />}>
                <Plot step={step} span={view === "hour" ? 3600 : 300} lines={lines.map((l) => ({ name: name(l), values: l.values }))} unit={intl.formatMessage({ id: "live.rates.unit" })}
                  label={intl.formatMessage({ id: "live.rates.label" }, { lines: lines.map((l) => `${name(l)} ${intl.formatNumber(last(l) ?? 0, { maximumFractionDigits: 1 })}`).join(", "), minutes: view === "hour" ? 60 : 5 })} />
              </Suspense>
            ) : <p className="wr-muted"><FormattedMessage id="live.rates.none" /></p>}
          </div>
          <ul className="lv-legend">
            {lines.map((l, i) => (
              <li key={l.name}>
                <svg width="26" height="8" aria-hidden="true" className={`lv-line-${i % 5}`}><path d="M1 4H25" stroke="currentColor" strokeWidth="2" strokeDasharray={i < 5 ? undefined : "4 3"} /></svg>
                <Name value={name(l)} /> <Num value={last(l)} digits={1} unit="/s" />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Panel>
  );
}

const last = (l: Series) => l.values.findLast((v) => v !== null) ?? null;

function hour(sensors: readonly Sensor[]): Series[] {
  const length = Math.max(0, ...sensors.map((s) => s.rate.length));
  return sensors.slice(0, 8).map((s) => ({
    name: s.id, sum: s.rate.reduce<number>((n, v) => n + (v ?? 0), 0),
    // Newer sensors have fewer minutes: before them there is nothing, not zero.
    values: [...Array.from({ length: length - s.rate.length }, () => null), ...s.rate],
  }));
}
