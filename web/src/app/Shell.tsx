import { useEffect, useRef, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Outlet, useLocation, useNavigate } from "react-router";
import { Drawer, useOpen } from "../ui";
import { Help } from "./Help";
import { useKeys } from "./keyboard";
import { LiveState, Offline } from "./Live";
import { OriginBand } from "./Gate";
import { BottomNav, keyOf, linksFor, NavLinks, rootOf } from "./Nav";
import { SearchPalette } from "./Palette";
import { useSession } from "./session";
import { TopBar } from "./TopBar";
import "./Shell.css";

/** The frame around every page: where one is, whether it is live, and that it is no patient alarm. */
export function Shell() {
  const intl = useIntl();
  const { permissions, origin } = useSession();
  const navigate = useNavigate();
  const [palette, setPalette] = useState(false);
  const help = useOpen();
  const drawer = useOpen();
  const main = useFocusOnNavigation();
  useKeys({
    "?": help.show,
    "/": () => {
      const box = document.querySelector<HTMLInputElement>("main [data-search]");
      if (box) box.focus();
      else setPalette(true);
    },
    ...Object.fromEntries(linksFor(permissions).filter(keyOf).map((page) => [`g ${keyOf(page)}`, () => void navigate(rootOf(page))])),
  });
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (!(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey || e.key.toLowerCase() !== "k") return;
      e.preventDefault();
      setPalette((open) => !open);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <div className="wr-shell">
      <a className="wr-skip" href="#main" onClick={() => main.current?.focus()}><FormattedMessage id="shell.skip" /></a>
      <OriginBand origin={origin} />
      <TopBar onSearch={() => setPalette(true)} onHelp={help.show} />
      <nav className="wr-side" aria-label={intl.formatMessage({ id: "shell.nav" })}><NavLinks /></nav>
      <main id="main" ref={main} className="wr-main" tabIndex={-1}><Outlet /></main>
      <BottomNav onMore={drawer.show} />
      <Offline />
      <Drawer side="start" title={<FormattedMessage id="shell.name" />} open={drawer.open} onClose={drawer.hide}>
        <nav aria-label={intl.formatMessage({ id: "shell.nav" })}><NavLinks onGo={drawer.hide} /></nav>
      </Drawer>
      <SearchPalette open={palette} onClose={() => setPalette(false)} />
      <Help open={help.open} onClose={help.hide} />
    </div>
  );
}

/** Without navigation: the wall. What protects from a mistake stays. */
export function Bare() {
  const { site_name, origin } = useSession();
  return (
    <div className="wr-bare">
      <OriginBand origin={origin} />
      <main id="main"><Outlet /></main>
      <footer className="wr-bare-foot">
        <bdi>{site_name}</bdi>
        <span className="wr-notice"><FormattedMessage id="shell.notalarm" /></span>
        <LiveState />
      </footer>
      <Offline />
    </div>
  );
}

// A new page starts at its top and speaks from its main region; a change of filters or tabs doesn't move the reader.
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    const [from, to] = [before.current, pathname].map((path) => path.split("/").slice(0, 3).join("/"));
    before.current = pathname;
    if (from === to) return;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
