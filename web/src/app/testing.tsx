// For tests: a page in everything that it stands in, without a server.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import type { Session } from "../api/types";
import type { Language } from "../i18n/catalogue";
import { I18nProvider } from "../i18n/I18n";
import { ToastProvider } from "../ui";
import { FixedSession } from "./session";

const files = import.meta.glob<Record<string, string>>(["../ui/messages/*.json", "../app/messages/*.json", "../pages/*/messages/*.json"], { import: "default", eager: true });

export const messagesOf = (language: Language): Record<string, string> =>
  Object.assign({}, ...["en", language].flatMap((l) => Object.keys(files).filter((path) => path.endsWith(`/${l}.json`)).map((path) => files[path]))) as Record<string, string>;

export const someone: Session = {
  account: { id: "A-1", name: "mira", display: "Mira Keller", grants: [{ role: "administrator", site: "*", product: "*" }], totp: false, passkeys: [], has_password: true, created: "2026-11-01T08:00:00Z", etag: '"1"' },
  permissions: ["view", "observe", "decide", "accept", "inventory", "tune", "evidence", "audit", "settings", "people", "erase"],
  org: "example", site: "example", site_name: "St. Example", origin: "live", expires: "2026-11-22T20:00:00Z", via: "password", server_time: "2026-11-22T12:00:00Z", version: "test",
};

/** Wraps what is tested: words, router, queries without retry, a session (null: signed out). */
export function Stage({ children, at = "/", session = someone, language = "en" }: { children: ReactNode; at?: string; session?: Session | null; language?: Language }) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return (
    <QueryClientProvider client={client}>
      <I18nProvider initial={{ language, messages: messagesOf(language), timeZone: "UTC" }}>
        <MemoryRouter initialEntries={[at]}>
          <ToastProvider>
            <FixedSession session={session}>{children}</FixedSession>
          </ToastProvider>
        </MemoryRouter>
      </I18nProvider>
    </QueryClientProvider>
  );
}
