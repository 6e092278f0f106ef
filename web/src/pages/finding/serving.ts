// For tests: an API of a few answers, which remembers what it was asked.
import { vi } from "vitest";
import { base } from "../../api/client";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  etag: string | null;
}

/** An answer: a value, or what is made of what was asked. refuse() makes one that is no success. */
export type Answers = Record<string, unknown | ((asked: Asked) => unknown)>;

class Refusal {
  constructor(readonly status: number, readonly body: object) {}
}

export const refuse = (status: number, code: string, detail: string, hint?: string) => new Refusal(status, { type: "about:blank", title: code, status, code, detail, hint });

/** Answers fetch by "METHOD /path"; what is not listed is not found. */
export function serve(answers: Answers): Asked[] {
  const all: Asked[] = [];
  vi.stubGlobal("fetch", async (input: string, init: RequestInit = {}) => {
    const url = new URL(input, "http://localhost");
    const asked: Asked = {
      method: init.method ?? "GET", path: decodeURIComponent(url.pathname.slice(base.length)), query: url.searchParams,
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined, etag: new Headers(init.headers).get("if-match"),
    };
    all.push(asked);
    const found = answers[`${asked.method} ${asked.path}`] ?? refuse(404, "not_found", `nothing at ${asked.method} ${asked.path}`);
    const value = typeof found === "function" ? (found as (a: Asked) => unknown)(asked) : found;
    const refused = value instanceof Refusal;
    return new Response(JSON.stringify(refused ? value.body : value), { status: refused ? value.status : 200, headers: { "Content-Type": refused ? "application/problem+json" : "application/json" } });
  });
  return all;
}

export const posts = (asked: Asked[]) => asked.filter((a) => a.method !== "GET");
