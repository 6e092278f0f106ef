/** Where to go after signing in: a path of this site and nothing else, whatever the address says. */
export function safePath(to: string | null): string {
  if (!to || !to.startsWith("/") || to.startsWith("//") || /[\\\u0000-\u001f]/.test(to)) return "/";
  try {
    const url = new URL(to, location.origin);
    return url.origin === location.origin && !/^\/(\/|(sign-in|welcome|auth|api)\b)/.test(url.pathname) ? url.pathname + url.search + url.hash : "/";
  } catch {
    return "/";
  }
}
