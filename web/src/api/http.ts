import { Problem } from "./problem";

export const base = "/api/v1";

export type Params = Record<string, string | number | boolean | null | undefined | readonly string[]>;

/** The query string of params: empty values are left out, lists joined with commas, keys in a stable order. */
export function query(params?: Params): string {
  if (!params) return "";
  const search = new URLSearchParams();
  for (const key of Object.keys(params).sort()) {
    const value = params[key];
    if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) continue;
    search.set(key, Array.isArray(value) ? value.join(",") : String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

/** The address of a list as a file, for a link with `download`. */
export function fileURL(path: string, params: Params | undefined, format: "csv" | "ndjson" | "json"): string {
  return base + path + query({ ...params, format });
}

let spoken = "";

/** The language of the page: whoever has none with the account is told in it, not in the browser's. */
export function speak(language: string) {
  spoken = language;
}

type Listener = () => void;
const signedOut = new Set<Listener>();

/** Calls listener whenever an answer says that the session has ended. */
export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener);
  return () => void signedOut.delete(listener);
}

export interface SendOptions {
  /** The version that was edited: sent as If-Match. */
  etag?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** The session check itself must not end the session. */
  quiet?: boolean;
}

export async function get<T>(path: string, params?: Params, options: SendOptions = {}): Promise<T> {
  return (await request("GET", path + query(params), undefined, options)) as T;
}

/** Sends JSON (or a Blob as it is) and answers with what came back; 204 answers undefined. */
export async function send<T = void>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown, options: SendOptions = {}): Promise<T> {
  return (await request(method, path, body, options)) as T;
}

/** Fetches a file (a bundle, an SBOM) and the name the server gives it. */
export async function download(method: "GET" | "POST", path: string, body?: unknown, options: SendOptions = {}): Promise<{ blob: Blob; name: string }> {
  const answer = await ask(method, path, body, options, "*/*");
  const name = /filename="?([^";]+)"?/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? path.split("/").pop() ?? "file";
  return { blob: await answer.blob(), name };
}

async function request(method: string, path: string, body: unknown, options: SendOptions): Promise<unknown> {
  const answer = await ask(method, path, body, options, "application/json");
  if (answer.status === 204 || answer.headers.get("content-length") === "0") return undefined;
  try {
    return await answer.json();
  } catch {
    throw new Problem({ code: "internal", status: answer.status, detail: `The answer of ${path} is not JSON.` });
  }
}

async function ask(method: string, path: string, body: unknown, options: SendOptions, accept: string): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept, ...(spoken && { "Accept-Language": spoken }), ...options.headers };
  let payload: BodyInit | undefined;
  if (body instanceof Blob) payload = body;
  else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    payload = JSON.stringify(body);
  }
  if (options.etag) headers["If-Match"] = options.etag;
  let answer: Response;
  try {
    answer = await fetch(base + path, { method, headers, body: payload, signal: options.signal, credentials: "same-origin" });
  } catch (err) {
    if (err instanceof DOMException && err.name === "AbortError") throw err;
    throw new Problem({ code: "offline", status: 0, detail: "" });
  }
  if (answer.ok) return answer;
  throw await refusal(answer, options.quiet);
}

async function refusal(answer: Response, quiet?: boolean): Promise<Problem> {
  const retry = Number(answer.headers.get("retry-after")) || undefined;
  let problem: Problem;
  try {
    problem = new Problem({ ...(await answer.json()), status: answer.status }, retry);
  } catch {
    problem = new Problem({ code: "internal", status: answer.status, title: answer.statusText }, retry);
  }
  if (answer.status === 401 && problem.code === "unauthenticated" && !quiet) signedOut.forEach((listener) => listener());
  return problem;
}

/** Sends a file with its progress in bytes: fetch can't tell how much has left, XMLHttpRequest can. */
export function upload<T>(path: string, file: Blob, onProgress: (sent: number, total: number) => void, options: SendOptions = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", base + path);
    xhr.setRequestHeader("Accept", "application/json");
    if (spoken) xhr.setRequestHeader("Accept-Language", spoken);
    xhr.setRequestHeader("Content-Type", "application/octet-stream");
    for (const [key, value] of Object.entries(options.headers ?? {})) xhr.setRequestHeader(key, value);
    xhr.upload.onprogress = (e) => onProgress(e.loaded, e.lengthComputable ? e.total : file.size);
    xhr.onerror = () => reject(new Problem({ code: "offline", status: 0 }));
    xhr.onabort = () => reject(new DOMException("aborted", "AbortError"));
    xhr.onload = () => {
      let body: unknown;
      try {
        body = xhr.responseText ? JSON.parse(xhr.responseText) : undefined;
      } catch {
        body = undefined;
      }
      if (xhr.status >= 200 && xhr.status < 300) return resolve(body as T);
      if (xhr.status === 401) signedOut.forEach((listener) => listener());
      reject(new Problem({ ...(body as object), status: xhr.status }, Number(xhr.getResponseHeader("retry-after")) || undefined));
    };
    options.signal?.addEventListener("abort", () => xhr.abort(), { once: true });
    xhr.send(file);
  });
}
