import { useEffect, useMemo, useReducer, useRef, useState, type CSSProperties } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useApi, useEvents, useFilters, usePage } from "../../api/client";
import type { Asset, ObservationRow, Page, Sensor } from "../../api/types";
import { useKeys } from "../../app/keyboard";
import { useTitle } from "../../app/title";
import { Banner, Button, Dialog, Empty, Failure, FilterBar, IconButton, Name, Num, PageHead, Table, cx, plain, type Filter } from "../../ui";
import { AssetPicker } from "../asset/AssetPicker";
import { useFrame } from "../assets/frame";
import { word } from "../assets/words";
import { columns } from "./columns";
import { Detail } from "./Detail";
import { empty, feed } from "./feed";
import { Rates } from "./Rates";
import { add, noRates } from "./rate";
import "./live.css";

const filterDefaults = { kind: "", sensor: "", asset: "" };

export default function Live() {
  const intl = useIntl();
  const frame = useFrame();
  const text = (id: string, values?: Record<string, string | number>) => intl.formatMessage({ id }, values);
  useTitle(text("live.title"));
  const [filters, set, clear] = useFilters(filterDefaults);
  const asked = useMemo(() => Object.fromEntries(Object.entries(filters).filter(([, v]) => v)), [filters]);
  const key = JSON.stringify(asked);

  const [f, act] = useReducer(feed, empty);
  const [paused, pause] = useState(false);
  const [away, setAway] = useState(false);
  const [chosen, choose] = useState<ObservationRow | null>(null);
  const [picking, pick] = useState(false);
  const [rates, setRates] = useState(noRates);
  const [tick, setTick] = useState<{ per_s: number; lag_ms: number } | null>(null);
  // Reading is not interrupted: whoever paused, scrolled away from the top or looks at a row lets the new ones wait.
  const hold = paused || away || chosen !== null;
  const holding = useRef(hold);
  useEffect(() => void (holding.current = hold));

  const log = usePage<ObservationRow>("/observations", { ...asked, limit: 100 });
  useEffect(() => act({ act: "clear" }), [key]);
  useEffect(() => act({ act: "start", rows: log.items }), [log.items, key]);
  const { state } = useEvents(["live"], {
    live: (e) => act({ act: "came", live: e, hold: holding.current }),
    tick: (e) => {
      setTick({ per_s: e.per_s, lag_ms: e.lag_ms });
      setRates((r) => add(r, e, Math.floor(Date.now() / 1000)));
    },
  }, asked);
  // What passed while the line was broken is in the log.
  const refresh = log.refresh;
  useEffect(() => { if (state === "back") refresh(); }, [state, refresh]);
  useEffect(() => { if (!hold && f.waiting.length > 0) act({ act: "show" }); }, [hold, f.waiting.length]);

  const sensors = useApi<Page<Sensor>>("/sensors", undefined, { every: 60_000 });
  const asset = useApi<Asset>(filters.asset ? `/assets/${encodeURIComponent(filters.asset)}` : null);
  const top = () => document.querySelector<HTMLElement>(".lv-rows .wr-table-wrap")?.scrollTo?.({ top: 0 });
  const show = () => { pause(false); choose(null); act({ act: "show" }); top(); };
  useKeys({ p: () => pause((p) => !p), n: show });

  return (
    <div className="lv-page" style={frame as CSSProperties}>
      <PageHead title={text("live.title")} actions={
        <Button icon={paused ? "play" : "pause"} aria-pressed={paused} aria-keyshortcuts="p" onClick={() => (paused ? show() : pause(true))}><FormattedMessage id={paused ? "live.resume" : "live.pause"} /></Button>
      }>
        {tick ? <FormattedMessage id="live.now" values={{ rate: <Num value={tick.per_s} digits={tick.per_s < 10 ? 1 : 0} />, lag: <Num value={tick.lag_ms} unit="ms" /> }} /> : text(state === "lost" ? "live.lost.short" : "live.waiting")}
      </PageHead>
      <FilterBar label={text("live.filters")} filters={choices()} values={filters} onChange={set} onClear={clear}>
        {filters.asset ? (
          <span className="lv-chip"><Name value={asset.data?.name ?? filters.asset} /><IconButton small icon="close" label={text("live.asset.all")} onClick={() => set({ asset: "" })} /></span>
        ) : (
          <Button small kind="quiet" icon="device" onClick={() => pick(true)}><FormattedMessage id="live.asset.one" /></Button>
        )}
      </FilterBar>
      {state === "lost" && <Banner kind="warning" role="alert"><FormattedMessage id="live.lost" /></Banner>}
      {sensors.data && sensors.data.items.length === 0 && <Banner kind="warning"><FormattedMessage id="live.nosensor" /></Banner>}
      <Rates rates={rates} sensors={sensors.data?.items ?? []} />
      <div className="lv-bar">
        <Waiting count={f.waiting.length} gone={f.gone} paused={paused} onShow={show} />
        {f.leftOut > 0 && <span className="wr-muted" title={text("live.leftout.why")}><FormattedMessage id="live.leftout" values={{ count: f.leftOut }} /></span>}
      </div>
      {log.problem && f.rows.length === 0 && <Failure problem={log.problem} retry={log.refresh} />}
      <div className={cx("lv-work", chosen && "lv-with-side")}>
        <div className="lv-rows" onScrollCapture={(e) => setAway((e.target as HTMLElement).scrollTop > 8)}>
          <Table
            caption={text("live.caption")} columns={columns(intl)} rows={f.rows} rowKey={(o) => String(o.seq)} onOpen={choose} virtual={{ height: "100%" }} loading={log.loading && f.rows.length === 0}
            total={Math.max(log.total, f.rows.length)} more={log.more} onMore={log.loadMore} loadingMore={log.loadingMore}
            empty={!log.problem && <Empty title={text(key === "{}" ? "live.none" : "live.none.filtered")}><p>{text(key === "{}" ? "live.none.detail" : "live.none.filtered.detail")}</p></Empty>}
          />
        </div>
        {chosen && <Detail row={chosen} onClose={() => choose(null)} onAsset={(id) => { choose(null); set({ asset: id }); }} onKind={(kind) => { choose(null); set({ kind }); }} />}
      </div>
      {picking && (
        <Dialog open title={text("live.asset.one")} onClose={() => pick(false)}>
          <AssetPicker label={text("live.asset.which")} except="" onPick={(a) => { pick(false); set({ asset: a.id }); }} />
        </Dialog>
      )}
    </div>
  );

  function choices(): Filter[] {
    const offer = (id: "kind" | "sensor", values: string[], label: (v: string) => string): Filter => {
      const now = filters[id], all = now && !values.includes(now) ? [...values, now] : values;
      return { id, label: text(`live.filter.${id}`), options: [{ value: "", label: text("assets.any") }, ...all.map((value) => ({ value, label: label(value) }))] };
    };
    const kinds = Object.keys(intl.messages).flatMap((id) => (/^source\.\w+\.\w+$/.test(id) ? [id.slice("source.".length)] : [])).concat("flow").sort();
    return [offer("kind", kinds, (v) => word(intl, "source", v)), offer("sensor", sensors.data?.items.map((s) => s.id) ?? [], plain)];
  }
}

/** How many wait. The number is drawn as it grows; it is spoken at most every ten seconds. */
function Waiting({ count, gone, paused, onShow }: { count: number; gone: number; paused: boolean; onShow: () => void }) {
  const intl = useIntl();
  const [spoken, speak] = useState(0);
  const latest = useRef(count);
  useEffect(() => void (latest.current = count));
  useEffect(() => {
    const timer = setInterval(() => speak(latest.current), 10_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      {count > 0 ? (
        <Button small kind="primary" icon="up" aria-keyshortcuts="n" onClick={onShow}><FormattedMessage id="live.waiting.show" values={{ count: count + gone }} /></Button>
      ) : (
        <span className="wr-muted"><FormattedMessage id={paused ? "live.paused" : "live.follows"} /></span>
      )}
      {gone > 0 && <span className="wr-muted"><FormattedMessage id="live.gone" values={{ count: gone }} /></span>}
      <span className="wr-hidden" role="status">{spoken > 0 && count > 0 ? intl.formatMessage({ id: "live.waiting.show" }, { count: spoken }) : ""}</span>
    </>
  );
}
