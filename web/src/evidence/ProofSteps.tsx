import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Entry, Proof } from "../api/types";
import { Banner, Glyph, plain, Time } from "../ui";
import { type Checkpoint, parseCheckpoint, type SignatureOutcome, verifySignature } from "./checkpoint";
import { canCompute, type Outcome, recompute, type Recomputed } from "./proof";
import css from "./proof.module.css";

interface Props {
  entry: Entry;
  proof: Proof;
  /** The ledger's verifier keys; undefined while they are fetched. */
  keys?: string[];
}

interface Done {
  of: Proof;
  climb?: Recomputed;
  /** Why the climb could not be made at all. */
  refused?: string;
  checkpoint?: Checkpoint;
  signature?: { outcome: SignatureOutcome; by?: string };
}

/** From the words of an entry to the signed head of the ledger, each step computed here and held against what the server says. */
export function ProofSteps({ entry, proof, keys }: Props) {
  const done = useRecomputed(entry, proof, keys);
  if (!canCompute()) return <Banner kind="warning"><FormattedMessage id="proof.insecure" /></Banner>;
  const climb = done?.climb;
  const covers = done?.checkpoint && climb ? covering(done.checkpoint, proof) : undefined;
  return (
    <div className={css.proof}>
      <Verdict done={done} covers={covers} />
      <ol className={css.steps}>
        <Step id="entry" outcome={entry.erased ? "missing" : undefined}>
          <p><FormattedMessage id="proof.entry.about" values={{ index: entry.index, at: <Time at={entry.at} seconds /> }} /></p>
          {entry.canonical !== undefined && <pre className={css.canonical} tabIndex={0}>{lines(pretty(entry.canonical))}</pre>}
          {entry.erased && <p><FormattedMessage id="proof.entry.erased" /></p>}
        </Step>
        <Step id="leaf" outcome={climb?.leaf.outcome}>
          <p><code>SHA-256(salt ‖ entry)</code></p>
          {entry.salt && <Hash id="salt" value={entry.salt} />}
          <Hash id="leaf" value={climb?.leaf.computed ?? entry.leaf} said={climb?.leaf.outcome === "differs" ? climb.leaf.said : undefined} />
        </Step>
        <Step id="record" outcome={climb && "agrees"}>
          <p><code>SHA-256(0x00 ‖ leaf)</code></p>
          {climb && <Hash id="node" value={climb.record} />}
        </Step>
        {climb?.steps.map((s, i) => (
          <Step key={i} id="step" n={i + 1} of={climb.steps.length} outcome={s.outcome}>
            <p><code>{s.side === "left" ? "SHA-256(0x01 ‖ sibling ‖ node)" : "SHA-256(0x01 ‖ node ‖ sibling)"}</code></p>
            <Hash id={s.side === "left" ? "sibling.left" : "sibling.right"} value={s.sibling} />
            <Hash id="node" value={s.computed} said={s.outcome === "differs" ? s.said : undefined} />
          </Step>
        ))}
        <Step id="root" outcome={climb?.root.outcome}>
          <p><FormattedMessage id="proof.root.about" values={{ size: proof.size }} /></p>
          <Hash id="root" value={climb?.root.computed ?? proof.root} said={climb?.root.outcome === "differs" ? climb.root.said : undefined} />
        </Step>
        <Step id="checkpoint" outcome={covers === undefined ? "missing" : covers === "differs" || done?.signature?.outcome === "wrong" ? "differs" : covers === "same" && done?.signature?.outcome === "verified" ? "agrees" : "missing"}>
          {!done?.checkpoint && <p><FormattedMessage id="proof.checkpoint.none" /></p>}
          {done?.checkpoint && (
            <>
              <p><FormattedMessage id={`proof.checkpoint.${covers ?? "other"}`} values={{ size: done.checkpoint.size, at: <Time at={done.checkpoint.at} /> }} /></p>
              {done.signature && <p><FormattedMessage id={`proof.signature.${done.signature.outcome}`} values={{ by: done.signature.by ?? "" }} /></p>}
              <pre className={css.canonical} tabIndex={0}>{lines(proof.checkpoint ?? "")}</pre>
            </>
          )}
        </Step>
      </ol>
      <p className="wr-small wr-muted"><FormattedMessage id="proof.trust" /></p>
    </div>
  );
}

/** Whether the checkpoint signs the very head that the proof climbs to. */
function covering(c: Checkpoint, proof: Proof): "same" | "other" | "differs" {
  if (c.size !== proof.size) return "other";
  return c.root === proof.root.toLowerCase() ? "same" : "differs";
}

function useRecomputed(entry: Entry, proof: Proof, keys: string[] | undefined): Done | null {
  const [done, setDone] = useState<Done | null>(null);
  useEffect(() => {
    if (!canCompute()) return;
    let current = true;
    const work = async (): Promise<Done> => {
      let climb: Recomputed | undefined;
      try {
        climb = await recompute(entry, proof);
      } catch (err) {
        return { of: proof, refused: err instanceof Error ? err.message : String(err) };
      }
      const checkpoint = proof.checkpoint === undefined ? undefined : parseCheckpoint(proof.checkpoint);
      const signature = checkpoint && keys ? await verifySignature(checkpoint, keys) : undefined;
      return { of: proof, climb, checkpoint, signature };
    };
    void work().then((d) => current && setDone(d));
    return () => {
      current = false;
    };
  }, [entry, proof, keys]);
  return done;
}

function Verdict({ done, covers }: { done: Done | null; covers?: string }) {
  if (!done) return <p className="wr-muted" role="status"><FormattedMessage id="proof.computing" /></p>;
  if (done.refused !== undefined) return <Banner kind="danger" role="alert"><FormattedMessage id="proof.refused" values={{ why: <bdi>{plain(done.refused)}</bdi> }} /></Banner>;
  const broken = !done.climb?.ok || covers === "differs" || done.signature?.outcome === "wrong";
  if (broken) return <Banner kind="danger" role="alert"><FormattedMessage id="proof.broken" /></Banner>;
  const signed = covers === "same" && done.signature?.outcome === "verified";
  return <Banner kind={signed ? "good" : "info"} role="status"><FormattedMessage id={signed ? "proof.ok" : "proof.unsigned"} /></Banner>;
}

function Step({ id, n, of, outcome, children }: { id: string; n?: number; of?: number; outcome?: Outcome; children: ReactNode }) {
  return (
    <li className={css.step} data-outcome={outcome}>
      <details open={id === "entry" || outcome === "differs" || undefined}>
        <summary>
          <strong><FormattedMessage id={`proof.${id}`} values={{ n, of }} /></strong>
          {outcome && <span className={css.outcome} data-outcome={outcome}><Glyph of={outcome === "agrees" ? "pass" : outcome === "differs" ? "critical" : "unknown"} size={12} /> <FormattedMessage id={`proof.outcome.${outcome}`} /></span>}
        </summary>
        <div className={css.body}>{children}</div>
      </details>
    </li>
  );
}

function Hash({ id, value, said }: { id: string; value: string; said?: string }) {
  const intl = useIntl();
  return (
    <p className={css.hash}>
      <span>{intl.formatMessage({ id: `proof.hash.${id}` })}</span> <code>{value}</code>
      {said !== undefined && <span className={css.said}><FormattedMessage id="proof.said" values={{ value: <code>{said}</code> }} /></span>}
    </p>
  );
}

/** JSON for reading; the digest is over the line as it is, which is shown if it does not parse. */
function pretty(canonical: string): string {
  try {
    return JSON.stringify(JSON.parse(canonical), null, 1);
  } catch {
    return canonical;
  }
}

// The ends of lines stay; everything else that cannot be seen is drawn.
const lines = (text: string): string => text.split("\n").map(plain).join("\n");
