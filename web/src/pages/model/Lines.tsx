import { useCallback } from "react";
import { useIntl } from "react-intl";
import type { ModelPoint } from "../../api/types";
import { token } from "../../ui";
import { Canvas, tooltip, words, type Option } from "./echarts";

/** A measure over time: the value as a line, its interval as a band behind it, the limit dashed. */
export default function Lines({ points, limit, label }: { points: ModelPoint[]; limit?: number; label: string }) {
  const intl = useIntl();
  const option = useCallback((): Option => {
    const text = words();
    const low = points.map((p) => (p.high ? (p.low ?? 0) : p.value!)), high = points.map((p) => p.high || p.value!);
    const number = (x: number) => intl.formatNumber(x, { maximumSignificantDigits: 3 });
    return {
      grid: { left: 48, right: 12, top: 10, bottom: 22 },
      tooltip: { ...tooltip(), formatter: (at: unknown) => {
        const p = points[(at as { dataIndex: number }[])[0]?.dataIndex ?? 0]!;
        return `${intl.formatDate(p.to, { dateStyle: "medium" })}\n${number(p.value!)}${p.high ? ` (${number(p.low ?? 0)} – ${number(p.high)})` : ""}`;
      } },
      xAxis: { type: "category", data: points.map((p) => intl.formatDate(p.to, { day: "numeric", month: "short" })), axisLine: { lineStyle: { color: token("--line-strong") } }, axisLabel: { ...text, hideOverlap: true }, axisTick: { show: false } },
      yAxis: { type: "value", scale: true, axisLabel: { ...text, formatter: number }, splitLine: { lineStyle: { color: token("--line") } }, splitNumber: 3 },
      series: [
        { type: "line", stack: "band", stackStrategy: "all", data: low, lineStyle: { opacity: 0 }, symbol: "none", silent: true },
        { type: "line", stack: "band", stackStrategy: "all", data: high.map((h, i) => h - low[i]!), lineStyle: { opacity: 0 }, symbol: "none", silent: true, areaStyle: { color: token("--plot-band"), opacity: 1 } },
        {
          type: "line", data: points.map((p) => ({ value: p.value!, symbol: p.state === "fail" ? "triangle" : p.state === "unknown" ? "emptyCircle" : "circle", itemStyle: { color: token(p.state === "fail" ? "--high" : p.state === "unknown" ? "--unknown" : "--plot-1") } })),
          symbolSize: 8, lineStyle: { color: token("--plot-1"), width: 1.8 }, emphasis: { disabled: true },
          ...(limit ? { markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: token("--plot-3"), type: "dashed" as const }, data: [{ yAxis: limit }] } } : {}),
        },
      ],
    };
  }, [points, limit, intl]);
  return <Canvas option={option} label={label} className="md-small" />;
}
