import type { Problem as Body } from "./types";

/** An answer of the API that is no success (RFC 9457), or no answer at all (status 0, code "offline"). */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly hint?: string;
  readonly title: string;
  readonly errors: NonNullable<Body["errors"]>;
  /** Seconds until it is worth trying again, from Retry-After. */
  readonly retryAfter?: number;

  constructor(body: Partial<Body>, retryAfter?: number) {
    super(body.detail || body.title || body.code || "request failed");
    this.name = "Problem";
    this.code = body.code ?? "internal";
    this.status = body.status ?? 0;
    this.hint = body.hint;
    this.title = body.title ?? "";
    this.errors = body.errors ?? [];
    this.retryAfter = retryAfter;
  }

  /** Whatever was thrown, as a Problem. */
  static of(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    return new Problem({ code: "internal", detail: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}
