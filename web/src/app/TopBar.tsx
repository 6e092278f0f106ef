import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { send } from "../api/client";
import { useI18n } from "../i18n/I18n";
import { Icon, IconButton, Menu, Name, setTheme, themeChoice, useTheme, Word } from "../ui";
import type { MenuItem, ThemeChoice } from "../ui";
import { LiveState } from "./Live";
import { hasPalette } from "./Palette";
import { useHeld, useSession } from "./session";

export function TopBar({ onSearch, onHelp }: { onSearch: () => void; onHelp: () => void }) {
  const intl = useIntl();
  const session = useSession();
  return (
    <header className="wr-top">
      <Link className="wr-brand" to="/" aria-label={intl.formatMessage({ id: "shell.name" })}>
        <img src="/icon.svg" alt="" width="24" height="24" />
        <span className="wr-brand-word"><FormattedMessage id="shell.name" /></span>
      </Link>
      <span className="wr-top-place">
        <span className="wr-top-site"><Icon name="chevron" size={14} /><Name value={session.site_name} /></span>
        <span className="wr-notice wr-notice-phone"><FormattedMessage id="shell.notalarm" /></span>
      </span>
      {hasPalette && (
        <button type="button" className="wr-search" onClick={onSearch} aria-keyshortcuts="Control+K">
          <Icon name="search" size={16} />
          <span className="wr-search-word"><FormattedMessage id="shell.search" /></span>
          <kbd className="wr-kbd">{intl.formatMessage({ id: "shell.search.key" })}</kbd>
        </button>
      )}
      <span className="wr-top-fill" />
      <span className="wr-notice"><FormattedMessage id="shell.notalarm" /></span>
      <LiveState />
      <span className="wr-top-help"><IconButton icon="help" label={intl.formatMessage({ id: "help.title" })} onClick={onHelp} aria-keyshortcuts="?" /></span>
      <AccountMenu />
    </header>
  );
}

function AccountMenu() {
  const intl = useIntl();
  const { account } = useSession();
  const { forget, reload } = useHeld();
  const { language } = useI18n();
  const theme = useTheme();
  const name = account.display || account.name;
  const signOut = () => void send("DELETE", "/session").catch(() => {}).finally(forget);
  // Kept with the account as well, or the next page would take it back; this machine has it either way.
  const paint = (choice: ThemeChoice) => {
    setTheme(choice);
    void send("PATCH", "/me", { theme: choice }).then(reload, () => {});
  };
  const turn = theme === "dark" ? "light" : "dark";
  const items: MenuItem[] = [
    { id: "me", icon: "people", label: intl.formatMessage({ id: "shell.me" }), to: "/me" },
    { id: "theme", icon: turn === "dark" ? "moon" : "sun", label: intl.formatMessage({ id: `shell.theme.${turn}` }), onSelect: () => paint(turn) },
    ...(themeChoice() === "auto" ? [] : [{ id: "auto", icon: "refresh", label: intl.formatMessage({ id: "shell.theme.auto" }), onSelect: () => paint("auto") }]),
    { id: "language", icon: "globe", label: intl.formatMessage({ id: "shell.language" }, { language: language.toUpperCase() }), to: "/me#language" },
    { id: "about", icon: "info", label: intl.formatMessage({ id: "shell.about" }), to: "/settings/about" },
    { id: "out", icon: "signout", label: intl.formatMessage({ id: "shell.signout" }), onSelect: signOut },
  ];
  return (
    <Menu
      label={intl.formatMessage({ id: "shell.account" }, { name })}
      items={items}
      head={
        <>
          <strong><Name value={name} /></strong>
          <div className="wr-muted wr-small">{account.grants.slice(0, 3).map((grant, i) => <span key={i}>{i > 0 && " · "}<Word group="role" value={grant.role} /></span>)}</div>
        </>
      }
    >
      <span className="wr-avatar" aria-hidden="true" data-initials={initials(name)} />
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/[\s.]+/).filter(Boolean);
  return (([...(words[0] ?? "?")][0] ?? "") + (words.length > 1 ? ([...words.at(-1)!][0] ?? "") : "")).toUpperCase();
}
