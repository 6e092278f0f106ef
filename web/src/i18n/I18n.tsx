import { createContext, useCallback, useContext, useEffect, useLayoutEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { IntlProvider } from "react-intl";
import { speak } from "../api/http";
import { load, pick } from "./catalogue";
import type { Language, Messages } from "./catalogue";

interface I18n {
  language: Language;
  setLanguage: (language: Language) => void;
  timeZone: string;
  setTimeZone: (zone: string) => void;
}

const Context = createContext<I18n>({ language: "en", setLanguage: () => {}, timeZone: "UTC", setTimeZone: () => {} });

export const useI18n = () => useContext(Context);

const stored = "wardround.language";
const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Loads the catalogue and speaks it; nothing is drawn until the words are there, so that none changes under the reader. */
export function I18nProvider({ children, initial }: { children: ReactNode; initial?: { language: Language; messages: Messages; timeZone?: string } }) {
  const [language, choose] = useState<Language>(() => initial?.language ?? pick(localStorage.getItem(stored), ...navigator.languages));
  const [timeZone, setZone] = useState(initial?.timeZone ?? here());
  const [loaded, setLoaded] = useState<{ language: Language; messages: Messages } | null>(initial ?? null);

  useLayoutEffect(() => speak(language), [language]); // before any child asks the server
  useEffect(() => {
    let current = true;
    if (initial && initial.language === language) return;
    load(language).then(
      (messages) => current && setLoaded({ language, messages }),
      () => current && setLoaded((old) => old ?? { language: "en", messages: {} }),
    );
    return () => {
      current = false;
    };
  }, [language, initial]);
  useEffect(() => {
    if (loaded) document.documentElement.lang = loaded.language;
  }, [loaded]);

  const setLanguage = useCallback((next: Language) => {
    localStorage.setItem(stored, next);
    choose(next);
  }, []);
  const setTimeZone = useCallback((zone: string) => setZone(valid(zone) ? zone : here()), []);
  const value = useMemo(() => ({ language, setLanguage, timeZone, setTimeZone }), [language, setLanguage, timeZone, setTimeZone]);
  if (!loaded) return null;
  return (
    <Context value={value}>
      <IntlProvider locale={regional(loaded.language)} messages={loaded.messages} timeZone={timeZone} defaultLocale="en" onError={complain}>
        {children}
      </IntlProvider>
    </Context>
  );
}

// The browser's own region of the language, if it has one: de-CH writes numbers otherwise than de-DE.
function regional(language: Language): string {
  return navigator.languages?.find((wish) => wish.toLowerCase().startsWith(`${language}-`)) ?? (language === "en" ? "en-GB" : language);
}

function valid(zone: string): boolean {
  try {
    return zone !== "" && !!Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    return false;
  }
}

function complain(err: { message: string }) {
  if (import.meta.env.DEV) console.warn(err.message);
}
