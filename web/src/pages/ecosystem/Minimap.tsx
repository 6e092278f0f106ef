import { useImperativeHandle, useRef, type Ref } from "react";
import type { Layout, Point } from "./layout";
import type { Drawing } from "./model";
import { palette } from "./shape";
import { severityRank } from "./model";

export interface MinimapHandle { draw: (d: Drawing, l: Layout) => void; view: (extent: { x1: number; y1: number; x2: number; y2: number }) => void }

const width = 184, height = 116;

/** The whole map in a corner, and the part in view. For the pointer only: the keyboard pans the map itself. */
export function Minimap({ onGo, ref }: { onGo: (p: Point) => void; ref?: Ref<MinimapHandle> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const whole = useRef({ x: 0, y: 0, w: 0, h: 0 });
  const fit = useRef({ k: 1, x: 0, y: 0 });

  useImperativeHandle(ref, () => ({
    draw: (d, l) => {
      const c = canvas.current?.getContext("2d");
      if (!c) return;
      const p = palette(), ratio = Math.min(2, devicePixelRatio || 1);
      const x0 = Math.min(0, ...l.regions.map((r) => r.x)), y0 = Math.min(0, ...l.regions.map((r) => r.y));
      const k = Math.min((width - 8) / Math.max(1, l.w - x0), (height - 8) / Math.max(1, l.h - y0));
      whole.current = { x: x0, y: y0, w: l.w, h: l.h };
      fit.current = { k, x: (width - (l.w - x0) * k) / 2 - x0 * k, y: (height - (l.h - y0) * k) / 2 - y0 * k };
      const { x, y } = fit.current;
      canvas.current!.width = width * ratio;
      canvas.current!.height = height * ratio;
      c.setTransform(ratio, 0, 0, ratio, 0, 0);
      c.clearRect(0, 0, width, height);
      c.strokeStyle = p.line;
      c.lineWidth = 0.5;
      for (const r of l.regions) {
        c.fillStyle = p.region;
        c.fillRect(x + r.x * k, y + r.y * k, r.w * k, r.h * k);
        c.strokeRect(x + r.x * k, y + r.y * k, r.w * k, r.h * k);
      }
      for (const g of [...d.glyphs].sort((a, b) => severityRank[a.worst] - severityRank[b.worst])) {
        const at = l.at.get(g.id);
        if (!at) continue;
        c.fillStyle = p.severity[g.worst];
        const s = severityRank[g.worst] >= 4 ? 3 : 1.6;
        c.fillRect(x + at.x * k - s / 2, y + at.y * k - s / 2, s, s);
      }
    },
    view: (e) => {
      const { k, x, y } = fit.current, style = frame.current?.style;
      if (!style) return;
      // With the whole map in view there is nothing to find here.
      const all = e.x1 <= whole.current.x && e.y1 <= whole.current.y && e.x2 >= whole.current.w && e.y2 >= whole.current.h;
      box.current?.toggleAttribute("data-whole", all);
      const left = Math.max(0, x + e.x1 * k), top = Math.max(0, y + e.y1 * k);
      style.transform = `translate(${left}px, ${top}px)`;
      style.width = `${Math.max(4, Math.min(width, x + e.x2 * k) - left)}px`;
      style.height = `${Math.max(4, Math.min(height, y + e.y2 * k) - top)}px`;
    },
  }), []);

  const go = (e: React.PointerEvent) => {
    if (e.buttons !== 1) return;
    const r = e.currentTarget.getBoundingClientRect(), { k, x, y } = fit.current;
    onGo({ x: (e.clientX - r.left - x) / k, y: (e.clientY - r.top - y) / k });
  };
  return (
    <div ref={box} className="eco-mini" aria-hidden="true" onPointerDown={(e) => { e.currentTarget.setPointerCapture?.(e.pointerId); go(e); }} onPointerMove={go}>
      <canvas ref={canvas} className="eco-mini-map" />
      <div ref={frame} className="eco-mini-view" />
    </div>
  );
}
