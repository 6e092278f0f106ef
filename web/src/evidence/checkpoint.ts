/**
 * Signed checkpoints: a C2SP tlog-checkpoint inside a signed note (golang.org/x/mod/sumdb/note).
 *
 *     wardround/ORG/SITE        the ledger's name
 *     4711                      leaves
 *     base64 of the root
 *     at 2026-11-21T13:09:11Z   lines of our own
 *
 *     — NAME BASE64             4 bytes of key id, then an Ed25519 signature over the text above the empty line
 */
import { type Bytes, concat, fromBase64, same, toHex, utf8 } from "./bytes";
import { sha256 } from "./proof";

export interface Checkpoint {
  ledger: string;
  size: number;
  /** Hexadecimal, as the API writes roots. */
  root: string;
  at?: string;
  /** What is signed. */
  text: string;
  signatures: { name: string; key: Bytes; signature: Bytes }[];
}

/** The text of a signed note as a checkpoint, its signatures not yet verified; undefined if it is none. */
export function parseCheckpoint(signed: string): Checkpoint | undefined {
  const split = signed.lastIndexOf("\n\n");
  if (split < 0) return undefined;
  const text = signed.slice(0, split + 1);
  const [ledger, size, root, ...more] = text.split("\n");
  const hash = fromBase64(root ?? "");
  if (!ledger || !/^(0|[1-9][0-9]{0,15})$/.test(size ?? "") || hash?.length !== 32) return undefined;
  const signatures: Checkpoint["signatures"] = [];
  for (const line of signed.slice(split + 2).split("\n")) {
    const m = /^\u2014 (\S+) (\S+)$/.exec(line);
    const bytes = m ? fromBase64(m[2]!) : undefined;
    if (bytes && bytes.length === 4 + 64) signatures.push({ name: m![1]!, key: bytes.slice(0, 4), signature: bytes.slice(4) });
  }
  return { ledger, size: Number(size), root: toHex(hash), at: more.find((l) => l.startsWith("at "))?.slice(3), text, signatures };
}

interface Verifier {
  name: string;
  id: Bytes;
  key: Bytes;
}

/** A verifier key as sumdb/note writes it, NAME+ID+BASE64, whose id must be what name and key give. */
export async function parseVerifier(text: string): Promise<Verifier | undefined> {
  const m = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/i.exec(text.trim());
  const raw = m ? fromBase64(m[3]!) : undefined;
  // The first byte names the algorithm; 1 is Ed25519.
  if (!m || raw?.length !== 33 || raw[0] !== 1) return undefined;
  const id = (await sha256(concat(utf8(m[1]! + "\n"), raw))).slice(0, 4);
  if (toHex(id) !== m[2]!.toLowerCase()) return undefined;
  return { name: m[1]!, id, key: raw.slice(1) };
}

/** unsupported: this browser has no Ed25519. unsigned: no signature is by one of these keys. */
export type SignatureOutcome = "verified" | "wrong" | "unsigned" | "unsupported";

/** Whether one of the keys signed the checkpoint. A signature that a known key did not make is wrong, whatever else is there. */
export async function verifySignature(c: Checkpoint, verifiers: string[]): Promise<{ outcome: SignatureOutcome; by?: string }> {
  const keys = (await Promise.all(verifiers.map(parseVerifier))).filter((v) => v !== undefined);
  let by: string | undefined;
  for (const s of c.signatures) {
    const key = keys.find((k) => k.name === s.name && same(k.id, s.key));
    if (key === undefined) continue;
    let ok: boolean;
    try {
      const k = await crypto.subtle.importKey("raw", key.key, { name: "Ed25519" }, false, ["verify"]);
      ok = await crypto.subtle.verify({ name: "Ed25519" }, k, s.signature, utf8(c.text));
    } catch {
      return { outcome: "unsupported", by: key.name };
    }
    if (!ok) return { outcome: "wrong", by: key.name };
    by ??= key.name;
  }
  return by === undefined ? { outcome: "unsigned" } : { outcome: "verified", by };
}
