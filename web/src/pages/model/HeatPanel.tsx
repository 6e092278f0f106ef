import { useMemo, useRef, useState, type KeyboardEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useApi } from "../../api/client";
import type { ModelDetail, ModelHeat, ModelHeatCell } from "../../api/types";
import { Empty, Failure, Icon, Name, Panel, plain, Skeleton } from "../../ui";
import { DistributionView } from "./DistributionView";

export interface Picked { column: string; group: string; part: string; from: string; to: string; topic: string }

/** Columns down, time across. Each cell says what was judged there; choosing one shows the distribution beside the reference. */
export function HeatPanel({ model, detail, picked, pick }: { model: string; detail: ModelDetail; picked: Picked; pick: (p: Partial<Picked>) => void }) {
  const { data: heat, error, isPending, refetch } = useApi<ModelHeat>(`/models/${encodeURIComponent(model)}/heat`, undefined, { live: ["findings"] });
  return (
    <Panel title={<FormattedMessage id="model.heat" />}>
      <p className="wr-small wr-muted"><FormattedMessage id="model.heat.about" /></p>
      {error && !heat && <Failure problem={error} retry={() => void refetch()} />}
      {isPending && <Skeleton lines={8} />}
      {heat && heat.rows.length === 0 && <Empty title={<FormattedMessage id="model.heat.none" />}><p><FormattedMessage id={detail.documents.some((d) => d.kind === "reference") ? "model.heat.none.windows" : "model.heat.none.reference"} /></p>{!detail.documents.some((d) => d.kind === "reference") && <code className="pf-code">wardround model sketch reference.csv -o reference.sketch{"\n"}wardround model import reference.sketch --product NAME --version VERSION</code>}</Empty>}
      {heat && heat.rows.length > 0 && <Map heat={heat} picked={picked} pick={pick} />}
      {picked.column && <DistributionView key={picked.column + picked.group + picked.part + picked.from} model={model} detail={detail} picked={picked} pick={pick} cell={cellOf(heat, picked)} />}
    </Panel>
  );
}

/** Rows in which nothing ever moved are folded away: what did is not to be looked for among them. */
function Map({ heat: all, picked, pick }: { heat: ModelHeat; picked: Picked; pick: (p: Partial<Picked>) => void }) {
  const [open, setOpen] = useState(false);
  const calm = useMemo(() => all.rows.filter((r) => r.cells.every((c) => c.state === "pass") || (r.topic === "quality" && r.cells.every((c) => c.state !== "fail"))), [all]);
  const fold = calm.length > 4 && calm.length < all.rows.length;
  const heat = useMemo(() => (fold && !open ? { ...all, rows: all.rows.filter((r) => !calm.includes(r)) } : all), [all, calm, fold, open]);
  return (
    <>
      <Grid heat={heat} picked={picked} pick={pick} />
      {fold && <p><button type="button" className="md-fold" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name={open ? "down" : "chevron"} size={12} /> <FormattedMessage id={open ? "model.heat.fold" : "model.heat.calm"} values={{ count: calm.length }} /></button></p>}
    </>
  );
}

function Grid({ heat, picked, pick }: { heat: ModelHeat; picked: Picked; pick: (p: Partial<Picked>) => void }) {
  const intl = useIntl();
  const table = useRef<HTMLTableElement>(null);
  const rows = useMemo(() => heat.rows.map((r) => ({ row: r, at: new globalThis.Map(r.cells.map((c) => [c.time, c])) })), [heat]);
  // Several windows end on one day: the day alone would not tell which.
  const days = useMemo(() => heat.times.map((t) => intl.formatDate(t.to, { day: "numeric", month: "short" })), [heat, intl]);
  const short = new Set(days).size < days.length;
  const clock = (i: number) => intl.formatTime(heat.times[i]!.to, { hour: "2-digit", minute: "2-digit" });
  const when = (i: number) => (short ? `${days[i]} ${clock(i)}` : days[i]!);
  // Arrows move between cells that hold something, as on a sheet; Tab passes the map by in one step.
  const onKeyDown = (e: KeyboardEvent) => {
    const at = (e.target as HTMLElement).closest<HTMLElement>("[data-r]");
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[e.key];
    if (!at || !step) return;
    e.preventDefault();
    let r = Number(at.dataset.r), c = Number(at.dataset.c);
    for (let n = 0; n < 2000; n++) {
      r += step[0]!;
      c += step[1]!;
      if (r < 0 || c < 0 || r >= rows.length || c >= heat.times.length) return;
      const next = table.current?.querySelector<HTMLElement>(`[data-r="${r}"][data-c="${c}"]`);
      if (next) return next.focus();
    }
  };
  const every = Math.max(1, Math.min(heat.times.length, 3), Math.ceil(heat.times.length / 10));
  let first = true;
  return (
    <>
      <div className="md-heat" onKeyDown={onKeyDown}>
        <table ref={table}>
          <caption className="wr-hidden"><FormattedMessage id="model.heat" /></caption>
          <thead>
            <tr>
              <th scope="col"><FormattedMessage id="model.heat.column" /></th>
              {heat.times.map((t, i) => i % every === 0 && (i === 0 || heat.times.length - i > 1 || every === 1) && <th key={t.to} scope="colgroup" colSpan={Math.min(every, heat.times.length - i)} className="md-day"><span>{(!short || i === 0 || days[i] !== days[i - every]) && days[i]}</span>{short && <span>{clock(i)}</span>}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ row, at }, r) => (
              <tr key={row.topic + row.item}>
                <th scope="row"><Name value={row.item} title={plain(row.item)} /><span className="wr-small wr-muted"><FormattedMessage id={`modeltopic.${row.topic}`} defaultMessage={plain(row.topic).replace(/[{}<>']/g, "")} /></span></th>
                {heat.times.map((t, c) => {
                  const cell = at.get(c);
                  if (!cell) return <td key={t.to} />;
                  const focusable = first;
                  first = false;
                  const chosen = picked.topic === row.topic && picked.column === row.column && picked.group === (row.group ?? "") && picked.to === t.to;
                  return (
                    <td key={t.to}>
                      <button type="button" className="md-cell" data-r={r} data-c={c} data-state={cell.state} data-level={level(cell)} tabIndex={focusable || chosen ? 0 : -1} aria-pressed={chosen} aria-label={`${plain(row.item)}, ${when(c)}: ${said(intl, cell)}`} title={`${plain(row.item)} · ${when(c)} · ${said(intl, cell)}`}
                        onClick={() => pick({ topic: row.topic, column: row.column, group: row.group ?? "", part: row.part ?? "", from: t.from ?? "", to: t.to })} />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {heat.more > 0 && <p className="wr-small wr-muted"><FormattedMessage id="models.more" values={{ count: heat.more }} /></p>}
      <ul className="md-legend">
        {(["pass", "fail", "unknown"] as const).map((s) => <li key={s}><span className="md-cell" data-state={s} data-level={s === "fail" ? 2 : 0} aria-hidden="true" /> <FormattedMessage id={`model.heat.${s}`} /></li>)}
        <li><span className="md-cell md-none" aria-hidden="true" /> <FormattedMessage id="model.heat.nothing" /></li>
      </ul>
    </>
  );
}

/** What was judged of the square that was chosen, at that time. */
function cellOf(heat: ModelHeat | undefined, p: Picked): ModelHeatCell | undefined {
  const time = heat?.times.findIndex((t) => t.to === p.to) ?? -1;
  return heat?.rows.find((r) => r.topic === p.topic && r.column === p.column && (r.group ?? "") === p.group && (r.part ?? "") === p.part)?.cells.find((c) => c.time === time);
}

/** How strong the colour is: by the size of the change. */
const level = (c: ModelHeatCell) => ((c.effect ?? 0) > 0.25 ? 3 : (c.effect ?? 0) > 0.1 ? 2 : 1);

function said(intl: ReturnType<typeof useIntl>, c: ModelHeatCell): string {
  const out = [intl.formatMessage({ id: `state.${c.state}` })];
  if (c.effect) out.push(intl.formatMessage({ id: "model.said.size" }, { size: intl.formatNumber(c.effect, { maximumSignificantDigits: 2 }) }));
  if (c.n) out.push(intl.formatMessage({ id: "model.said.n" }, { n: c.n }));
  return out.join(", ");
}
