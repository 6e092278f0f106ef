import { expect, test } from "vitest";
import { safePath } from "./redirect";

test.each([
  ["/findings?zone=icu#f-1", "/findings?zone=icu#f-1"],
  ["/", "/"],
  [null, "/"],
  ["", "/"],
  ["findings", "/"],
  ["https://evil.example/", "/"],
  ["//evil.example/", "/"],
  ["/\\evil.example/", "/"],
  ["/\t/evil.example", "/"],
  ["/\n//evil.example", "/"],
  ["/.//evil.example", "/"], // the address without its dots would be another host's
  ["/x/..//evil.example/", "/"],
  ["/.///evil.example/", "/"],
  ["/%2e//evil.example", "/"],
  ["javascript:alert(1)", "/"],
  ["/%2f/evil.example", "/%2f/evil.example"], // stays a path here
  ["/sign-in?to=/sign-in", "/"],
  ["/auth/oidc/x/start", "/"],
  ["/api/v1/session", "/"],
  ["/authors", "/authors"],
])("%j leads to %j", (asked, path) => expect(safePath(asked)).toBe(path));
