import { FormattedMessage, useIntl } from "react-intl";
import { useApi } from "../../api/client";
import type { ArtefactVerdict, ModelDetail, ModelDocumentContent, ModelJudgement, ScanStep } from "../../api/types";
import { Bytes, Failure, Name, Panel, plain, Skeleton } from "../../ui";
import { ArtefactMark } from "../models/marks";

/** What loading its files would do, read by a person: the steps that lead to the call, one sentence each. */
export function ScanPanel({ of: m }: { of: ModelDetail }) {
  const list = m.judgements.filter((j) => j.topic === "artefact").sort((a, b) => rank(b) - rank(a));
  return (
    <Panel title={<FormattedMessage id="model.artefact" />}>
      {list.length === 0 && <><p className="wr-muted"><FormattedMessage id="model.artefact.none" /></p><code className="pf-code">wardround model register ./model --product NAME --version VERSION</code></>}
      <ul className="pf-list">{list.slice(0, 20).map((j) => <File key={j.item} model={m.key} of={j} />)}</ul>
      {list.length > 20 && <p className="wr-muted"><FormattedMessage id="models.more" values={{ count: list.length - 20 }} /></p>}
    </Panel>
  );
}

const verdicts = ["inert", "safe", "unknown", "unreadable", "malicious"];
const verdictOf = (j: ModelJudgement) => (verdicts.includes(String(j.facts?.["verdict"])) ? String(j.facts!["verdict"]) : "unknown") as ArtefactVerdict;
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
      <ul className="md-hits">{s.hits?.slice(0, 12).map((h, i) => <li key={i}><span lang="en"><Name value={h.text} wrap /></span> <code className="wr-small">{plain(h.rule)}</code></li>)}</ul>
      {s.trail && s.trail.length > 0 && (
        <>
          <h3 className="md-sub"><FormattedMessage id="model.trail" /></h3>
          <ol className="md-trail">{s.trail.slice(0, 60).map((t, i) => <li key={i}><Step of={t} />{t.note && <strong lang="en"> {plain(t.note)}</strong>} <span className="wr-small wr-muted md-offset"><FormattedMessage id="model.trail.at" values={{ op: plain(t.op), offset: t.offset }} />{t.part && <>{" · "}<Name value={t.part} /></>}</span></li>)}</ol>
          {s.trail.length > 60 && <p className="wr-muted"><FormattedMessage id="models.more" values={{ count: s.trail.length - 60 }} /></p>}
        </>
      )}
      {s.calls && s.calls.length > 0 && (
        <details>
          <summary><FormattedMessage id="model.calls" values={{ count: s.calls.length }} /></summary>
          <ul className="md-hits">{s.calls.slice(0, 100).map((c, i) => <li key={i}><code><Name value={c.full} wrap /></code> <FormattedMessage id={c.called ? "model.calls.called" : "model.calls.named"} /> {c.args && <code className="wr-small">{plain(c.args)}</code>}</li>)}</ul>
        </details>
      )}
      <span className="wr-small wr-muted"><Name value={s.format} />{" · "}<Bytes value={s.bytes} /></span>
    </>
  );
}

const sentences: Record<string, string> = {
  PROTO: "proto", FRAME: "frame", GLOBAL: "global", STACK_GLOBAL: "global", INST: "inst", OBJ: "obj", NEWOBJ: "obj", NEWOBJ_EX: "obj", REDUCE: "reduce", BUILD: "build", MARK: "mark", STOP: "stop", MEMOIZE: "memo",
  PUT: "memo", BINPUT: "memo", LONG_BINPUT: "memo", GET: "recall", BINGET: "recall", LONG_BINGET: "recall", TUPLE: "tuple", TUPLE1: "tuple", TUPLE2: "tuple", TUPLE3: "tuple", EMPTY_TUPLE: "tuple",
  PERSID: "persid", BINPERSID: "persid", EXT1: "ext", EXT2: "ext", EXT4: "ext",
};

/** One opcode as a sentence; what it carries stands in it. */
function Step({ of: t }: { of: ScanStep }) {
  const intl = useIntl();
  const op = t.op.toUpperCase();
  const id = sentences[op] ?? (/UNICODE|STRING|BYTES|INT|LONG|FLOAT|BOOL|NONE|TRUE|FALSE/.test(op) ? "push" : "other");
  // Without what it carries the sentence ends before it.
  if (!t.arg) return <span>{intl.formatMessage({ id: `model.step.${id}` }, { arg: "", op: plain(t.op) }).replace(/[\s:]+\.$/, ".").replace(/\s+/g, " ")}</span>;
  return <FormattedMessage id={`model.step.${id}`} values={{ arg: <code><Name value={t.arg} wrap /></code>, op: plain(t.op) }} />;
}
