import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Origin } from "../api/types";
import { languages } from "../i18n/catalogue";
import type { Language } from "../i18n/catalogue";
import { useI18n } from "../i18n/I18n";
import { Name } from "../ui";
import "./Gate.css";

/** Nobody may take a simulation or a recording for the ward. */
export function OriginBand({ origin }: { origin: Origin | undefined }) {
  const intl = useIntl();
  if (!origin || origin === "live") return null;
  return (
    <aside className={`wr-band wr-band-${origin}`} aria-label={intl.formatMessage({ id: "shell.band" })}>
      <FormattedMessage id={`shell.band.${origin}`} values={{ b: (text) => <strong key="b">{text}</strong> }} />
    </aside>
  );
}

// Each language in itself: whoever needs it reads it.
export const endonyms: Record<Language, string> = { en: "English", de: "Deutsch", fr: "Français" };

/** The frame of pages before the session: where one is, what it asks, and nothing else. */
export function Gate({ title, site, origin, wide, children }: { title: ReactNode; site?: string; origin?: Origin; wide?: boolean; children: ReactNode }) {
  const intl = useIntl();
  const { language, setLanguage } = useI18n();
  return (
    <div className="wr-gate">
      <OriginBand origin={origin} />
      <header className="wr-gate-head">
        <img src="/icon.svg" alt="" width="28" height="28" />
        <strong><FormattedMessage id="shell.name" /></strong>
        {site && <span className="wr-muted"><Name value={site} /></span>}
      </header>
      <main id="main" className={wide ? "wr-gate-main wr-gate-wide" : "wr-gate-main"} tabIndex={-1}>
        <h1>{title}</h1>
        {children}
      </main>
      <footer className="wr-gate-foot">
        <span className="wr-notice-gate"><FormattedMessage id="shell.notalarm" /></span>
        <nav aria-label={intl.formatMessage({ id: "shell.language.choose" })}>
          {languages.map((code) => <button key={code} type="button" lang={code} className="wr-gate-language" aria-pressed={code === language} onClick={() => setLanguage(code)}>{endonyms[code]}</button>)}
        </nav>
      </footer>
    </div>
  );
}
