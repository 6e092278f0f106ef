import { BarChart, CustomChart, LineChart, type BarSeriesOption, type CustomSeriesOption, type LineSeriesOption } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent, type GridComponentOption, type MarkLineComponentOption, type TooltipComponentOption } from "echarts/components";
import { init, use, type ComposeOption, type ECharts } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { token, useTheme } from "../../ui";

use([BarChart, CustomChart, LineChart, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);
export type Option = ComposeOption<LineSeriesOption | BarSeriesOption | CustomSeriesOption | GridComponentOption | MarkLineComponentOption | TooltipComponentOption>;

export const words = () => ({ color: token("--muted"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 });

/** A canvas that follows its box and the theme; nothing is animated. What it shows is said in words beside it. */
export function Canvas({ option, label, className }: { option: () => Option; label: string; className: string }) {
  const theme = useTheme();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  useEffect(() => {
    const made = init(box.current!, undefined, { renderer: "canvas" });
    chart.current = made;
    const size = new ResizeObserver(() => made.resize());
    size.observe(box.current!);
    return () => {
      size.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => void chart.current?.setOption({ animation: false, ...option() }, { notMerge: true }), [option, theme]);
  return <div ref={box} role="img" aria-label={label} className={className} />;
}

// Rich text is drawn on the canvas: an HTML tooltip would need inline styles, which our policy refuses.
export const tooltip = () => ({ trigger: "axis" as const, renderMode: "richText" as const, confine: true, backgroundColor: token("--raised"), borderColor: token("--line-strong"), textStyle: { ...words(), color: token("--text") } });
