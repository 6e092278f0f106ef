/** What a bill of materials says it is of, before it is sent. The server reads it in full and has the last word. */
export interface Peeked {
  format?: "CycloneDX" | "SPDX";
  maker?: string;
  product?: string;
  version?: string;
}

/** As much of a file as is looked at here; larger ones are left to the server. */
export const most = 4 * 2 ** 20;

type Loose = Record<string, unknown>;
const text = (v: unknown): string | undefined => (typeof v === "string" && v.trim() ? v.trim() : undefined);
const object = (v: unknown): Loose => (typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Loose) : {});
const list = (v: unknown): Loose[] => (Array.isArray(v) ? v.map(object) : []);

/** Reads the head of a document. What it does not know it leaves out; it never fails. */
export function peek(document: string): Peeked {
  const start = document.trimStart();
  if (start.startsWith("<")) return xml(start);
  if (start.startsWith("{")) {
    try {
      return json(object(JSON.parse(document)));
    } catch {
      return /"bomFormat"\s*:\s*"CycloneDX"/.test(start.slice(0, 4096)) ? { format: "CycloneDX" } : {};
    }
  }
  return /^SPDXVersion:/m.test(start.slice(0, 4096)) ? tags(start) : {};
}

function json(doc: Loose): Peeked {
  if (doc.bomFormat === "CycloneDX") {
    const c = object(object(doc.metadata).component);
    const by = [c.manufacturer, object(doc.metadata).manufacturer, object(doc.metadata).manufacture, c.supplier, object(doc.metadata).supplier].map((x) => text(object(x).name)).find(Boolean);
    return { format: "CycloneDX", maker: by ?? text(c.publisher) ?? text(c.group), product: text(c.name), version: text(c.version) };
  }
  if (text(doc.spdxVersion)) {
    const packages = list(doc.packages);
    const named = Array.isArray(doc.documentDescribes) ? doc.documentDescribes[0] : list(doc.relationships).find((r) => r.relationshipType === "DESCRIBES")?.relatedSpdxElement;
    const root = packages.find((p) => p.SPDXID === named) ?? (packages.length === 1 ? packages[0] : undefined);
    return { format: "SPDX", maker: person(text(root?.supplier)), product: text(root?.name), version: text(root?.versionInfo) };
  }
  const graph = list(doc["@graph"]);
  if (graph.length > 0 && JSON.stringify(doc["@context"] ?? "").includes("spdx.org")) {
    const roots = graph.flatMap((e) => (String(e.type).endsWith("Sbom") && Array.isArray(e.rootElement) ? e.rootElement : []));
    const root = graph.find((e) => roots.includes(e.spdxId));
    const maker = graph.find((e) => e.spdxId === root?.suppliedBy);
    return { format: "SPDX", maker: text(maker?.name), product: text(root?.name), version: text(root?.software_packageVersion) };
  }
  return {};
}

/** "Organization: Acme (mail)" → "Acme". */
function person(value: string | undefined): string | undefined {
  const name = value?.replace(/^(Organization|Person|Tool):\s*/, "").replace(/\s*\([^)]*\)$/, "");
  return name && name !== "NOASSERTION" && name !== "NONE" ? name : undefined;
}

function xml(source: string): Peeked {
  if (!/cyclonedx\.org\/schema\/bom/.test(source.slice(0, 4096))) return {};
  const doc = new DOMParser().parseFromString(source, "application/xml");
  const component = [...(doc.documentElement?.children ?? [])].find((e) => e.localName === "metadata")?.getElementsByTagNameNS("*", "component")[0];
  const child = (e: Element | undefined, name: string) => [...(e?.children ?? [])].find((x) => x.localName === name);
  const said = (e: Element | undefined, name: string) => text(child(e, name)?.textContent);
  return { format: "CycloneDX", maker: said(child(component, "manufacturer"), "name") ?? said(child(component, "supplier"), "name") ?? said(component, "publisher"), product: said(component, "name"), version: said(component, "version") };
}

function tags(source: string): Peeked {
  const described = /^Relationship:\s*SPDXRef-DOCUMENT\s+DESCRIBES\s+(\S+)/m.exec(source)?.[1];
  const packages = source.split(/^(?=PackageName:)/m).slice(1);
  const root = packages.find((p) => described !== undefined && new RegExp(`^SPDXID:\\s*${described.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*$`, "m").test(p)) ?? (packages.length === 1 ? packages[0] : undefined);
  const tag = (name: string) => text(new RegExp(`^${name}:\\s*(.+)$`, "m").exec(root ?? "")?.[1]);
  return { format: "SPDX", maker: person(tag("PackageSupplier")), product: tag("PackageName"), version: tag("PackageVersion") };
}
