import { FormattedMessage, useIntl } from "react-intl";
import { useApi } from "../../api/client";
import type { ArtefactVerdict, ModelDetail, ModelDocumentContent, ModelJudgement, ModelScan, ScanCall, ScanHit, ScanPart, ScanStep } from "../../api/types";
import { Bytes, Failure, Name, Panel, plain, Skeleton } from "../../ui";
import { ArtefactMark } from "../models/marks";

/** What loading its files would do, read by a person: the steps that lead to the call, one sentence each. */
export function ScanPanel({ of: m }: { of: ModelDetail }) {
  const list = m.judgements.filter((j) => j.topic === "artefact").sort((a, b) => rank(b) - rank(a));
  return (
    <Panel title={<FormattedMessage id="model.artefact" />}>
      {list.length === 0 && <><p className="wr-muted"><FormattedMessage id="model.artefact.none" /></p><code className="pf-code">wardround model register ./model --product NAME --version VERSION</code></>}
      <ul className="pf-list" id="files">{list.slice(0, 20).map((j) => <File key={j.item} model={m.key} of={j} />)}</ul>
      {list.length > 20 && <p className="wr-muted"><FormattedMessage id="models.more" values={{ count: list.length - 20 }} /></p>}
    </Panel>
  );
}

const verdicts = ["inert", "safe", "unknown", "unreadable", "malicious"];
export const verdictOf = (j: ModelJudgement) => (verdicts.includes(String(j.facts?.["verdict"])) ? String(j.facts!["verdict"]) : "unknown") as ArtefactVerdict;
const rank = (j: ModelJudgement) => verdicts.indexOf(verdictOf(j));

function File({ model, of: j }: { model: string; of: ModelJudgement }) {
  const verdict = verdictOf(j);
  const grave = verdict !== "inert" && verdict !== "safe";
  return (
    <li>
      <span className="pf-split"><strong><Name value={j.item ?? ""} wrap /></strong><ArtefactMark value={verdict} /></span>
      <span><FormattedMessage id={`model.artefact.${verdict}`} /></span>
      {j.evidence && grave && <Report model={model} digest={j.evidence} />}
    </li>
  );
}

function Report({ model, digest }: { model: string; digest: string }) {
  const { data, error, isPending, refetch } = useApi<ModelDocumentContent>(`/models/${encodeURIComponent(model)}/documents/${encodeURIComponent(digest)}`);
  if (error) return <Failure problem={error} retry={() => void refetch()} />;
  if (isPending || !data?.scan) return <Skeleton lines={3} />;
  const s = data.scan;
  return (
    <>
      <Deeds of={s} />
      <Rules of={s} />
      {s.trail && s.trail.length > 0 && (
        <details className="md-events">
          <summary><FormattedMessage id="model.trail" values={{ count: s.trail.length }} /></summary>
          <ol className="md-trail">{s.trail.slice(0, 120).map((t, i) => <li key={i}><Step of={t} calls={s.calls ?? []} /> <span className="wr-small wr-muted md-offset"><FormattedMessage id="model.trail.at" values={{ op: plain(t.op), offset: t.offset }} />{t.part && <>{" · "}<Name value={t.part} /></>}</span></li>)}</ol>
          {s.trail.length > 120 && <p className="wr-muted"><FormattedMessage id="models.more" values={{ count: s.trail.length - 120 }} /></p>}
        </details>
      )}
      {s.parts && s.parts.length > 1 && <details className="md-events"><summary><FormattedMessage id="model.parts" values={{ count: s.parts.length }} /></summary><Tree of={treeOf(s.parts)} /></details>}
      <span className="wr-small wr-muted"><Name value={s.format} />{" · "}<Bytes value={s.bytes} />{s.sha256 && <>{" · "}<code><Name value={`sha256:${s.sha256}`} wrap /></code></>}</span>
    </>
  );
}

const gravity = ["malicious", "unknown"];

/** What it would import and call, with what arguments and where: the way in a few steps. */
function Deeds({ of: s }: { of: ModelScan }) {
  const calls = (s.calls ?? []).filter((c) => gravity.includes(c.class)).sort((a, b) => gravity.indexOf(a.class) - gravity.indexOf(b.class) || a.offset - b.offset);
  const rest = (s.calls ?? []).length - calls.length;
  if ((s.calls ?? []).length === 0) return null;
  return (
    <>
      <h3 className="md-sub"><FormattedMessage id="model.calls" values={{ count: (s.calls ?? []).length }} /></h3>
      <ol className="md-trail">
        {calls.slice(0, 60).map((c, i) => <li key={i}><Deed of={c} /></li>)}
        {rest > 0 && <li className="wr-muted"><FormattedMessage id="model.calls.harmless" values={{ count: rest }} /></li>}
      </ol>
      {calls.length > 60 && <p className="wr-muted"><FormattedMessage id="models.more" values={{ count: calls.length - 60 }} /></p>}
    </>
  );
}

function Deed({ of: c }: { of: ScanCall }) {
  return (
    <>
      <span><FormattedMessage id={c.called ? "model.deed.called" : "model.deed.named"} values={{ name: <code><Name value={c.full} wrap /></code>, args: <Arguments of={c.args} /> }} />{" "}<strong><FormattedMessage id={`model.class.${c.class === "malicious" ? "malicious" : "unknown"}`} /></strong></span>
      {" "}<span className="wr-small wr-muted md-offset">{c.how && <><code>{plain(c.how)}</code>{" · "}</>}<FormattedMessage id="model.byte" values={{ offset: c.offset }} />{c.part && <>{" · "}<Name value={c.part} /></>}</span>
      {c.why && <span className="wr-small wr-muted md-why" lang={c.language ?? "en"}>{plain(c.why)}</span>}
    </>
  );
}

/** Of arguments only the kind is kept: what a file says could be about a person. */
function Arguments({ of: args }: { of?: string }) {
  if (!args || args === "()") return <FormattedMessage id="model.deed.noargs" />;
  return <code><Name value={args} wrap /></code>;
}

/** A text nobody translated is English, and the page says so to whoever reads another language. */
const foreign = (language = "en", locale: string) => language.split("-")[0] !== locale.split("-")[0];

/** The rules that were hit: what each means, and under which numbers others know it. */
function Rules({ of: s }: { of: ModelScan }) {
  const hits = s.hits ?? [];
  const known = s.explained ?? [];
  const intl = useIntl();
  const ids = [...new Set(hits.map((h) => h.rule))].slice(0, 20);
  if (ids.length === 0) return null;
  return (
    <>
      <h3 className="md-sub"><FormattedMessage id="model.rules" /></h3>
      <ul className="pf-list">
        {ids.map((id) => {
          const r = known.find((x) => x.id === id);
          const of = hits.filter((h) => h.rule === id);
          return (
            <li key={id}>
              <span className="pf-split"><strong>{r ? <Name value={r.title} wrap /> : <code>{plain(id)}</code>}</strong><code className="wr-small">{plain(id)}</code></span>
              {of.slice(0, 4).map((h, i) => <Hit key={i} of={h} />)}
              {of.length > 4 && <span className="wr-small wr-muted"><FormattedMessage id="models.more" values={{ count: of.length - 4 }} /></span>}
              {r && (
                <>
                  <span className="wr-small wr-muted md-ids">{[...(r.atlas ?? []).map((x) => ["MITRE ATLAS", x, `https://atlas.mitre.org/techniques/${x}`] as const), ...(r.cwe ?? []).map((x) => ["CWE", x, `https://cwe.mitre.org/data/definitions/${x.replace(/^CWE-/, "")}.html`] as const)].map(([, x, to]) => <span key={x}><strong>{plain(x)}</strong> <span className="wr-mono">{to}</span></span>)}</span>
                  {(r.means || r.do) && <details><summary className="wr-small"><FormattedMessage id={foreign(r.language, intl.locale) ? "model.rule.more.english" : "model.rule.more"} /></summary><div lang={r.language ?? "en"} className="pf-text wr-small">{[r.means, r.do, r.dont, r.wrong].filter((x) => x).map((x) => <p key={x}>{plain(x!)}</p>)}</div></details>}
                </>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Hit({ of: h }: { of: ScanHit }) {
  return <span className="wr-small"><span lang="en"><Name value={h.text} wrap /></span>{h.part && <span className="wr-muted">{" · "}<Name value={h.part} wrap /></span>}{h.offset >= 0 && <span className="wr-muted md-offset">{" · "}<FormattedMessage id="model.byte" values={{ offset: h.offset }} /></span>}</span>;
}

interface Node { name: string; part?: ScanPart; inside: Node[] }

/** Members as they lie in each other: "a.zip/b/c.pkl" is c.pkl in b in a.zip. */
export function treeOf(parts: ScanPart[]): Node[] {
  const root: Node = { name: "", inside: [] };
  for (const p of parts.slice(0, 1000)) {
    let at = root;
    for (const name of p.path.split("/").slice(0, 24)) {
      let next = at.inside.find((n) => n.name === name);
      if (!next) at.inside.push((next = { name, inside: [] }));
      at = next;
    }
    at.part = p;
  }
  return root.inside;
}

function Tree({ of: nodes }: { of: Node[] }) {
  return (
    <ul className="md-tree">
      {nodes.map((n, i) => (
        <li key={i}>
          <span className="pf-marks"><code><Name value={n.name || "/"} wrap /></code>{n.part && <><ArtefactMark value={(verdicts.includes(n.part.verdict) ? n.part.verdict : "unknown") as ArtefactVerdict} /><span className="wr-small wr-muted"><Name value={n.part.format} />{" · "}<Bytes value={n.part.bytes} /></span></>}</span>
          {n.inside.length > 0 && <Tree of={n.inside} />}
        </li>
      ))}
    </ul>
  );
}

const opcodes: Record<string, string> = {
  PROTO: "proto", FRAME: "frame", GLOBAL: "global", STACK_GLOBAL: "global", INST: "inst", OBJ: "obj", NEWOBJ: "obj", NEWOBJ_EX: "obj", REDUCE: "reduce", BUILD: "build", MARK: "mark", STOP: "stop", MEMOIZE: "memo",
  PUT: "memo", BINPUT: "memo", LONG_BINPUT: "memo", GET: "recall", BINGET: "recall", LONG_BINGET: "recall", TUPLE: "tuple", TUPLE1: "tuple", TUPLE2: "tuple", TUPLE3: "tuple", EMPTY_TUPLE: "tuple",
  PERSID: "persid", BINPERSID: "persid", EXT1: "ext", EXT2: "ext", EXT4: "ext",
};
const looks = ["global", "inst"], runs = ["reduce", "obj", "build", "inst"];

/** One opcode as a sentence. What it looks up or calls is named, by its place or by what the gate noted there. */
function Step({ of: t, calls }: { of: ScanStep; calls: ScanCall[] }) {
  const intl = useIntl();
  const op = t.op.toUpperCase();
  const id = opcodes[op] ?? (/UNICODE|STRING|BYTES|INT|LONG|FLOAT|BOOL|NONE|TRUE|FALSE/.test(op) ? "push" : "other");
  const noted = t.note?.match(/^[\w.-]+: (.+)$/)?.[1];
  const call = calls.find((c) => (looks.includes(id) && c.offset === t.offset && (c.part ?? "") === (t.part ?? "")) || (noted !== undefined && c.full === noted));
  const arg = looks.includes(id) || runs.includes(id) ? (call?.full ?? noted ?? t.arg) : t.arg;
  const grave = t.note ? " md-grave" : "";
  // Without what it carries the sentence ends before it.
  if (!arg) return <span className={grave.trim() || undefined}>{intl.formatMessage({ id: `model.step.${id}` }, { arg: "", op: plain(t.op) }).replace(/[\s:]+\.$/, ".").replace(/\s+/g, " ")}</span>;
  return <span className={grave.trim() || undefined}><FormattedMessage id={`model.step.${id}`} values={{ arg: <code><Name value={arg} wrap /></code>, op: plain(t.op) }} />{runs.includes(id) && call?.args && call.args !== "()" && <>{" "}<FormattedMessage id="model.step.with" values={{ args: <code><Name value={call.args} wrap /></code> }} /></>}</span>;
}
