import { FormattedMessage, useIntl } from "react-intl";
import { Link, useParams } from "react-router";
import { useApi } from "../../api/client";
import type { Entry, Ledger, Proof } from "../../api/types";
import { useTitle } from "../../app/title";
import { ProofSteps } from "../../evidence/ProofSteps";
import { Empty, Failure, LinkButton, PageHead, Panel, Skeleton, Time } from "../../ui";
import { Copy } from "./Head";
import "./evidence.css";

/** One entry of the ledger, and the proof that it stands there, recomputed by the reader's own browser. */
export default function EntryPage() {
  const intl = useIntl();
  const { index = "" } = useParams();
  const valid = /^\d{1,15}$/.test(index);
  useTitle(intl.formatMessage({ id: "evidence.entry.title" }, { index: valid ? Number(index) : 0 }));
  const path = valid ? `/evidence/entries/${index}` : null;
  const entry = useApi<Entry>(path), proof = useApi<Proof>(path && `${path}/proof`), ledger = useApi<Ledger>(path && "/evidence");
  if (!valid) return <Empty title={<FormattedMessage id="evidence.entry.none" />}><p><Link to="/evidence"><FormattedMessage id="evidence.entry.back" /></Link></p></Empty>;
  const n = Number(index), e = entry.data, problem = entry.error ?? proof.error;
  const subject = typeof e?.payload === "object" && e.payload !== null ? String((e.payload as Record<string, unknown>).subject ?? "") : "";
  const check = typeof e?.payload === "object" && e.payload !== null ? String((e.payload as Record<string, unknown>).check ?? "") : "";
  const asset = /^asset:(.+)$/.exec(subject)?.[1];
  return (
    <div className="ev-page">
      <PageHead title={<FormattedMessage id="evidence.entry.title" values={{ index: n }} />} actions={
        <>
          {n > 0 && <LinkButton small to={`/evidence/${n - 1}`} icon="left"><FormattedMessage id="evidence.entry.before" /></LinkButton>}
          {ledger.data && n + 1 < ledger.data.size && <LinkButton small to={`/evidence/${n + 1}`} icon="chevron"><FormattedMessage id="evidence.entry.after" /></LinkButton>}
          <LinkButton small to="/evidence"><FormattedMessage id="evidence.entry.back" /></LinkButton>
        </>
      }>
        {e && <FormattedMessage id="evidence.entry.sentence" values={{ kind: `evidence.kind.${e.kind}` in intl.messages ? intl.formatMessage({ id: `evidence.kind.${e.kind}` }) : e.kind, at: <Time at={e.at} seconds />, seq: e.seq }} />}
      </PageHead>
      {problem && <Failure problem={problem} retry={() => void Promise.all([entry.refetch(), proof.refetch()])} />}
      {!problem && (!e || !proof.data) && <div className="ev-waiting"><Skeleton lines={10} /></div>}
      {e && proof.data && (
        <Panel title={<FormattedMessage id="evidence.proof" />} actions={
          <>
            {asset && <LinkButton small to={`/assets/${encodeURIComponent(asset)}`}><FormattedMessage id="evidence.entry.asset" /></LinkButton>}
            {check && <LinkButton small to={`/checks/${encodeURIComponent(check)}`}><FormattedMessage id="evidence.entry.check" /></LinkButton>}
            {e.canonical && <Copy value={e.canonical} />}
          </>
        }>
          <div className="ev-proof"><ProofSteps entry={e} proof={proof.data} keys={ledger.data?.keys.map((k) => k.verifier)} /></div>
        </Panel>
      )}
    </div>
  );
}
