import { useEffect, useId, useRef } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { Link, useLocation } from "react-router";
import "./Panel.css";

export interface Tab {
  id: string;
  label: ReactNode;
  content: ReactNode;
}

/** WAI-ARIA tabs: arrows move and choose, Home and End go to the ends. Only the chosen panel is drawn. */
export function Tabs({ label, tabs, value, onChange }: { label: string; tabs: readonly Tab[]; value: string; onChange: (id: string) => void }) {
  const base = useId();
  const at = Math.max(0, tabs.findIndex((tab) => tab.id === value));
  const chosen = tabs[at];
  const go = (index: number) => {
    const tab = tabs[(index + tabs.length) % tabs.length];
    if (!tab) return;
    onChange(tab.id);
    document.getElementById(`${base}-${tab.id}`)?.focus();
  };
  const onKeyDown = (e: KeyboardEvent) => {
    const rtl = getComputedStyle(e.currentTarget).direction === "rtl" ? -1 : 1;
    const next = { ArrowRight: at + rtl, ArrowLeft: at - rtl, Home: 0, End: tabs.length - 1 }[e.key];
    if (next === undefined) return;
    e.preventDefault();
    go(next);
  };
  return (
    <>
      <div role="tablist" aria-label={label} className="wr-tabs" onKeyDown={onKeyDown}>
        {tabs.map((tab, i) => (
          <button key={tab.id} id={`${base}-${tab.id}`} type="button" role="tab" className="wr-tab" aria-selected={i === at} aria-controls={`${base}-panel`} tabIndex={i === at ? 0 : -1} onClick={() => onChange(tab.id)}>
            {tab.label}
          </button>
        ))}
      </div>
      <div id={`${base}-panel`} role="tabpanel" aria-labelledby={chosen && `${base}-${chosen.id}`} className="wr-tabpanel" tabIndex={0}>
        {chosen?.content}
      </div>
    </>
  );
}

/** Tabs that are pages of their own: links, so that back and a new window work. */
export function LinkTabs({ label, tabs }: { label: string; tabs: readonly { to: string; label: ReactNode }[] }) {
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  // On a phone the row scrolls: the chosen one is brought into view, and only the row moves.
  useEffect(() => {
    const row = nav.current;
    const chosen = row?.querySelector<HTMLElement>('[aria-current="page"]');
    if (row && chosen) row.scrollLeft = chosen.offsetLeft - row.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
  }, [pathname]);
  return (
    <nav ref={nav} className="wr-tabs" aria-label={label}>
      {tabs.map((tab) => <Link key={tab.to} to={tab.to} className="wr-tab" aria-current={pathname === tab.to || pathname.startsWith(`${tab.to}/`) ? "page" : undefined}>{tab.label}</Link>)}
    </nav>
  );
}
