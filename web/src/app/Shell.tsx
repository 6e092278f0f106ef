import { useEffect, useRef, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link, Outlet, useLocation, useNavigate } from "react-router";
import { send, useLive } from "../api/client";
import { cx, Drawer, Icon, IconButton, Menu, Name, Time } from "../ui";
import { useKeys } from "./keyboard";
import { navigation } from "./pages";
import { useHeld, useSession } from "./session";
import "./Shell.css";

/** The frame around every page. */
export function Shell() {
  const intl = useIntl();
  const session = useSession();
  const navigate = useNavigate();
  const [drawer, setDrawer] = useState(false);
  useKeys({ ...Object.fromEntries(links(session.permissions).filter((p) => p.nav!.key).map((p) => [`g ${p.nav!.key}`, () => void navigate(p.path)])) });
  const main = useFocusOnNavigation();
  return (
    <div className="wr-shell">
      <a className="wr-skip" href="#main"><FormattedMessage id="shell.skip" /></a>
      <OriginBand />
      <header className="wr-top">
        <span className="wr-nav-open"><IconButton icon="menu" label={intl.formatMessage({ id: "shell.menu" })} onClick={() => setDrawer(true)} /></span>
        <Link className="wr-brand" to="/"><img src="/icon.svg" alt="" /><FormattedMessage id="shell.name" /></Link>
        <span className="wr-top-site"><Name value={session.site_name} /></span>
        <span className="wr-top-fill" />
        <span className="wr-notice"><FormattedMessage id="shell.notalarm" /></span>
        <LiveState />
        <AccountMenu />
      </header>
      <nav className="wr-side" aria-label={intl.formatMessage({ id: "shell.nav" })}><NavLinks /></nav>
      <Drawer side="start" title={<FormattedMessage id="shell.name" />} open={drawer} onClose={() => setDrawer(false)}><div onClick={() => setDrawer(false)}><NavLinks /></div></Drawer>
      <main id="main" ref={main} className="wr-main" tabIndex={-1}><Outlet /></main>
    </div>
  );
}

/** Without navigation: the wall. What protects from a mistake stays. */
export function Bare() {
  return (
    <>
      <OriginBand />
      <main id="main"><Outlet /></main>
    </>
  );
}

function links(permissions: readonly string[]) {
  return navigation.filter((page) => !page.permission || permissions.includes(page.permission));
}

function NavLinks() {
  const session = useSession();
  const { pathname } = useLocation();
  return (
    <ul>
      {links(session.permissions).map((page) => {
        const root = page.path.replace(/\/?\*$/, "") || "/";
        const here = root === "/" ? pathname === "/" : pathname === root || pathname.startsWith(`${root}/`);
        return (
          <li key={page.path}>
            <Link className="wr-nav-link" to={root} aria-current={here ? "page" : undefined}><Icon name={page.nav!.icon} /><FormattedMessage id={`nav.${page.nav!.id}`} /></Link>
          </li>
        );
      })}
    </ul>
  );
}

function OriginBand() {
  const { origin } = useSession();
  if (origin === "live") return null;
  return <div className="wr-band" role="note"><FormattedMessage id={`shell.band.${origin}`} /></div>;
}

function LiveState() {
  const { state, at } = useLive();
  return (
    <span className={cx("wr-live", `wr-live-${state}`)}>
      <span className="wr-live-dot" aria-hidden="true" />
      <FormattedMessage id={`shell.live.${state}`} />
      {at && <Time at={at} mode="clock" seconds />}
    </span>
  );
}

function AccountMenu() {
  const intl = useIntl();
  const { account } = useSession();
  const { forget } = useHeld();
  const signOut = () => void send("DELETE", "/session").catch(() => {}).finally(forget);
  return (
    <Menu
      label={intl.formatMessage({ id: "shell.account" })}
      icon="people"
      head={<Name value={account.display || account.name} />}
      items={[
        { id: "me", icon: "settings", label: intl.formatMessage({ id: "shell.me" }), to: "/me" },
        { id: "out", icon: "signout", label: intl.formatMessage({ id: "shell.signout" }), onSelect: signOut },
      ]}
    />
  );
}

// A new page starts at its top and speaks from its main region; a change of filters doesn't move the reader.
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
