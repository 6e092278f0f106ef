// What stands on a page comes from a catalogue: these tests read the sources and the catalogues themselves.
import { parse } from "@babel/parser";
import traverseModule from "@babel/traverse";
import type { Path } from "@babel/traverse";
import type { Expression, Node } from "@babel/types";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createIntl } from "react-intl";
import { describe, expect, test } from "vitest";

// The style guide is left out: it is for developers and in no build.

// The package is CommonJS; bundlers disagree on where its default is.
const traverse = (typeof traverseModule === "function" ? traverseModule : (traverseModule as unknown as { default: typeof traverseModule }).default);

const src = join(import.meta.dirname, "..");
const files = readdirSync(src, { recursive: true, encoding: "utf8" });
const sources = files
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|\/fixtures\/|^app\/(testing|setup)\.|^pages\/styleguide\//.test(file))
  .map((file) => ({ file, text: readFileSync(join(src, file), "utf8") }));

/** Attributes whose text a person sees or hears. */
const spoken = new Set(["title", "aria-label", "aria-description", "placeholder", "alt", "label", "hint", "caption", "summary"]);

/** Words in no language: the name of the thing, units and formats, keys of the keyboard. */
const wordless = /^(Wardround|CSV|NDJSON|JSON|UTC|SVG|Ctrl|Enter|Esc|https?:\S*)$/;
const says = (text: string) => /\p{L}{2,}/u.test(text) && !wordless.test(text.trim());

type Messages = Record<string, string>;

const catalogues = files
  .filter((file) => /^(ui|app|pages\/[^/]+)\/messages\/(en|de|fr)\.json$/.test(file))
  .map((file) => ({ file, owner: dirname(dirname(file)), language: file.slice(-7, -5), messages: JSON.parse(readFileSync(join(src, file), "utf8")) as Messages }));

function catalogue(language: string): Messages {
  return Object.assign({}, ...catalogues.filter((c) => c.language === language).map((c) => c.messages)) as Messages;
}

const english = catalogue("en");
interface Seen {
  file: string;
  line: number;
  text: string;
}

const bare: Seen[] = [];
const used = new Map<string, Seen>();
const built: { pattern: RegExp; seen: Seen }[] = [];

/** A template as a pattern: `nav.${id}` → /^nav\..+$/. Only those that look like an id. */
function note(node: Node | null | undefined, file: string) {
  const line = node?.loc?.start.line ?? 0;
  if (node?.type === "StringLiteral") used.set(node.value, { file, line, text: node.value });
  else if (node?.type === "TemplateLiteral") {
    const parts = node.quasis.map((q) => q.value.cooked ?? "");
    const source = parts.map((p) => p.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+");
    if (parts.join("").length > 1) built.push({ pattern: new RegExp(`^${source}$`), seen: { file, line, text: parts.join("…") } });
  } else if (node?.type === "ConditionalExpression") {
    note(node.consequent, file);
    note(node.alternate, file);
  } else if (node?.type === "LogicalExpression") note(node.right, file);
}

/** The visible strings that an expression may give. */
function strings(node: Expression | Node): { text: string; line: number }[] {
  if (node.type === "StringLiteral") return [{ text: node.value, line: node.loc?.start.line ?? 0 }];
  if (node.type === "TemplateLiteral") return node.quasis.map((q) => ({ text: q.value.cooked ?? "", line: node.loc?.start.line ?? 0 }));
  if (node.type === "ConditionalExpression") return [...strings(node.consequent), ...strings(node.alternate)];
  if (node.type === "LogicalExpression") return strings(node.right);
  return [];
}

for (const { file, text } of sources) {
  const tree = parse(text, { sourceType: "module", plugins: ["typescript", "jsx"] });
  traverse(tree, {
    JSXText(path) {
      if (says(path.node.value) && !inCode(path)) bare.push({ file, line: path.node.loc?.start.line ?? 0, text: path.node.value.trim() });
    },
    JSXExpressionContainer(path) {
      if (path.parent.type !== "JSXElement" && path.parent.type !== "JSXFragment") return;
      if (inCode(path)) return;
      for (const found of strings(path.node.expression)) if (says(found.text)) bare.push({ file, ...found });
    },
    JSXAttribute(path) {
      const name = path.node.name.type === "JSXIdentifier" ? path.node.name.name : "";
      const value = path.node.value;
      if (!value) return;
      const inner = value.type === "JSXExpressionContainer" ? value.expression : value;
      if (name === "id") {
        const element = path.parentPath.node;
        if (element.type === "JSXOpeningElement" && element.name.type === "JSXIdentifier" && element.name.name === "FormattedMessage") note(inner, file);
      } else if (spoken.has(name)) for (const found of strings(inner)) if (says(found.text) && !isProp(path.parent, name)) bare.push({ file, ...found });
    },
    CallExpression(path) {
      const { callee, arguments: args } = path.node;
      if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier" || callee.property.name !== "formatMessage") return;
      const first = args[0];
      if (first?.type !== "ObjectExpression") return;
      for (const property of first.properties) if (property.type === "ObjectProperty" && property.key.type === "Identifier" && property.key.name === "id") note(property.value, file);
    },
  });
}

/** <code> holds what a machine reads. */
function inCode(path: Path<unknown>): boolean {
  return !!path.findParent(({ node }) => node.type === "JSXElement" && node.openingElement.name.type === "JSXIdentifier" && ["code", "kbd", "samp"].includes(node.openingElement.name.name));
}

/** <Keys title="help.lists"/>: a component of ours that takes the id of a message in place of words. */
function isProp(element: Node, name: string): boolean {
  if (element.type !== "JSXOpeningElement" || element.name.type !== "JSXIdentifier" || !/^[A-Z]/.test(element.name.name)) return false;
  const value = element.attributes.find((a) => a.type === "JSXAttribute" && a.name.name === name);
  const text = value?.type === "JSXAttribute" && value.value?.type === "StringLiteral" ? value.value.value : "";
  return text in catalogue("en");
}

const show = (list: Seen[]) => list.map((s) => `${s.file}:${s.line} ${s.text.slice(0, 60)}`);

describe("sources", () => {
  test("are there to be read", () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(used.size).toBeGreaterThan(100);
  });
  test("hold no visible words", () => expect(show(bare)).toEqual([]));
  test("use only messages that exist", () => expect(show([...used.values()].filter((s) => !(s.text in english)))).toEqual([]));
  test("build only ids that something matches", () => {
    const ids = Object.keys(english);
    expect(show(built.filter(({ pattern }) => !ids.some((id) => pattern.test(id))).map((b) => b.seen))).toEqual([]);
  });
});

describe("catalogues", () => {
  test("no id has two owners that differ", () => {
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const { owner, messages } of catalogues.filter((c) => c.language === "en")) {
      for (const [id, text] of Object.entries(messages)) {
        const before = seen.get(id);
        if (before !== undefined && before !== text) twice.push(`${owner} ${id}`);
        seen.set(id, text);
      }
    }
    expect(twice).toEqual([]);
  });

  // The ward reads these; the rest may fall back to English.
  const complete = ["ui", "app", "pages/signin", "pages/welcome", "pages/me", "pages/start", "pages/settings", "pages/overview", "pages/wall", "pages/findings", "pages/finding", "pages/cases", "pages/assets", "pages/asset", "pages/releases", "pages/release", "pages/vulnerabilities", "pages/vulnerability", "pages/advisory", "pages/feeds", "pages/vex", "pages/fleet", "pages/models", "pages/model"];

  for (const language of ["de", "fr"]) {
    test(`${language} translates only what is there`, () => {
      const extra = catalogues.filter((c) => c.language === language).flatMap((c) => Object.keys(c.messages).filter((id) => !(id in english)).map((id) => `${c.owner} ${id}`));
      expect(extra).toEqual([]);
    });
    test(`${language} is complete where a ward reads`, () => {
      const missing = catalogues
        .filter((c) => c.language === "en" && complete.includes(c.owner))
        .flatMap((c) => {
          const own = catalogues.find((o) => o.owner === c.owner && o.language === language)?.messages ?? {};
          return Object.keys(c.messages).filter((id) => !(id in own)).map((id) => `${c.owner} ${id}`);
        });
      expect(missing).toEqual([]);
    });
    test(`${language} has the same values in each message`, () => {
      const own = catalogue(language);
      const differ = Object.keys(own).filter((id) => id in english && names(own[id]!) !== names(english[id]!));
      expect(differ).toEqual([]);
    });
  }

  test.each(["en", "de", "fr"])("%s can be read as ICU", (language) => {
    const faults: string[] = [];
    const messages = catalogue(language);
    const intl = createIntl({ locale: language, messages, onError: (err) => faults.push(err.message) });
    for (const id of Object.keys(messages)) {
      const values = Object.fromEntries(names(messages[id]!).split(" ").filter(Boolean).map((n) => [n, n.startsWith("<") ? (x: unknown) => x : 2]));
      intl.formatMessage({ id }, Object.fromEntries(Object.entries(values).map(([k, v]) => [k.replace(/^</, ""), v])) as never);
    }
    expect(faults).toEqual([]);
  });
});

/** The placeholders and tags of a message, sorted: "{n, plural, one {<b>#</b>} …}" → "<b n". */
function names(message: string): string {
  const found = new Set<string>();
  let depth = 0;
  // A placeholder opens at depth 0, or inside a branch of a plural or select, which is an even depth.
  for (let i = 0; i < message.length; i++) {
    if (message[i] === "'" && /['{}<]/.test(message[i + 1] ?? "")) {
      i = Math.max(i + 1, message.indexOf("'", i + 1));
      continue;
    }
    if (message[i] === "{") {
      if (depth % 2 === 0) {
        const name = /^\{\s*([\w-]+)\s*[,}]/.exec(message.slice(i))?.[1];
        if (name) found.add(name);
      }
      depth++;
    } else if (message[i] === "}") depth--;
    else if (message[i] === "<") {
      const tag = /^<([a-z]\w*)>/.exec(message.slice(i))?.[1];
      if (tag) found.add(`<${tag}`);
    }
  }
  return [...found].sort().join(" ");
}
