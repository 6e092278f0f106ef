import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo } from "react";
import type { ReactNode } from "react";
import { get, onSignedOut, Problem } from "../api/client";
import type { Permission, Session } from "../api/types";
import { useI18n } from "../i18n/I18n";
import { pick } from "../i18n/catalogue";
import { setTheme } from "../ui";

interface Held {
  session: Session | null;
  problem: Problem | null;
  /** Asks the server again: after signing in, after a change to one's own account. */
  reload: () => Promise<Session | null>;
  /** Forgets the session and everything that was read with it. */
  forget: () => void;
}

const Context = createContext<Held>({ session: null, problem: null, reload: async () => null, forget: () => {} });

const key = ["/session"];

async function ask(): Promise<Session | null> {
  try {
    return await get<Session>("/session", undefined, { quiet: true });
  } catch (err) {
    if (Problem.of(err).status === 401) return null;
    throw err;
  }
}

// Whoever signs in next must not see what was read with this session.
function forget(client: QueryClient) {
  client.setQueryData(key, null); // what is cleared whole would take the page's own watch of the session with it
  client.removeQueries({ predicate: (q) => q.queryKey[0] !== key[0] });
}

/** Asks before anything is drawn: the words are on their way at the same time. */
export function prefetchSession(client: QueryClient) {
  void client.prefetchQuery({ queryKey: key, queryFn: ask });
}

/** Who is here. Children are drawn once that is known. */
export function SessionProvider({ children, waiting }: { children: ReactNode; waiting: ReactNode }) {
  const client = useQueryClient();
  const { setLanguage, setTimeZone } = useI18n();
  const query = useQuery<Session | null, Problem>({ queryKey: key, queryFn: ask, staleTime: 60_000 });
  const session = query.data ?? null;

  useEffect(() => onSignedOut(() => forget(client)), [client]);
  const account = session?.account;
  useEffect(() => {
    if (!account) return;
    if (account.language) setLanguage(pick(account.language));
    if (account.theme === "light" || account.theme === "dark" || account.theme === "auto") setTheme(account.theme);
    setTimeZone(account.time_zone ?? "");
  }, [account, setLanguage, setTimeZone]);

  const held = useMemo<Held>(
    () => ({
      session,
      problem: query.error,
      reload: () => client.fetchQuery({ queryKey: key, queryFn: ask, staleTime: 0 }),
      forget: () => forget(client),
    }),
    [session, query.error, client],
  );
  if (query.isPending) return <>{waiting}</>;
  return <Context value={held}>{children}</Context>;
}

/** For tests and the style guide: a session without a server. */
export function FixedSession({ session, children }: { session: Session | null; children: ReactNode }) {
  const held = useMemo<Held>(() => ({ session, problem: null, reload: async () => session, forget: () => {} }), [session]);
  return <Context value={held}>{children}</Context>;
}

export const useHeld = () => useContext(Context);

/** The session of the reader. Pages inside the frame always have one. */
export function useSession(): Session {
  const { session } = useContext(Context);
  if (!session) throw new Error("no session here");
  return session;
}

/** May the reader do this? For showing and hiding; the API decides. */
export function useMay(permission: Permission): boolean {
  return useContext(Context).session?.permissions.includes(permission) ?? false;
}
