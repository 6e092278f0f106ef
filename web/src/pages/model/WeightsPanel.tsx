import { useMemo, useState } from "react";
import { FormattedMessage, useIntl, type IntlShape } from "react-intl";
import type { TensorChange, WeightsDiff } from "../../api/types";
import { Icon, Name, Num, Panel, plain, Segments } from "../../ui";
import { share } from "./Judgements";

type By = "order" | "name" | "share" | "max" | "mean" | "relative";
const shown = 200;

/** What became of the weights: in a sentence, then tensor by tensor, by layer if wanted. */
export function WeightsPanel({ of: w }: { of: WeightsDiff }) {
  const intl = useIntl();
  const [by, setBy] = useState<By>("order");
  const [down, setDown] = useState(true);
  const [grouped, setGrouped] = useState<"one" | "layer">(w.changes.length > 30 ? "layer" : "one");
  const rows = useMemo(() => sorted(w.changes, by, down), [w, by, down]);
  const layers = useMemo(() => (grouped === "layer" ? groups(rows, by) : []), [rows, grouped, by]);
  const sort = (to: By) => { setDown(to === by ? !down : to !== "name"); setBy(to); };
  return (
    <Panel title={<FormattedMessage id="weights.title" />}>
      <p>{sentence(intl, w)}</p>
      {w.unread.length > 0 && <p className="wr-muted"><FormattedMessage id="weights.unread" values={{ count: w.unread.length }} /> <Name value={w.unread.slice(0, 5).join("; ")} wrap /></p>}
      {w.changes.length > 0 && (
        <>
          {w.changes.length > 3 && <Segments label={intl.formatMessage({ id: "weights.by" })} value={grouped} onChange={(v) => setGrouped(v as typeof grouped)} options={[{ value: "one", label: intl.formatMessage({ id: "weights.by.one" }) }, { value: "layer", label: intl.formatMessage({ id: "weights.by.layer" }) }]} />}
          <div className="md-weights" role="region" aria-label={intl.formatMessage({ id: "weights.table" })} tabIndex={0}>
            <table>
              <caption className="wr-hidden"><FormattedMessage id="weights.table" /></caption>
              <thead>
                <tr>
                  {(["name", "share", "max", "mean", "relative"] as const).map((k) => (
                    <th key={k} scope="col" className={k === "name" ? undefined : "wr-cell-end"} aria-sort={by === k ? (down ? "descending" : "ascending") : "none"}>
                      <button type="button" className="wr-sort" onClick={() => sort(k)}><FormattedMessage id={`weights.${k}`} />{by === k && <Icon name={down ? "down" : "up"} size={12} />}</button>
                    </th>
                  ))}
                </tr>
              </thead>
              {grouped === "one" ? <tbody>{rows.slice(0, shown).map((c) => <Row key={c.kind + c.name} of={c} />)}</tbody> : layers.slice(0, shown).map((g) => <Layer key={g.name} of={g} />)}
            </table>
          </div>
          {(grouped === "one" ? rows : layers).length + w.more > shown && <p className="wr-muted"><FormattedMessage id="models.more" values={{ count: (grouped === "one" ? rows : layers).length + w.more - shown }} /></p>}
        </>
      )}
      <Files of={w} />
    </Panel>
  );
}

function Files({ of: w }: { of: WeightsDiff }) {
  const lists = ([["changed", w.files_changed], ["added", w.files_added], ["removed", w.files_removed]] as const).filter(([, l]) => l.length > 0);
  if (lists.length === 0) return null;
  return (
    <>
      <h3 className="md-sub"><FormattedMessage id="weights.files" /></h3>
      <ul className="md-hits">{lists.flatMap(([k, l]) => l.slice(0, 60).map((name) => <li key={k + name}><FormattedMessage id={`weights.file.${k}`} /> <code><Name value={name} wrap /></code></li>))}</ul>
    </>
  );
}

function Row({ of: c, inside }: { of: TensorChange; inside?: string }) {
  const m = c.moved;
  const name = inside && c.name.startsWith(inside) && c.name.length > inside.length ? `…${c.name.slice(inside.length)}` : c.name;
  return (
    <tr>
      <th scope="row" className={inside ? "md-inside" : undefined}>
        <Name value={name} title={plain(c.name)} wrap />
        <span className="wr-small wr-muted"><Kind of={c} /> {c.from && c.to && c.from !== c.to ? <><code><Name value={c.from} /></code>{" → "}<code><Name value={c.to} /></code></> : <code><Name value={c.to || c.from || ""} /></code>}</span>
      </th>
      <td className="wr-cell-end">{m && c.count ? <Share part={m.changed} of={c.count} odd={m.odd} /> : <span className="wr-muted">{"—"}</span>}</td>
      <td className="wr-cell-end">{m ? <Small value={m.max} /> : <span className="wr-muted">{"—"}</span>}</td>
      <td className="wr-cell-end">{m ? <Small value={m.mean} /> : <span className="wr-muted">{"—"}</span>}</td>
      <td className="wr-cell-end">{m ? m.relative < 0 ? <FormattedMessage id="weights.fromzero" /> : <Num value={m.relative * 100} digits={2} unit="%" /> : <span className="wr-muted">{"—"}</span>}</td>
    </tr>
  );
}

const signs = { values: "~", shape: "≠", type: "≠", added: "+", removed: "−" } as const;

/** A sign and a word: what became of it is told without colour. */
function Kind({ of: c }: { of: TensorChange }) {
  return <span className="md-kind" data-kind={c.kind}><span aria-hidden="true">{signs[c.kind]}</span> <FormattedMessage id={`weights.kind.${c.kind}`} /></span>;
}

function Small({ value }: { value: number }) {
  return <span className="wr-num">{share(useIntl(), value)}</span>;
}

/** Of how many weights; the bar is the same as a picture. */
function Share({ part, of, odd }: { part: number; of: number; odd?: number }) {
  const intl = useIntl();
  return (
    <span className="md-share">
      <span className="wr-num">{intl.formatNumber(part / of, { style: "percent", maximumFractionDigits: 1 })}</span>
      <svg viewBox="0 0 60 6" width="60" height="6" aria-hidden="true"><rect width="60" height="6" rx="1" className="md-bar-all" /><rect width={Math.max(part > 0 ? 1 : 0, (60 * part) / of)} height="6" rx="1" className="md-bar" /></svg>
      <span className="wr-small wr-muted"><FormattedMessage id="weights.of" values={{ part, of }} />{odd ? <>{" · "}<FormattedMessage id="weights.odd" values={{ count: odd }} /></> : null}</span>
    </span>
  );
}

interface LayerOf { name: string; rows: TensorChange[]; count: number; changed: number; max: number; mean: number; relative: number; other: number }

function Layer({ of: g }: { of: LayerOf }) {
  const [open, setOpen] = useState(false);
  return (
    <tbody>
      <tr className="md-layer">
        <th scope="row">
          <button type="button" className="md-fold" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name={open ? "down" : "chevron"} size={12} /> <Name value={g.name || "…"} wrap /></button>
          <span className="wr-small wr-muted"><FormattedMessage id="weights.tensors" values={{ count: g.rows.length }} />{g.other > 0 && <>{" · "}<FormattedMessage id="weights.others" values={{ count: g.other }} /></>}</span>
        </th>
        <td className="wr-cell-end">{g.count > 0 ? <Share part={g.changed} of={g.count} /> : <span className="wr-muted">{"—"}</span>}</td>
        <td className="wr-cell-end">{g.count > 0 ? <Small value={g.max} /> : <span className="wr-muted">{"—"}</span>}</td>
        <td className="wr-cell-end">{g.count > 0 ? <Small value={g.mean} /> : <span className="wr-muted">{"—"}</span>}</td>
        <td className="wr-cell-end">{g.count > 0 ? <span title={undefined}><FormattedMessage id="weights.upto" values={{ value: <Num value={g.relative * 100} digits={2} unit="%" /> }} /></span> : <span className="wr-muted">{"—"}</span>}</td>
      </tr>
      {open && g.rows.slice(0, shown).map((c) => <Row key={c.kind + c.name} of={c} inside={g.name} />)}
    </tbody>
  );
}

/** The layer that a tensor is of: its name up to the last number in it, else up to its last part. */
export function layerOf(name: string): string {
  const parts = name.split(/(?<=[./])/);
  const at = parts.findLastIndex((p) => /^\d+[./]?$/.test(p));
  return (at > 0 ? parts.slice(0, at + 1) : parts.slice(0, Math.max(1, parts.length - 1))).join("").replace(/[./]$/, "");
}

function groups(rows: TensorChange[], by: By): LayerOf[] {
  const out = new Map<string, LayerOf>();
  for (const c of rows) {
    const name = layerOf(c.name);
    const g = out.get(name) ?? { name, rows: [], count: 0, changed: 0, max: 0, mean: 0, relative: 0, other: 0 };
    out.set(name, g);
    g.rows.push(c);
    if (c.moved && c.count) {
      g.mean = (g.mean * g.count + c.moved.mean * c.count) / (g.count + c.count);
      g.count += c.count;
      g.changed += c.moved.changed;
      g.max = Math.max(g.max, c.moved.max);
      g.relative = Math.max(g.relative, c.moved.relative);
    }
    if (c.kind !== "values") g.other++;
  }
  const list = [...out.values()];
  const most: Partial<Record<By, (g: LayerOf) => number>> = { share: (g) => (g.count ? g.changed / g.count : -1), max: (g) => g.max, mean: (g) => g.mean, relative: (g) => g.relative };
  const of = most[by];
  if (!of) return list;
  const first = rows[0], last = rows.at(-1);
  const down = first && last ? value(first, by) >= value(last, by) : true;
  return list.sort((a, b) => (down ? of(b) - of(a) : of(a) - of(b)));
}

function value(c: TensorChange, by: By): number {
  if (!c.moved) return -1;
  if (by === "share") return c.count ? c.moved.changed / c.count : 0;
  if (by === "max" || by === "mean") return c.moved[by];
  return c.moved.relative < 0 ? Number.MAX_VALUE : c.moved.relative;
}

function sorted(list: TensorChange[], by: By, down: boolean): TensorChange[] {
  if (by === "order") return list;
  const order = by === "name" ? (a: TensorChange, b: TensorChange) => a.name.localeCompare(b.name, "en", { numeric: true }) : (a: TensorChange, b: TensorChange) => value(a, by) - value(b, by);
  return [...list].sort((a, b) => (down ? order(b, a) : order(a, b)));
}

/** What became of the weights in one sentence, and what of the layers. */
function sentence(intl: IntlShape, w: WeightsDiff): string {
  const said = [];
  const all = w.tensors + w.retyped + w.removed;
  if (w.moved + w.retyped + w.added + w.removed === 0) said.push(intl.formatMessage({ id: "weights.same" }, { count: w.tensors }));
  if (w.moved > 0) {
    said.push(intl.formatMessage({ id: "weights.moved" }, { moved: w.moved, all }));
    if (w.values > 0) said.push(intl.formatMessage({ id: "weights.values" }, { share: intl.formatNumber(w.changed / w.values, { style: "percent", maximumFractionDigits: 1 }) }));
    const far = w.changes.filter((c) => c.moved && c.moved.relative >= 0).sort((a, b) => b.moved!.relative - a.moved!.relative)[0];
    if (far) said.push(intl.formatMessage({ id: "weights.farthest" }, { name: plain(far.name), by: intl.formatNumber(far.moved!.relative, { style: "percent", maximumFractionDigits: 1 }) }));
  }
  const other = (["added", "removed", "retyped"] as const).filter((k) => w[k] > 0).map((k) => intl.formatMessage({ id: `weights.count.${k}` }, { count: w[k] }));
  if (other.length > 0) said.push(intl.formatMessage({ id: "weights.layers" }, { list: intl.formatList(other, { type: "conjunction" }) }));
  return said.join(" ");
}
