import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type CSSProperties } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { keyOf, useApi, useEvents, useFilters } from "../../api/client";
import type { Graph } from "../../api/types";
import { useSession } from "../../app/session";
import { useTitle } from "../../app/title";
import { Button, Empty, Failure, IconButton, PageHead, Segments, Skeleton, cx, plain } from "../../ui";
import { since } from "../assets/filters";
import { useFrame } from "../assets/frame";
import { EcosystemFilters, filterDefaults } from "./Filters";
import { layout, type Point } from "./layout";
import { Legend } from "./Legend";
import { ListView } from "./ListView";
import type { Chosen, MapHandle } from "./MapCanvas";
import { clusterId, draw, filterGraph } from "./model";
import { remember, remembered } from "./positions";
import { palette } from "./shape";
import { Side } from "./Side";
import { svg } from "./svg";
import "./ecosystem.css";

// Cytoscape is as large as everything else together: it comes when the map does.
const MapCanvas = lazy(() => import("./MapCanvas"));

const none: Graph = { at: "", position: 0, zones: [], nodes: [], links: [] };
const list = (v: string) => (v ? v.split(",") : []);

export default function Ecosystem() {
  const intl = useIntl();
  const { site } = useSession();
  const frame = useFrame();
  const [filters, set, clear] = useFilters(filterDefaults);
  const { data, error, isPending, refetch } = useApi<Graph>("/map");
  useRefreshed(30);
  const graph = data ?? none;
  const text = useCallback((id: string, values?: Record<string, string | number>) => intl.formatMessage({ id }, values), [intl]);
  useTitle(text("ecosystem.title"));

  const { q, kind, criticality, protocol, zone, severity, new_since, cleartext, focus, open, view } = filters;
  const shown = useMemo(
    () => filterGraph(graph, { q, kind: list(kind), criticality: list(criticality), protocol: list(protocol), zone: list(zone), severity: severity as never, newSince: new_since ? since(new_since) : "", cleartext: cleartext === "yes" }),
    [graph, q, kind, criticality, protocol, zone, severity, new_since, cleartext],
  );
  const focused = useMemo(() => shown.nodes.find((n) => n.id === focus), [shown, focus]);
  const opened = useMemo(() => new Set([...list(open), ...(focused ? [clusterId(focused.zone, focused.kind)] : [])]), [open, focused]);
  const drawing = useMemo(() => draw(shown, opened), [shown, opened]);
  const [moved, setMoved] = useState<ReadonlyMap<string, Point>>(() => remembered(site));
  const placed = useMemo(() => layout(drawing, moved), [drawing, moved]);

  const names = useMemo(() => new Map(graph.nodes.map((n) => [n.id, plain(n.name)])), [graph]);
  const zones = useMemo(() => new Map(graph.zones.map((z) => [z.id, plain(z.name || z.id)])), [graph]);
  const counts = useMemo(() => new Map(drawing.glyphs.filter((g) => g.count > 1).map((g) => [g.id, g])), [drawing]);
  const zoneName = useCallback((id: string) => zones.get(id) || (id ? plain(id) : text("ecosystem.nozone")), [zones, text]);
  const label = useCallback((id: string) => {
    const c = counts.get(id);
    return c ? text("ecosystem.cluster", { count: c.count, kind: text(`kind.${c.kind}`) }) : (names.get(id) ?? id);
  }, [names, counts, text]);

  const chosen = useMemo<Chosen>(() => (drawing.glyphs.some((g) => g.id === focus) ? { type: "node", id: focus } : drawing.lines.some((l) => l.id === focus) ? { type: "edge", id: focus } : null), [drawing, focus]);
  const near = useMemo(() => {
    if (!chosen) return null;
    if (chosen.type === "edge") return new Set(drawing.lines.filter((l) => l.id === chosen.id).flatMap((l) => [l.a, l.b]));
    return new Set([chosen.id, ...drawing.lines.filter((l) => l.a === chosen.id || l.b === chosen.id).flatMap((l) => [l.a, l.b])]);
  }, [chosen, drawing]);

  const map = useRef<MapHandle>(null);
  const choose = useCallback((c: Chosen) => set({ focus: c?.id ?? "" }), [set]);
  const show = useCallback((id: string) => { set({ focus: id }); requestAnimationFrame(() => map.current?.show(id)); }, [set]);
  const unfold = useCallback((id: string) => set({ open: [...new Set([...list(open), id])].join(","), focus: "" }), [set, open]);
  const move = useCallback((id: string, p: Point) => setMoved((old) => {
    const next = new Map(old);
    next.delete(id);
    next.set(id, p);
    remember(site, next);
    return next;
  }), [site]);
  const forget = () => { remember(site, new Map()); setMoved(new Map()); };

  const save = () => {
    const file = svg(drawing, placed, palette(), {
      title: text("ecosystem.file.title", { assets: drawing.assets }), at: intl.formatDate(graph.at || undefined, { dateStyle: "long", timeStyle: "short" }), label, zone: zoneName,
      open: text("ecosystem.legend.no"), encrypted: text("ecosystem.legend.yes"), unknown: text("ecosystem.legend.unknown"),
    });
    const url = URL.createObjectURL(new Blob([file], { type: "image/svg+xml" }));
    const a = document.createElement("a");
    a.href = url;
    a.download = "ecosystem.svg";
    a.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };

  const filtered = Object.entries(filters).some(([k, v]) => v && !["focus", "open", "view"].includes(k));
  return (
    <div className="eco-page" style={frame as CSSProperties}>
      <PageHead title={text("ecosystem.title")} actions={
        <>
          <Segments label={text("ecosystem.view")} value={view} onChange={(v) => set({ view: v })} options={[{ value: "map", label: text("ecosystem.view.map") }, { value: "list", label: text("ecosystem.view.list") }]} />
          <Button icon="download" disabled={!drawing.glyphs.length} onClick={save}><FormattedMessage id="ecosystem.svg" /></Button>
        </>
      }>
        <span role="status">{isPending ? text("ui.loading") : text(filtered ? "ecosystem.count.filtered" : "ecosystem.count", { assets: shown.nodes.length, all: graph.nodes.length, links: shown.links.length, zones: drawing.zones.length })}</span>
      </PageHead>
      <EcosystemFilters graph={graph} zone={zoneName} values={filters} onChange={set} onClear={clear} />
      {error && <Failure problem={error} retry={() => void refetch()} title={text("ecosystem.failed")} />}
      {isPending && <div className="eco-waiting"><Skeleton lines={10} height={28} /></div>}
      {data && shown.nodes.length === 0 && (
        <Empty title={text(filtered ? "ecosystem.none.filtered" : "ecosystem.none")}>
          <p>{text(filtered ? "ecosystem.none.filtered.detail" : "ecosystem.none.detail")}</p>
          {filtered && <Button onClick={clear}><FormattedMessage id="ui.filter.clear" /></Button>}
        </Empty>
      )}
      {data && shown.nodes.length > 0 && (view === "list" ? <ListView graph={shown} zone={zoneName} onShow={(id) => set({ view: "map", focus: id }, true)} /> : (
        <div className={cx("eco-work", chosen && "eco-with-side")}>
          <div className="eco-map">
            <Suspense fallback={<div className="eco-waiting"><Skeleton lines={10} height={28} /></div>}>
              <MapCanvas ref={map} drawing={drawing} layout={placed} label={label} zone={zoneName} chosen={chosen} near={near} onChoose={choose} onUnfold={unfold} onMove={move} />
            </Suspense>
            <div className="eco-tools" role="toolbar" aria-label={text("ecosystem.tools")}>
              <IconButton kind="plain" icon="plus" label={text("ecosystem.zoomin")} onClick={() => map.current?.zoomBy(1.4)} />
              <IconButton kind="plain" icon="minus" label={text("ecosystem.zoomout")} onClick={() => map.current?.zoomBy(1 / 1.4)} />
              <IconButton kind="plain" icon="home" label={text("ecosystem.fit")} onClick={() => map.current?.fit()} />
              {moved.size > 0 && <IconButton kind="plain" icon="undo" label={text("ecosystem.forget")} onClick={forget} />}
            </div>
            <Legend clustered={drawing.clustered} />
            {drawing.clustered && open && <p className="eco-open"><Button small icon="refresh" onClick={() => set({ open: "", focus: "" })}><FormattedMessage id="ecosystem.foldall" /></Button></p>}
          </div>
          {chosen && <Side chosen={chosen} drawing={drawing} graph={shown} label={label} zone={zoneName} onShow={show} onUnfold={unfold} onClose={() => choose(null)} />}
        </div>
      ))}
    </div>
  );
}

/** Reads the map again at most every so many seconds, and only after something changed: ten thousand nodes are no small answer. */
function useRefreshed(seconds: number) {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEvents(["assets"], {
    changed: (e) => {
      if (timer.current || !((e.assets?.length ?? 0) > 0 || (e.counts.assets ?? 0) > 0)) return;
      timer.current = setTimeout(() => {
        timer.current = undefined;
        void client.invalidateQueries({ queryKey: keyOf("/map") });
      }, seconds * 1000);
    },
  });
  useEffect(() => () => clearTimeout(timer.current), []);
}
