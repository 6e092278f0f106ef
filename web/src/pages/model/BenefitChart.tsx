import { useCallback } from "react";
import { useIntl } from "react-intl";
import type { BenefitPoint, OperatingPoint } from "../../api/types";
import { plain, token } from "../../ui";
import { Canvas, tooltip, words, type Option } from "./echarts";

/** Decision curve: what acting on the model is worth at a threshold, beside acting on everybody and on nobody. */
export default function BenefitChart({ of: points, points: at }: { of: BenefitPoint[]; points: OperatingPoint[] }) {
  const intl = useIntl();
  const option = useCallback((): Option => {
    const text = words();
    const number = (x: number) => intl.formatNumber(x, { maximumSignificantDigits: 3 });
    const most = Math.max(...points.map((b) => Math.max(b.model, b.all)), 0.01);
    const names = ["benefit.model", "benefit.all"].map((id) => intl.formatMessage({ id }));
    return {
      grid: { left: 56, right: 16, top: 26, bottom: 40 },
      tooltip: { ...tooltip(), formatter: (x: unknown) => { const b = points[(x as { dataIndex: number }[])[0]?.dataIndex ?? 0]!; return `${intl.formatMessage({ id: "benefit.x" })}: ${number(b.threshold)}\n${names[0]}: ${number(b.model * 100)}\n${names[1]}: ${number(b.all * 100)}`; } },
      xAxis: { type: "value", min: 0, max: 1, name: intl.formatMessage({ id: "benefit.x" }), nameLocation: "middle", nameGap: 24, nameTextStyle: text, axisLabel: { ...text, formatter: number }, splitLine: { show: false } },
      yAxis: { type: "value", min: Math.round(-20 * most) , max: Math.ceil(most * 105), name: intl.formatMessage({ id: "benefit.y" }), nameGap: 10, nameTextStyle: { ...text, align: "left", padding: [0, 0, 0, -48] }, axisLabel: { ...text, formatter: number }, splitLine: { lineStyle: { color: token("--line") } }, splitNumber: 4 },
      series: [
        { type: "line", name: names[1], data: points.map((b) => [b.threshold, b.all * 100]), symbol: "none", lineStyle: { color: token("--plot-5"), type: "dashed", width: 1.6 }, emphasis: { disabled: true }, clip: true },
        { type: "line", name: names[0], data: points.map((b) => [b.threshold, b.model * 100]), symbol: "none", lineStyle: { color: token("--plot-1"), width: 2.4 }, emphasis: { disabled: true }, clip: true,
          markLine: { silent: true, symbol: "none", lineStyle: { color: token("--plot-3"), type: "dotted", width: 2 }, label: { ...text, formatter: (x: { name?: string }) => x.name ?? "" }, data: at.map((x) => ({ xAxis: x.threshold, name: plain(x.name ?? "").slice(0, 20) })) } },
      ],
    };
  }, [points, at, intl]);
  return (
    <>
      <Canvas option={option} label={intl.formatMessage({ id: "benefit.plot" })} className="md-canvas" />
      <ul className="md-legend">
        <li><svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true"><path d="M0 6h26" stroke="var(--plot-1)" strokeWidth="2.500" /></svg>{intl.formatMessage({ id: "benefit.model" })}</li>
        <li><svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true"><path d="M0 6h26" stroke="var(--plot-5)" strokeWidth="2" strokeDasharray="4 3" /></svg>{intl.formatMessage({ id: "benefit.all" })}</li>
        <li><svg width="26" height="12" viewBox="0 0 26 12" aria-hidden="true"><path d="M13 0v12" stroke="var(--plot-3)" strokeWidth="2" strokeDasharray="2 2" /></svg>{intl.formatMessage({ id: "benefit.point" })}</li>
      </ul>
    </>
  );
}
