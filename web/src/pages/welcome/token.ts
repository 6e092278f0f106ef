import { useEffect, useState } from "react";

/** The token of the address, taken out of it at once: a link seen over a shoulder or kept in a history must not work. */
export function useToken(): string {
  const [token] = useState(read);
  useEffect(() => {
    if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  }, []);
  return token;
}

function read(): string {
  try {
    return decodeURIComponent(location.hash.slice(1)).replace(/^token=/, "");
  } catch {
    return ""; // a broken escape: no token of ours
  }
}
