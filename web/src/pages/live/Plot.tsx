import { LineChart, type LineSeriesOption } from "echarts/charts";
import { GridComponent, TooltipComponent, type GridComponentOption, type TooltipComponentOption } from "echarts/components";
import { init, use, type ComposeOption, type ECharts } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useIntl } from "react-intl";
import { token, useTheme } from "../../ui";

use([LineChart, GridComponent, TooltipComponent, CanvasRenderer]);
type Option = ComposeOption<LineSeriesOption | GridComponentOption | TooltipComponentOption>;

export interface PlotProps { step: number /* seconds */; span: number /* seconds shown */; lines: { name: string; values: (number | null)[] }[]; unit: string; label: string }

/** Lines over time in the colours of the theme. A gap stays a gap; nothing is animated, so that a change is a change of the ward. */
export default function Plot({ step, span, lines, unit, label }: PlotProps) {
  const intl = useIntl();
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

  useEffect(() => {
    // Seconds before now, in the viewer's time: a simulated ward's own clock may run faster than the rates are counted.
    const end = Math.max(0, (lines[0]?.values.length ?? 1) - 1);
    const ago = (s: number, unit: "minute" | "second" = "minute") => (s > -1 ? intl.formatMessage({ id: "live.rates.at" }) : intl.formatNumber(Math.round(unit === "minute" ? s / 60 : s), { style: "unit", unit, unitDisplay: "short" }));
    const text = { color: token("--muted"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    const option: Option = {
      animation: false,
      grid: { left: 52, right: 16, top: 26, bottom: 26 },
      // Rich text is drawn on the canvas: the HTML tooltip would need inline styles, which our policy refuses.
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, backgroundColor: token("--raised"), borderColor: token("--line-strong"), textStyle: { ...text, color: token("--text") },
        valueFormatter: (v) => (typeof v === "number" ? intl.formatNumber(v, { maximumFractionDigits: 1 }) : "—"),
        axisPointer: { type: "line", lineStyle: { color: token("--line-strong") }, label: { formatter: (p) => ago(Number(p.value), step < 60 ? "second" : "minute") } },
      },
      xAxis: {
        type: "value", min: -span, max: 0, interval: span / 5, axisLine: { lineStyle: { color: token("--line-strong") } }, splitLine: { show: false },
        axisLabel: { ...text, hideOverlap: true, formatter: (s: number) => ago(s) },
      },
      yAxis: { type: "value", min: 0, name: unit, nameGap: 10, nameTextStyle: { ...text, align: "left", padding: [0, 0, 0, -44] }, axisLabel: { ...text, formatter: (v: number) => intl.formatNumber(v, { notation: "compact" }) }, splitLine: { lineStyle: { color: token("--line") } }, splitNumber: 3 },
      series: lines.map((l, i) => ({
        type: "line", name: l.name, data: l.values.map((v, n) => [(n - end) * step, v] as [number, number | null]), connectNulls: false, showSymbol: false, symbol: "circle", symbolSize: 4,
        lineStyle: { width: 1.6, color: token(`--plot-${(i % 5) + 1}`), type: i < 5 ? "solid" : "dashed" }, itemStyle: { color: token(`--plot-${(i % 5) + 1}`) }, emphasis: { disabled: true },
      })),
    };
    chart.current?.setOption(option, { replaceMerge: ["series"] });
  }, [step, span, lines, unit, intl, theme]);

  return <div ref={box} role="img" aria-label={label} className="lv-canvas" />;
}
