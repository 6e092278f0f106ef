import cytoscape, { type Core, type ElementDefinition } from "cytoscape";
import { useEffect, useImperativeHandle, useRef, type Ref } from "react";
import { useIntl } from "react-intl";
import { radius, titleOf, type Layout, type Point } from "./layout";
import { severityRank, type Drawing } from "./model";
import { Minimap, type MinimapHandle } from "./Minimap";
import { palette } from "./shape";
import { style } from "./style";
import { stroke } from "./svg";

export interface MapHandle { fit: () => void; zoomBy: (factor: number) => void; show: (id: string) => void }
export type Chosen = { type: "node" | "edge"; id: string } | null;

interface Props {
  drawing: Drawing;
  layout: Layout;
  label: (id: string) => string;
  zone: (id: string) => string;
  chosen: Chosen;
  /** What stays bright; the rest fades. */
  near: ReadonlySet<string> | null;
  onChoose: (c: Chosen) => void;
  onUnfold: (cluster: string) => void;
  onMove: (id: string, p: Point) => void;
  ref?: Ref<MapHandle>;
}

/** From so many lines on they are drawn straight, and not at all while the map moves. */
const many = 1200;

/** The map itself. Cytoscape owns the canvas; this component tells it only what changed, so that nothing else moves. */
export default function MapCanvas({ drawing, layout, label, zone, chosen, near, onChoose, onUnfold, onMove, ref }: Props) {
  const intl = useIntl();
  const box = useRef<HTMLDivElement>(null);
  const cy = useRef<Core | null>(null);
  const mini = useRef<MinimapHandle>(null);
  const act = useRef({ onChoose, onUnfold, onMove });
  useEffect(() => void (act.current = { onChoose, onUnfold, onMove }));
  const crowded = drawing.lines.length > many || drawing.glyphs.length > many;

  useEffect(() => {
    withoutInlineStyle();
    const core = cytoscape({
      container: box.current!, layout: { name: "preset" }, minZoom: 0.06, maxZoom: 4, boxSelectionEnabled: false, hideEdgesOnViewport: crowded,
      textureOnViewport: crowded, pixelRatio: crowded ? 1 : "auto", selectionType: "single",
    });
    cy.current = core;
    restyle(core, crowded);
    core.on("tap", (e) => {
      if (e.target === core) act.current.onChoose(null);
      else act.current.onChoose({ type: e.target.isNode() ? "node" : "edge", id: e.target.id() });
    });
    core.on("dbltap", "node[count > 1]", (e) => act.current.onUnfold(e.target.id()));
    core.on("dragfree", "node", (e) => act.current.onMove(e.target.id(), { ...e.target.position() }));
    core.on("pan zoom resize", () => mini.current?.view(core.extent()));
    core.on("mouseover", "node, edge", () => box.current?.classList.add("eco-over"));
    core.on("mouseout", "node, edge", () => box.current?.classList.remove("eco-over"));
    const theme = new MutationObserver(() => restyle(core, crowded));
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const size = new ResizeObserver(() => core.resize());
    size.observe(box.current!);
    return () => {
      theme.disconnect();
      size.disconnect();
      core.destroy();
      cy.current = null;
    };
  }, [crowded]);

  const opening = useRef(chosen);
  const fitted = useRef("");
  useEffect(() => {
    const core = cy.current;
    if (!core) return;
    update(core, drawing, layout, label, zone);
    // The first drawing and every other set of zones is shown whole; after that the view belongs to the reader.
    const shape = `${crowded} ${drawing.zones.map((z) => z.id).join(" ")}`;
    if (fitted.current !== shape && drawing.glyphs.length > 0) {
      first(core, drawing, opening.current);
      fitted.current = shape;
    }
    mini.current?.draw(drawing, layout);
    mini.current?.view(core.extent());
  }, [drawing, layout, label, zone, crowded]);

  useEffect(() => {
    const core = cy.current;
    if (!core) return;
    core.batch(() => {
      core.elements().removeClass("far near chosen");
      if (near) {
        core.nodes().not(".zone").forEach((n) => void n.addClass(near.has(n.id()) ? "near" : "far"));
        core.edges().forEach((e) => void e.addClass(touches(e.id(), chosen) || (chosen?.type === "node" && (e.source().id() === chosen.id || e.target().id() === chosen.id)) ? "near" : "far"));
      }
      if (chosen) core.getElementById(chosen.id).addClass("chosen");
    });
  }, [near, chosen, drawing]);

  useImperativeHandle(ref, () => ({
    fit: () => void (cy.current && fitAll(cy.current)),
    zoomBy: (factor) => zoom(cy.current, factor),
    show: (id) => {
      const core = cy.current, found = core?.getElementById(id);
      if (!core || !found?.length) return;
      core.zoom(Math.max(core.zoom(), 0.9));
      core.center(found);
    },
  }), []);

  const onKey = (e: React.KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const step = e.shiftKey ? 200 : 60;
    const pan: Record<string, [number, number]> = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    const by = pan[e.key];
    if (by) cy.current?.panBy({ x: by[0], y: by[1] });
    else if (e.key === "+" || e.key === "=") zoom(cy.current, 1.3);
    else if (e.key === "-") zoom(cy.current, 1 / 1.3);
    else if (e.key === "0") cy.current && fitAll(cy.current);
    else if (e.key === "Escape") onChoose(null);
    else return;
    e.preventDefault();
  };

  return (
    <div className="eco-stage">
      <div ref={box} className="eco-canvas" tabIndex={0} role="group" aria-label={intl.formatMessage({ id: "ecosystem.canvas" }, { assets: drawing.assets, zones: drawing.zones.length })} aria-describedby="eco-keys" onKeyDown={onKey} />
      <p id="eco-keys" className="wr-hidden">{intl.formatMessage({ id: "ecosystem.keys" })}</p>
      <Minimap ref={mini} onGo={(p) => {
        const core = cy.current;
        if (core) core.pan({ x: core.width() / 2 - p.x * core.zoom(), y: core.height() / 2 - p.y * core.zoom() });
      }} />
    </div>
  );
}

const touches = (id: string, chosen: Chosen) => chosen?.type === "edge" && chosen.id === id;

/** The whole map, or what the address chose; where that is too small to read, as on a phone, what is worst. */
function first(core: Core, d: Drawing, chosen: Chosen) {
  fitAll(core);
  if (chosen && core.zoom() < 0.6) {
    core.zoom(0.9);
    core.center(core.getElementById(chosen.id));
    return;
  }
  const worst = d.glyphs.reduce<Drawing["glyphs"][number] | undefined>((w, g) => (!w || severityRank[g.worst] > severityRank[w.worst] ? g : w), undefined);
  if (core.width() >= 600 || core.zoom() >= 0.45 || !worst) return;
  core.zoom(0.6);
  core.center(core.getElementById(worst.id));
}

/** All of it, clear of the buttons at the end of the stage. */
function fitAll(core: Core) {
  const box = core.elements().boundingBox({ includeLabels: true }), pad = 24, tools = 64;
  if (!(box.w > 0) || core.width() < 400) return void core.fit(undefined, pad);
  const w = core.width() - pad - tools, level = Math.min(4, Math.min(w / box.w, (core.height() - 2 * pad) / box.h));
  const rtl = document.dir === "rtl", left = rtl ? tools : pad;
  core.viewport({ zoom: level, pan: { x: left + w / 2 - (box.x1 + box.w / 2) * level, y: core.height() / 2 - (box.y1 + box.h / 2) * level } });
}

function zoom(core: Core | null, factor: number) {
  core?.zoom({ level: core.zoom() * factor, renderedPosition: { x: core.width() / 2, y: core.height() / 2 } });
}

function restyle(core: Core, crowded: boolean) {
  core.style(style(palette(), getComputedStyle(document.body).fontFamily || "sans-serif", crowded));
}

function update(core: Core, d: Drawing, l: Layout, label: (id: string) => string, zone: (id: string) => string) {
  const want = new Map<string, ElementDefinition>();
  for (const r of l.regions) {
    want.set(`zone:${r.id}`, {
      group: "nodes", classes: "zone", grabbable: false, selectable: false, data: { id: `zone:${r.id}`, label: zone(r.id), w: r.w, h: r.h, room: `${Math.max(60, r.w - 24)}px`, ...titleOf(r) },
      position: { x: r.x + r.w / 2, y: r.y + r.h / 2 },
    });
  }
  for (const g of d.glyphs) {
    const at = l.at.get(g.id);
    if (at) want.set(g.id, { group: "nodes", data: { id: g.id, label: label(g.id), d: radius(g) * 2, kind: g.kind, worst: g.worst, count: g.count }, position: { ...at } });
  }
  for (const e of d.lines) want.set(e.id, { group: "edges", data: { id: e.id, source: e.a, target: e.b, family: e.family, encrypted: e.encrypted, width: stroke(e.links.length) } });
  core.batch(() => {
    core.elements().forEach((e) => void (want.has(e.id()) || e.remove()));
    const fresh: ElementDefinition[] = [];
    for (const [id, def] of want) {
      const have = core.getElementById(id);
      if (!have.length) fresh.push(def);
      else {
        have.data(def.data);
        const p = def.position;
        if (p && (have.position().x !== p.x || have.position().y !== p.y)) have.position(p);
      }
    }
    core.add(fresh);
  });
}

/** Cytoscape adds one inline style sheet, which our policy refuses and reports. It looks for this id first; our own style sheet says the same. */
function withoutInlineStyle() {
  const id = "__________cytoscape_stylesheet";
  if (document.getElementById(id)) return;
  const mark = document.createElement("meta");
  mark.id = id;
  document.head.append(mark);
}
