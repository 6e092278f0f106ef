import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { download, fileURL, get, onSignedOut, Problem, query, send, speak } from "./client";

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => new Response(status === 204 ? null : typeof body === "string" ? body : JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
const fetched = vi.fn<typeof fetch>();

beforeEach(() => void vi.stubGlobal("fetch", fetched.mockReset()));
afterEach(() => void vi.unstubAllGlobals());

describe("a query", () => {
  test("leaves out what is empty, keeps an order, joins lists", () => {
    expect(query({ zone: "icu", q: "", state: ["open", "reopened"], limit: 50, live: false, cursor: undefined })).toBe("?limit=50&live=false&state=open%2Creopened&zone=icu");
    expect(query({})).toBe("");
  });
  test("of a file names the format", () => expect(fileURL("/findings", { zone: "icu" }, "csv")).toBe("/api/v1/findings?format=csv&zone=icu"));
});

describe("a request", () => {
  test("sends JSON with the version that was edited", async () => {
    fetched.mockResolvedValue(answer(200, { ok: true }));
    await send("PATCH", "/assets/a-1", { set: { name: "PG-04" } }, { etag: '"7"' });
    const [url, init] = fetched.mock.calls[0]!;
    expect(url).toBe("/api/v1/assets/a-1");
    expect(init).toMatchObject({ method: "PATCH", body: '{"set":{"name":"PG-04"}}', headers: { "If-Match": '"7"', "Content-Type": "application/json" } });
  });
  test("asks in the language of the page, whatever the browser prefers", async () => {
    fetched.mockImplementation(async () => answer(200, {}));
    const asked = () => (fetched.mock.lastCall![1]!.headers as Record<string, string>)["Accept-Language"];
    speak("");
    await get("/overview");
    expect(asked()).toBeUndefined();
    speak("de");
    await get("/overview");
    expect(asked()).toBe("de");
  });
  test("without an answer's body gives nothing", async () => {
    fetched.mockResolvedValue(answer(204, null));
    expect(await send("DELETE", "/session")).toBeUndefined();
  });
  test("keeps the name that the server gives a file", async () => {
    fetched.mockResolvedValue(answer(200, "PK", { "content-disposition": 'attachment; filename="bundle.zip"' }));
    expect((await download("POST", "/evidence/export", {})).name).toBe("bundle.zip");
  });
});

describe("what goes wrong is a Problem", () => {
  const refused = async (response: unknown) => {
    if (!(response instanceof Response)) fetched.mockRejectedValue(response);
    else fetched.mockResolvedValue(response);
    return get("/overview").then(() => null, (err: unknown) => err as Problem);
  };
  test("with code, hint and the fields", async () => {
    const problem = await refused(answer(422, { code: "invalid", detail: "reason: too short", hint: "Write a sentence.", errors: [{ location: "body.reason", message: "too short" }] }));
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ code: "invalid", status: 422, hint: "Write a sentence.", message: "reason: too short", errors: [{ location: "body.reason", message: "too short" }] });
  });
  test("when nobody answers", async () => expect(await refused(new TypeError("Failed to fetch"))).toMatchObject({ code: "offline", status: 0 }));
  test("when a proxy answers in HTML", async () => expect(await refused(answer(502, "<html>Bad gateway</html>"))).toMatchObject({ code: "internal", status: 502 }));
  test("that says when to come back", async () => expect(await refused(answer(429, { code: "throttled" }, { "retry-after": "30" }))).toMatchObject({ retryAfter: 30 }));
  test("and an aborted request stays aborted", async () => expect(await refused(new DOMException("aborted", "AbortError"))).toBeInstanceOf(DOMException));
});

describe("the end of the session", () => {
  test("is told to whoever listens, but not by a wrong password", async () => {
    const told = vi.fn();
    const stop = onSignedOut(told);
    fetched.mockImplementation(async () => answer(401, { code: "unauthenticated" }));
    await expect(send("POST", "/sign-in/password", {}, { quiet: true })).rejects.toThrow();
    expect(told).not.toHaveBeenCalled();
    await expect(get("/overview")).rejects.toThrow();
    expect(told).toHaveBeenCalledOnce();
    stop();
    await expect(get("/overview")).rejects.toThrow();
    expect(told).toHaveBeenCalledOnce();
  });
});
