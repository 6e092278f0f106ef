import { FormattedMessage } from "react-intl";
import { Link } from "react-router";
import { useApi } from "../../api/client";
import type { Entry, Ledger, Proof } from "../../api/types";
import { ProofSteps } from "../../evidence/ProofSteps";
import { Drawer, Failure, Skeleton } from "../../ui";

/** One entry of the ledger, proved in this page from its words to the signed checkpoint. */
export function EvidenceDrawer({ leaf, missing, onClose }: { leaf: number | undefined; missing: boolean; onClose: () => void }) {
  const path = leaf === undefined || !Number.isSafeInteger(leaf) ? null : `/evidence/entries/${leaf}`;
  const entry = useApi<Entry>(path);
  const proof = useApi<Proof>(path === null ? null : `${path}/proof`);
  const ledger = useApi<Ledger>(path === null ? null : "/evidence");
  const problem = entry.error ?? proof.error;
  return (
    <Drawer title={<FormattedMessage id="proof.title" />} open={path !== null || missing} onClose={onClose}>
      {missing && <p><FormattedMessage id="proof.none" /></p>}
      {problem && <Failure problem={problem} retry={() => void Promise.all([entry.refetch(), proof.refetch()])} />}
      {path !== null && !problem && (!entry.data || !proof.data) && <Skeleton lines={10} />}
      {entry.data && proof.data && <ProofSteps entry={entry.data} proof={proof.data} keys={ledger.data?.keys.map((k) => k.verifier)} />}
      {path !== null && entry.data && <p className="wr-small"><Link to={`/evidence/${leaf}`}><FormattedMessage id="proof.page" /></Link></p>}
    </Drawer>
  );
}
