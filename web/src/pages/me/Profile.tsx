import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FormEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useSend } from "../../api/client";
import type { Account } from "../../api/types";
import { endonyms } from "../../app/Gate";
import { useHeld } from "../../app/session";
import { languages } from "../../i18n/catalogue";
import type { Language } from "../../i18n/catalogue";
import { useI18n } from "../../i18n/I18n";
import { Button, Failure, Field, Segments, Select, setTheme, TextInput, themeChoice, useToast } from "../../ui";
import type { ThemeChoice } from "../../ui";

/** Name and address. */
export function Profile({ me }: { me: Account }) {
  const intl = useIntl();
  const toast = useToast();
  const { reload } = useHeld();
  const save = useSend<Account>("PATCH", "/me", ["/me", "/people"]);
  const [display, setDisplay] = useState(me.display);
  const [email, setEmail] = useState(me.email ?? "");
  const changed = display !== me.display || email !== (me.email ?? "");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    save.mutate({ body: { display: display.trim(), email: email.trim() } }, { onSuccess: () => (void reload(), toast({ kind: "good", text: intl.formatMessage({ id: "me.saved" }) })) });
  };
  return (
    <form className="wr-form" onSubmit={submit}>
      <Field label={<FormattedMessage id="me.display" />}><TextInput value={display} onChange={setDisplay} autoComplete="name" required maxLength={200} /></Field>
      <Field label={<FormattedMessage id="me.email" />} hint={<FormattedMessage id="me.email.hint" />}><TextInput type="email" value={email} onChange={setEmail} autoComplete="email" maxLength={320} /></Field>
      {save.error && <Failure problem={save.error} />}
      <div className="wr-form-acts"><Button type="submit" kind="primary" busy={save.isPending} disabled={!changed}><FormattedMessage id="ui.save" /></Button></div>
    </form>
  );
}

/** Language, theme and time zone change at once, and are remembered with the account. */
export function View({ me }: { me: Account }) {
  const intl = useIntl();
  const { language, setLanguage, setTimeZone } = useI18n();
  const client = useQueryClient();
  const save = useSend<Account>("PATCH", "/me", ["/me"]);
  const [theme, setChoice] = useState<ThemeChoice>(themeChoice());
  const zone = me.time_zone ?? "";
  const speak = (code: string) => {
    setLanguage(code as Language);
    save.mutate({ body: { language: code } }, { onSuccess: () => void client.invalidateQueries() }); // what was told in the other language
  };
  const paint = (choice: string) => {
    setChoice(choice as ThemeChoice);
    setTheme(choice as ThemeChoice);
    save.mutate({ body: { theme: choice } });
  };
  const move = (next: string) => {
    setTimeZone(next);
    save.mutate({ body: { time_zone: next } });
  };
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div className="wr-form">
      <div className="wr-field">
        <span className="wr-field-label" aria-hidden="true"><FormattedMessage id="me.language" /></span>
        <Segments label={intl.formatMessage({ id: "me.language" })} value={language} onChange={speak} options={languages.map((code) => ({ value: code, label: <span lang={code}>{endonyms[code]}</span> }))} />
      </div>
      <div className="wr-field">
        <span className="wr-field-label" aria-hidden="true"><FormattedMessage id="me.theme" /></span>
        <Segments label={intl.formatMessage({ id: "me.theme" })} value={theme} onChange={paint} options={(["auto", "light", "dark"] as const).map((value) => ({ value, label: intl.formatMessage({ id: `me.theme.${value}` }) }))} />
      </div>
      <Field label={<FormattedMessage id="me.zone" />} hint={<FormattedMessage id="me.zone.hint" />}>
        <Select value={zone} onChange={move} options={[{ value: "", label: intl.formatMessage({ id: "me.zone.here" }, { zone: here }) }, ...zones(zone).map((value) => ({ value, label: value.replaceAll("_", " ") }))]} />
      </Field>
      {save.error && <Failure problem={save.error} />}
    </div>
  );
}

function zones(chosen: string): string[] {
  const all = ["UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])];
  return chosen && !all.includes(chosen) ? [chosen, ...all] : all;
}
