/**
 * The ledger's arithmetic, done in the browser so that nobody has to believe the server.
 *
 * An entry's leaf is SHA-256(salt ‖ canonical JSON of the entry). The leaf enters a Merkle tree as RFC 6962 §2.1 has it:
 * SHA-256(0x00 ‖ leaf) for the record, SHA-256(0x01 ‖ left ‖ right) for a node.
 */
import type { Entry, Proof } from "../api/types";
import { type Bytes, concat, fromBase64, fromHex, same, toHex, utf8 } from "./bytes";

export const hashLength = 32;
export const saltLength = 16;

/** Whether this browser can compute: Web Crypto exists on https and on this machine's own address only. */
export const canCompute = (): boolean => typeof globalThis.crypto?.subtle?.digest === "function";

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** The leaf of an entry: SHA-256(salt ‖ canonical). */
export const leafHash = (salt: Uint8Array, canonical: string): Promise<Bytes> => sha256(concat(salt, utf8(canonical)));

/** What the tree holds for a record (RFC 6962 §2.1): SHA-256(0x00 ‖ record). */
export const recordHash = (record: Uint8Array): Promise<Bytes> => sha256(concat(Uint8Array.of(0), record));

/** An inner node (RFC 6962 §2.1): SHA-256(0x01 ‖ left ‖ right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Bytes> => sha256(concat(Uint8Array.of(1), left, right));

/**
 * On which side the sibling stands at each step from leaf index up to the root of a tree of size leaves (RFC 9162 §2.1.3.2).
 * The sides follow from the two numbers alone, so a proof cannot choose them. Undefined if there is no such leaf.
 */
export function siblingSides(index: number, size: number): ("left" | "right")[] | undefined {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined;
  const sides: ("left" | "right")[] = [];
  let at = index;
  let last = size - 1;
  while (last > 0) {
    if (at % 2 === 1 || at === last) {
      sides.push("left");
      // The right edge of the tree has no sibling at these levels.
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else {
      sides.push("right");
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return sides;
}

/** A salt as the API writes it: 16 bytes, in hexadecimal or base64. */
export function parseSalt(text: string): Bytes | undefined {
  const salt = text.length === 2 * saltLength ? fromHex(text) : fromBase64(text);
  return salt?.length === saltLength ? salt : undefined;
}

/** What recomputing found: it agrees, it does not, or it could not be computed because something is not there. */
export type Outcome = "agrees" | "differs" | "missing";

export interface ComputedStep {
  side: "left" | "right";
  sibling: string;
  /** What the server says stands here, and what this page computed. */
  said: string;
  computed: string;
  outcome: Outcome;
}

export interface Recomputed {
  /** leaf = SHA-256(salt ‖ entry): "missing" if the entry was erased. */
  leaf: { outcome: Outcome; said: string; computed?: string };
  /** SHA-256(0x00 ‖ leaf), where the climb begins. */
  record: string;
  steps: ComputedStep[];
  root: { outcome: Outcome; said: string; computed: string };
  /** All of it agrees; an erased entry still proves that its leaf is in the tree. */
  ok: boolean;
}

/** Recompute does the whole climb from an entry to the root. It throws on hashes that are none: such an answer proves nothing. */
export async function recompute(entry: Pick<Entry, "index" | "leaf" | "canonical" | "salt">, proof: Proof): Promise<Recomputed> {
  const leaf = hash(proof.leaf, "leaf");
  const sides = siblingSides(proof.index, proof.size);
  if (sides === undefined || proof.index !== entry.index || proof.steps.length !== sides.length) {
    throw new RangeError(`a path of ${proof.steps.length} steps does not lead from entry ${entry.index} to the root of ${proof.size} entries`);
  }
  const out: Recomputed = {
    leaf: { outcome: "missing", said: entry.leaf.toLowerCase() },
    record: "",
    steps: [],
    root: { outcome: "missing", said: proof.root.toLowerCase(), computed: "" },
    ok: false,
  };
  const salt = entry.salt === undefined ? undefined : parseSalt(entry.salt);
  if (salt !== undefined && entry.canonical !== undefined) {
    const computed = await leafHash(salt, entry.canonical);
    out.leaf.computed = toHex(computed);
    out.leaf.outcome = same(computed, leaf) && out.leaf.said === proof.leaf.toLowerCase() ? "agrees" : "differs";
  } else if (out.leaf.said !== proof.leaf.toLowerCase()) {
    out.leaf.outcome = "differs";
  }
  let node = await recordHash(leaf);
  out.record = toHex(node);
  for (const [i, step] of proof.steps.entries()) {
    const side = sides[i]!;
    const sibling = hash(step.hash, `step ${i + 1}`);
    node = side === "left" ? await nodeHash(sibling, node) : await nodeHash(node, sibling);
    const computed = toHex(node);
    const said = step.node.toLowerCase();
    out.steps.push({ side, sibling: step.hash.toLowerCase(), said, computed, outcome: step.side === side && said === computed ? "agrees" : "differs" });
  }
  out.root.computed = toHex(node);
  out.root.outcome = out.root.computed === out.root.said ? "agrees" : "differs";
  out.ok = out.leaf.outcome !== "differs" && out.root.outcome === "agrees" && out.steps.every((s) => s.outcome === "agrees");
  return out;
}

function hash(text: string, what: string): Bytes {
  const b = fromHex(text);
  if (b?.length !== hashLength) throw new RangeError(`the ${what} is no SHA-256 hash`);
  return b;
}
