import { useCallback } from "react";
import { useIntl } from "react-intl";
import type { ReliabilityBin } from "../../api/types";
import { token } from "../../ui";
import { Canvas, tooltip, words, type Option } from "./echarts";
import { band } from "./PerformanceChart";

/** What it says against how often it is so, with intervals; below it, how many answers lie where. */
export default function ReliabilityChart({ of: bins }: { of: ReliabilityBin[] }) {
  const intl = useIntl();
  const option = useCallback((): Option => {
    const text = words();
    const percent = (x: number) => intl.formatNumber(x, { style: "percent", maximumFractionDigits: 1 });
    const axis = { type: "value" as const, min: 0, max: 1, axisLabel: { ...text, formatter: (v: number) => intl.formatNumber(v, { style: "percent" }) }, splitLine: { lineStyle: { color: token("--line") } }, interval: 0.2, containShape: false };
    const most = Math.max(...bins.map((b) => b.n));
    return {
      grid: [{ left: 56, right: 16, top: 26, height: 220 }, { left: 56, right: 16, top: 262, height: 54 }],
      tooltip: { ...tooltip(), trigger: "item" as const, formatter: (at: unknown) => {
        const b = bins[(at as { dataIndex: number }).dataIndex];
        return b ? `${intl.formatMessage({ id: "reliability.says" }, { value: percent(b.says) })}\n${intl.formatMessage({ id: "reliability.is" }, { value: percent(b.is), low: percent(b.low), high: percent(b.high) })}\n${intl.formatMessage({ id: "reliability.n" }, { count: b.n })}` : "";
      } },
      xAxis: [{ ...axis, gridIndex: 0, axisLabel: { show: false } }, { ...axis, gridIndex: 1, name: intl.formatMessage({ id: "reliability.x" }), nameLocation: "middle", nameGap: 24, nameTextStyle: text }],
      yAxis: [{ ...axis, gridIndex: 0, name: intl.formatMessage({ id: "reliability.y" }), nameGap: 10, nameTextStyle: { ...text, align: "left", padding: [0, 0, 0, -48] } },
        { type: "value", gridIndex: 1, min: 0, max: most, interval: most, axisLabel: { ...text, formatter: (v: number) => intl.formatNumber(v, { notation: "compact" }) }, splitLine: { show: false } }],
      series: [
        { type: "line", xAxisIndex: 0, yAxisIndex: 0, data: [[0, 0], [1, 1]], symbol: "none", silent: true, lineStyle: { color: token("--plot-5"), type: "dashed", width: 1.5 } },
        ...band("r", bins.map((b) => [b.says, b.low, b.high]), token("--plot-1"), 0.2),
        { type: "line", xAxisIndex: 0, yAxisIndex: 0, data: bins.map((b) => [b.says, b.is]), symbol: "circle", symbolSize: 8, lineStyle: { color: token("--plot-1"), width: 2 }, itemStyle: { color: token("--plot-1") }, emphasis: { disabled: true } },
        { type: "bar", xAxisIndex: 1, yAxisIndex: 1, data: bins.map((b) => [(b.from + b.to) / 2, b.n]), barWidth: "7%", itemStyle: { color: token("--plot-5") }, emphasis: { disabled: true } },
      ],
    };
  }, [bins, intl]);
  return <Canvas option={option} label={intl.formatMessage({ id: "reliability.plot" }, { count: bins.length })} className="md-tall" />;
}
