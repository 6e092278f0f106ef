import { useCallback } from "react";
import { useIntl } from "react-intl";
import type { Distribution, ModelColumn } from "../../api/types";
import { plain, token } from "../../ui";
import { Canvas, tooltip, words, type Option } from "./echarts";

/** Numbers: the share of rows at or below each value, each side with its band. Categories: bars beside each other. */
export default function Plot({ of: c }: { of: ModelColumn }) {
  const intl = useIntl();
  const percent = useCallback((x: number) => intl.formatNumber(x, { style: "percent", maximumFractionDigits: 1 }), [intl]);
  const option = useCallback((): Option => {
    const text = words();
    const axis = { axisLine: { lineStyle: { color: token("--line-strong") } }, axisTick: { show: false } };
    const y = { type: "value" as const, min: 0, axisLabel: { ...text, formatter: (v: number) => intl.formatNumber(v, { style: "percent" }) }, splitLine: { lineStyle: { color: token("--line") } }, splitNumber: 4 };
    const names = [intl.formatMessage({ id: "model.reference" }), intl.formatMessage({ id: "model.now" })];
    const sides = [c.reference, c.now];
    const colours = [token("--plot-5"), token("--plot-1")];
    if (!sides.some((d) => d?.cdf)) {
      const texts = (c.now?.values ?? c.reference?.values ?? []).map((v) => v.text);
      return {
        grid: { left: 52, right: 12, top: 12, bottom: texts.length > 6 ? 60 : 28 }, tooltip: { ...tooltip(), valueFormatter: (v) => (typeof v === "number" ? percent(v) : "—") },
        xAxis: { type: "category", data: texts.map((t) => plain(t).slice(0, 24)), axisLabel: { ...text, interval: 0, rotate: texts.length > 6 ? 35 : 0, hideOverlap: true }, ...axis }, yAxis: y,
        series: sides.flatMap((d, i) => (d?.values ? [{ type: "bar" as const, name: names[i], data: d.values.map((v) => v.share), barMaxWidth: 22, itemStyle: i === 0 ? { color: "transparent", borderColor: colours[i], borderWidth: 1.5 } : { color: colours[i] }, emphasis: { disabled: true } }] : [])),
      };
    }
    const of = (d: Distribution, i: number) => [
      { type: "line" as const, stack: `b${i}`, data: d.cdf!.map((p) => [p.x, p.low]), lineStyle: { opacity: 0 }, symbol: "none", silent: true, tooltip: { show: false } },
      { type: "line" as const, stack: `b${i}`, data: d.cdf!.map((p) => [p.x, p.high - p.low]), lineStyle: { opacity: 0 }, symbol: "none", silent: true, areaStyle: { color: colours[i], opacity: 0.22 }, tooltip: { show: false } },
      { type: "line" as const, name: names[i], data: d.cdf!.map((p) => [p.x, p.share]), symbol: "none", lineStyle: { color: colours[i], width: i === 0 ? 1.8 : 2.4, type: i === 0 ? ("dashed" as const) : ("solid" as const) }, itemStyle: { color: colours[i] }, emphasis: { disabled: true } },
    ];
    return {
      grid: { left: 52, right: 16, top: 26, bottom: 40 },
      tooltip: { ...tooltip(), formatter: (at: unknown) => {
        const first = (at as { dataIndex: number }[])[0]?.dataIndex ?? 0;
        return [c.now ?? c.reference].flatMap((d) => (d?.cdf?.[first] ? [`${intl.formatNumber(d.cdf[first].x, { maximumSignificantDigits: 4 })}${c.unit ? ` ${plain(c.unit)}` : ""}`] : []))
          .concat(sides.flatMap((d, i) => { const p = d?.cdf?.[first]; return p ? [`${names[i]}: ${percent(p.share)} (${percent(p.low)} – ${percent(p.high)})`] : []; })).join("\n");
      } },
      xAxis: { type: "value", scale: true, name: `${plain(c.column).slice(0, 40)}${c.unit ? ` (${plain(c.unit)})` : ""}`, nameLocation: "middle", nameGap: 26, nameTextStyle: text, axisLabel: { ...text, hideOverlap: true, formatter: (v: number) => intl.formatNumber(v, { maximumSignificantDigits: 6 }) }, splitLine: { show: false }, ...axis },
      yAxis: { ...y, max: 1, name: intl.formatMessage({ id: "model.axis" }), nameGap: 10, nameTextStyle: { ...text, align: "left", padding: [0, 0, 0, -44] } },
      series: sides.flatMap((d, i) => (d?.cdf ? of(d, i) : [])),
    };
  }, [c, intl, percent]);
  return <Canvas option={option} label={intl.formatMessage({ id: "model.plot" }, { column: plain(c.column) })} className="md-canvas" />;
}
