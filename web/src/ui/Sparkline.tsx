import "./Panel.css";

/** A small plot of the past; null is a gap and is drawn as one. label says it in words. */
export function Sparkline({ values, label, width = 96, height = 24 }: { values: readonly (number | null)[]; label: string; width?: number; height?: number }) {
  const top = Math.max(1e-9, ...values.map((v) => v ?? 0));
  const x = (i: number) => (values.length < 2 ? width / 2 : 1 + (i * (width - 2)) / (values.length - 1));
  const y = (v: number) => height - 2 - (v / top) * (height - 4);
  const runs: string[] = [];
  const gaps: string[] = [];
  let run = "";
  values.forEach((v, i) => {
    if (v === null) {
      if (run) runs.push(run);
      run = "";
      gaps.push(`M${x(i).toFixed(1)} ${height - 1}v-${Math.round(height / 3)}`);
    } else run += `${run ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
  });
  if (run) runs.push(run.includes("L") ? run : `${run}h0.01`);
  return (
    <svg className="wr-sparkline" role="img" aria-label={label} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <path d={`M0 ${height - 0.5}H${width}`} stroke="var(--line)" />
      <path d={runs.join("")} fill="none" stroke="var(--plot-1)" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round" />
      {gaps.length > 0 && <path d={gaps.join("")} stroke="var(--unknown)" strokeWidth="1" strokeDasharray="2 2" />}
    </svg>
  );
}
