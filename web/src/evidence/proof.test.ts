// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { Entry, Ledger, Proof } from "../api/types";
import { type Bytes, fromBase64, fromHex, toHex, utf8 } from "./bytes";
import { parseCheckpoint, parseVerifier, verifySignature } from "./checkpoint";
import { leafHash, nodeHash, parseSalt, recompute, recordHash, siblingSides } from "./proof";
import sample from "./testdata/proof.json";

// The leaves and roots that Certificate Transparency's reference implementation tests RFC 6962 §2.1 with.
const records = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const roots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

// RFC 6962 §2.1 and §2.1.1, read literally: the tree splits at the largest power of two below its size.
async function tree(leaves: Bytes[]): Promise<Bytes> {
  if (leaves.length === 1) return recordHash(leaves[0]!);
  const k = split(leaves.length);
  return nodeHash(await tree(leaves.slice(0, k)), await tree(leaves.slice(k)));
}
async function path(m: number, leaves: Bytes[]): Promise<{ side: "left" | "right"; hash: Bytes }[]> {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...(await path(m, leaves.slice(0, k))), { side: "right", hash: await tree(leaves.slice(k)) }]
    : [...(await path(m - k, leaves.slice(k))), { side: "left", hash: await tree(leaves.slice(0, k)) }];
}
function split(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

async function prove(m: number, leaves: Bytes[]): Promise<Proof> {
  let node = await recordHash(leaves[m]!);
  const steps: Proof["steps"] = [];
  for (const s of await path(m, leaves)) {
    node = s.side === "left" ? await nodeHash(s.hash, node) : await nodeHash(node, s.hash);
    steps.push({ side: s.side, hash: toHex(s.hash), node: toHex(node) });
  }
  return { index: m, size: leaves.length, leaf: toHex(leaves[m]!), steps, root: toHex(await tree(leaves)) };
}

describe("the tree", () => {
  it("has the roots of the reference vectors", async () => {
    const leaves = records.map((r) => fromHex(r)!);
    for (const [i, want] of roots.entries()) expect(toHex(await tree(leaves.slice(0, i + 1)))).toBe(want);
  });

  it("climbs from every leaf of every small tree to its root", async () => {
    const all: Bytes[] = [];
    for (let i = 0; i < 18; i++) all.push(await leafHash(utf8("salt"), `entry ${i}`));
    for (let n = 1; n <= all.length; n++) {
      for (let m = 0; m < n; m++) {
        const proof = await prove(m, all.slice(0, n));
        expect(siblingSides(m, n)).toEqual(proof.steps.map((s) => s.side));
        expect((await recompute({ index: m, leaf: proof.leaf }, proof)).ok, `leaf ${m} of ${n}`).toBe(true);
      }
    }
  });

  it("has no path for a leaf that is not there", () => {
    for (const [i, n] of [[0, 0], [3, 3], [-1, 4], [0.5, 4], [1, Number.NaN]] as const) expect(siblingSides(i, n)).toBeUndefined();
    // Beyond 32 bits, where shifts would lie.
    expect(siblingSides(2 ** 40, 2 ** 40 + 1)).toEqual(["left"]);
    expect(siblingSides(0, 2 ** 40)).toHaveLength(40);
  });
});

const entry = sample.entry as Entry;
const proof = sample.proof as Proof;
const keys = (sample.ledger as unknown as Ledger).keys.map((k) => k.verifier);

describe("an entry that the ledger wrote", () => {
  it("is proved in each step", async () => {
    const r = await recompute(entry, proof);
    expect(r.ok).toBe(true);
    expect(r.leaf.outcome).toBe("agrees");
    expect(r.steps.map((s) => s.outcome)).toEqual(proof.steps.map(() => "agrees"));
    expect(r.root.computed).toBe(proof.root);
  });

  it("is not, once a word of it changed", async () => {
    const r = await recompute({ ...entry, canonical: entry.canonical!.replace('"fail"', '"pass"') }, proof);
    expect(r.leaf.outcome).toBe("differs");
    expect(r.ok).toBe(false);
  });

  it("is not with another salt, hash, side, node or root", async () => {
    const other = "00".repeat(32);
    const step = proof.steps[0]!;
    const bad: Proof[] = [
      { ...proof, root: other },
      { ...proof, steps: [{ ...step, hash: other }, ...proof.steps.slice(1)] },
      { ...proof, steps: [{ ...step, node: other }, ...proof.steps.slice(1)] },
      { ...proof, steps: [{ ...step, side: step.side === "left" ? "right" : "left" }, ...proof.steps.slice(1)] },
    ];
    for (const p of bad) expect((await recompute(entry, p)).ok).toBe(false);
    expect((await recompute({ ...entry, salt: "00".repeat(16) }, proof)).ok).toBe(false);
    expect((await recompute({ ...entry, leaf: other }, proof)).ok).toBe(false);
  });

  it("refuses a path that does not fit its numbers, and hashes that are none", async () => {
    await expect(recompute(entry, { ...proof, steps: proof.steps.slice(1) })).rejects.toThrow(RangeError);
    await expect(recompute(entry, { ...proof, index: 4 })).rejects.toThrow(RangeError);
    await expect(recompute(entry, { ...proof, leaf: "no hash" })).rejects.toThrow(RangeError);
  });

  it("still proves that its leaf is there after an erasure", async () => {
    const r = await recompute({ index: entry.index, leaf: entry.leaf }, proof);
    expect(r.leaf.outcome).toBe("missing");
    expect(r.ok).toBe(true);
  });

  it("takes the salt in hexadecimal and in base64", () => {
    const salt = parseSalt(entry.salt!)!;
    expect(parseSalt(btoa(String.fromCharCode(...salt)))).toEqual(salt);
    for (const bad of ["", "zz", "00".repeat(15), "AAAA"]) expect(parseSalt(bad)).toBeUndefined();
    expect(fromBase64("a===")).toBeUndefined();
  });
});

describe("the checkpoint", () => {
  const signed = proof.checkpoint!;
  it("names the root of the proof and is signed by the ledger's key", async () => {
    const c = parseCheckpoint(signed)!;
    expect([c.size, c.root, c.ledger]).toEqual([proof.size, proof.root, "wardround/local/twin"]);
    expect(await verifySignature(c, keys)).toEqual({ outcome: "verified", by: "wardround-ledger" });
  });
  it("is wrong once a byte of it changed", async () => {
    const c = parseCheckpoint(signed.replace("\n11\n", "\n12\n"))!;
    expect(c.size).toBe(12);
    expect((await verifySignature(c, keys)).outcome).toBe("wrong");
  });
  it("is unsigned where no known key signed it", async () => {
    expect((await verifySignature(parseCheckpoint(signed)!, [])).outcome).toBe("unsigned");
    const key = keys[0]!;
    expect(await parseVerifier(key)).toBeDefined();
    // The id must follow from name and key: another name is another key.
    expect(await parseVerifier("other" + key.slice(key.indexOf("+")))).toBeUndefined();
    expect(await parseVerifier("nonsense")).toBeUndefined();
  });
  it("is none if it is not written like one", () => {
    for (const bad of ["", "a\n1\n", "a\nx\n" + btoa("x".repeat(32)) + "\n\n— n x\n", "a\n1\nAAAA\n\n"]) expect(parseCheckpoint(bad)).toBeUndefined();
  });
});
