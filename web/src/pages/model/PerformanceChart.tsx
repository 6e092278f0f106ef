import { useCallback } from "react";
import { useIntl } from "react-intl";
import type { ModelPerformance } from "../../api/types";
import { token } from "../../ui";
import { Canvas, tooltip, words, type Option } from "./echarts";

/** A band between two curves; "all" adds also where one of them is below zero. */
export const band = (id: string, data: [number, number, number][], colour: string, opacity: number) => [
  { type: "line" as const, stack: id, stackStrategy: "all" as const, data: data.map(([x, low]) => [x, low]), lineStyle: { opacity: 0 }, symbol: "none", silent: true, tooltip: { show: false } },
  { type: "line" as const, stack: id, stackStrategy: "all" as const, data: data.map(([x, low, high]) => [x, high - low]), lineStyle: { opacity: 0 }, symbol: "none", silent: true, areaStyle: { color: colour, opacity }, tooltip: { show: false } },
];

/** One figure over time: measured with its interval, estimated before with its own, what it has to be. */
export default function PerformanceChart({ of: p, name }: { of: ModelPerformance; name: string }) {
  const intl = useIntl();
  const option = useCallback((): Option => {
    const text = words();
    const number = (x: number) => intl.formatNumber(x, { maximumSignificantDigits: 3 });
    const date = (t: number | string) => intl.formatDate(t, { day: "numeric", month: "short" });
    const measured = p.spans.filter((s) => s.figures[0] && s.to).map((s) => ({ t: Date.parse(s.to!), f: s.figures[0]!, s }));
    const estimated = p.estimates.filter((e) => !e.group).map((e) => ({ t: Date.parse(e.to), e }));
    const one = token("--plot-1"), five = token("--plot-5");
    const limits = p.limits.flatMap((l) => [l.at_least, l.at_most]).filter((x) => x !== undefined);
    const lows = [...measured.map((m) => m.f.low), ...estimated.map((e) => e.e.low), ...limits], highs = [...measured.map((m) => m.f.high), ...estimated.map((e) => e.e.high), ...limits];
    const low = Math.min(...lows), high = Math.max(...highs), room = Math.max((high - low) * 0.05, 1e-6);
    return {
      grid: { left: 56, right: 20, top: 26, bottom: 26 },
      tooltip: { ...tooltip(), formatter: (at: unknown) => {
        const t = (at as { value: [number, number] }[])[0]?.value[0] ?? 0;
        const m = measured.find((x) => x.t === t), e = estimated.find((x) => x.t === t);
        const lines = [intl.formatDate(t, { dateStyle: "medium" })];
        if (m) lines.push(`${intl.formatMessage({ id: "performance.measured" })}: ${number(m.f.value)} (${number(m.f.low)} – ${number(m.f.high)})`, intl.formatMessage({ id: "performance.counts" }, { cases: m.s.cases, others: m.s.others }));
        if (m?.s.came) lines.push(intl.formatMessage({ id: "performance.cameat" }, { at: intl.formatDate(m.s.came, { dateStyle: "medium" }) }));
        if (e) lines.push(`${intl.formatMessage({ id: "performance.estimated" })}: ${number(e.e.value)} (${number(e.e.low)} – ${number(e.e.high)})`);
        return lines.join("\n");
      } },
      xAxis: { type: "time", axisLabel: { ...text, hideOverlap: true, formatter: (v: number) => date(v) }, axisLine: { lineStyle: { color: token("--line-strong") } }, splitLine: { show: false }, axisTick: { show: false }, minInterval: 86_400_000 },
      yAxis: { type: "value", min: Math.floor((low - room) * 10) / 10, max: high <= 1 && high > 0.5 ? Math.min(1, Math.ceil((high + room) * 10) / 10) : Math.ceil((high + room) * 10) / 10, axisLabel: { ...text, formatter: number }, splitLine: { lineStyle: { color: token("--line") } }, splitNumber: 4, name, nameGap: 10, nameTextStyle: { ...text, align: "left", padding: [0, 0, 0, -48] } },
      series: [
        ...(estimated.length ? band("e", estimated.map((x) => [x.t, x.e.low, x.e.high]), five, 0.16) : []),
        ...(measured.length ? band("m", measured.map((x) => [x.t, x.f.low, x.f.high]), one, 0.2) : []),
        ...(estimated.length ? [{ type: "line" as const, data: estimated.map((x) => [x.t, x.e.value]), symbol: "emptyRect", symbolSize: 6, lineStyle: { color: five, width: 1.6, type: "dashed" as const }, itemStyle: { color: five }, emphasis: { disabled: true } }] : []),
        {
          type: "line", symbolSize: 8, lineStyle: { color: one, width: 2.2 }, itemStyle: { color: one }, emphasis: { disabled: true },
          data: measured.map((x) => ({ value: [x.t, x.f.value], symbol: x.s.came ? "emptyDiamond" : "circle", symbolSize: x.s.came ? 11 : 7, itemStyle: { color: one } })),
          ...(limits.length ? { markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: token("--plot-3"), type: "dotted" as const, width: 2 }, data: limits.map((yAxis) => ({ yAxis })) } } : {}),
        },
      ],
    };
  }, [p, intl, name]);
  return <Canvas option={option} label={intl.formatMessage({ id: "performance.plot" }, { name, count: p.spans.length })} className="md-canvas" />;
}
