import { BarChart, LineChart, type BarSeriesOption, type LineSeriesOption } from "echarts/charts";
import { GridComponent, TooltipComponent, type GridComponentOption, type TooltipComponentOption } from "echarts/components";
import { init, use, type ComposeOption, type ECharts } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useIntl } from "react-intl";
import { token, useTheme } from "../../ui";

use([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);
type Option = ComposeOption<LineSeriesOption | BarSeriesOption | GridComponentOption | TooltipComponentOption>;

export interface Series { name: string; values: (number | null)[]; bars?: boolean; dashed?: boolean }

/** Values by month, in the colours of the theme. A month without a value is a gap; nothing is animated. */
export default function Chart({ months, series, unit, label }: { months: string[]; series: Series[]; unit: string; label: string }) {
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
    const text = { color: token("--muted"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    const option: Option = {
      animation: false,
      grid: { left: 52, right: 16, top: 30, bottom: 26 },
      // Rich text is drawn on the canvas: the HTML tooltip would need inline styles, which our policy refuses.
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, backgroundColor: token("--raised"), borderColor: token("--line-strong"), textStyle: { ...text, color: token("--text") },
        valueFormatter: (v) => (typeof v === "number" ? intl.formatNumber(v, { maximumFractionDigits: 1 }) : "—"),
      },
      xAxis: { type: "category", data: months.map((m) => intl.formatDate(`${m}-15T12:00:00Z`, { month: "short", year: "2-digit", timeZone: "UTC" })), axisLine: { lineStyle: { color: token("--line-strong") } }, axisLabel: { ...text, hideOverlap: true }, axisTick: { show: false } },
      yAxis: { type: "value", min: 0, name: unit, nameGap: 12, nameTextStyle: { ...text, align: "left", padding: [0, 0, 0, -44] }, axisLabel: { ...text, formatter: (v: number) => intl.formatNumber(v, { notation: "compact" }) }, splitLine: { lineStyle: { color: token("--line") } }, splitNumber: 3, minInterval: 1 },
      series: series.map((s, i) => {
        const color = token(`--plot-${(i % 5) + 1}`);
        return s.bars
          ? { type: "bar", name: s.name, data: s.values, barMaxWidth: 14, itemStyle: s.dashed ? { color: "transparent", borderColor: color, borderWidth: 1.5 } : { color }, emphasis: { disabled: true } }
          : { type: "line", name: s.name, data: s.values, connectNulls: false, symbol: i % 2 === 0 ? "circle" : "diamond", symbolSize: 7, lineStyle: { width: 1.8, color, type: s.dashed ? "dashed" : "solid" }, itemStyle: { color }, emphasis: { disabled: true } };
      }),
    };
    chart.current?.setOption(option, { replaceMerge: ["series"] });
  }, [months, series, unit, intl, theme]);
  return <div ref={box} role="img" aria-label={label} className="fl-canvas" />;
}
