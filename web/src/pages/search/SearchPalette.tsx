import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useNavigate } from "react-router";
import { useApi } from "../../api/client";
import type { Hit } from "../../api/types";
import type { PaletteProps } from "../../app/Palette";
import { navigation } from "../../app/pages";
import { useSession } from "../../app/session";
import { Icon, Name, SeverityMark } from "../../ui";
import { isPath, opened, recent } from "./recent";
import "./search.css";

const icons: Record<Hit["kind"], string> = { asset: "device", identifier: "key", finding: "findings", case: "cases", check: "checks", page: "file", zone: "ecosystem" };
const order: Hit["kind"][] = ["asset", "identifier", "finding", "case", "check", "zone", "page"];

interface Group { id: string; hits: Hit[] }

/** Search everywhere: a combobox with groups (WAI-ARIA). Typing asks, arrows move, Enter goes, Escape closes. */
export default function SearchPalette({ open, onClose }: PaletteProps) {
  const intl = useIntl();
  const navigate = useNavigate();
  const { permissions } = useSession();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);

  useEffect(() => {
    const d = dialog.current;
    if (!open || !d) return;
    const before = document.activeElement as HTMLElement | null;
    if (typeof d.showModal === "function") {
      if (!d.open) d.showModal();
    } else d.setAttribute("open", ""); // jsdom
    d.querySelector("input")?.focus();
    return () => {
      if (d.open && typeof d.close === "function") d.close();
      if (before?.isConnected) before.focus();
    };
  }, [open]);
  useEffect(() => {
    const wait = setTimeout(() => setQ(typed.trim()), 120);
    return () => clearTimeout(wait);
  }, [typed]);

  const found = useApi<{ items: Hit[] }>(q ? "/search" : null, { q, language: intl.locale.split("-")[0], limit: 20 }, { keep: true });
  const pages = useMemo<Hit[]>(() => navigation.filter((p) => !p.permission || permissions.includes(p.permission)).map((p) => ({ kind: "page", id: p.nav!.id, title: intl.formatMessage({ id: `nav.${p.nav!.id}` }), href: p.path.replace(/\/?\*$/, "") || "/" })), [permissions, intl]);
  const groups = useMemo(() => grouped(typed.trim(), q ? (found.data?.items ?? []) : [], pages), [typed, q, found.data, pages]);
  const hits = groups.flatMap((g) => g.hits);
  const now = Math.min(at, hits.length - 1);
  useEffect(() => setAt(0), [q]);

  const go = (hit: Hit | undefined) => {
    if (!hit || !isPath(hit.href)) return;
    opened(hit);
    onClose();
    void navigate(hit.href);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    const n = hits.length;
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, PageDown: Math.min(n - 1, now + 6), PageUp: Math.max(0, now - 6) }[e.key];
    if (next !== undefined && n > 0) {
      const to = (next + n) % n;
      setAt(to);
      list.current?.querySelector(`[data-at="${to}"]`)?.scrollIntoView?.({ block: "nearest" });
    } else if (e.key === "Enter") go(hits[now]);
    else if (e.key === "Escape") onClose();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const waiting = typed.trim() !== q || (q !== "" && found.isFetching);
  let n = -1;
  return (
    <dialog ref={dialog} className="sr-palette" aria-label={intl.formatMessage({ id: "search.title" })} onCancel={(e) => { e.preventDefault(); onClose(); }} onClick={(e) => e.target === dialog.current && onClose()} onKeyDown={(e) => e.stopPropagation()}>
      <div className="sr-box">
        <div className="sr-line">
          <Icon name="search" size={18} />
          <input
            type="text" dir="auto" role="combobox" aria-expanded={hits.length > 0} aria-controls={`${id}-list`} aria-autocomplete="list" aria-activedescendant={hits[now] ? `${id}-${now}` : undefined} aria-label={intl.formatMessage({ id: "search.label" })}
            placeholder={intl.formatMessage({ id: "search.label" })} autoComplete="off" spellCheck={false} maxLength={200} value={typed} onChange={(e) => setTyped(e.target.value)} onKeyDown={onKeyDown}
          />
          <kbd className="wr-kbd" aria-hidden="true">{"Esc"}</kbd>
        </div>
        {found.error && q && <p className="sr-note" role="alert"><Icon name="warning" size={16} /> <FormattedMessage id="search.failed" /> <button type="button" onClick={() => void found.refetch()}><FormattedMessage id="ui.retry" /></button></p>}
        <div ref={list} id={`${id}-list`} role="listbox" aria-label={intl.formatMessage({ id: "search.results" })} className="sr-list">
          {groups.map((g) => (
            <div key={g.id} role="group" aria-labelledby={`${id}-${g.id}`}>
              <div id={`${id}-${g.id}`} className="sr-group"><FormattedMessage id={`search.group.${g.id}`} /></div>
              {g.hits.map((h) => {
                const i = ++n;
                return (
                  <div key={`${h.kind} ${h.id} ${h.href}`} id={`${id}-${i}`} data-at={i} role="option" aria-selected={i === now} className="sr-hit" onPointerMove={() => i !== now && setAt(i)} onPointerDown={(e) => e.preventDefault()} onClick={() => go(h)}>
                    <Icon name={h.kind === "page" ? (navigation.find((p) => p.nav!.id === h.id)?.nav?.icon ?? "file") : icons[h.kind]} size={16} />
                    <span className="sr-title" lang={h.language}><Name value={h.title} mono={h.kind === "identifier"} /></span>
                    <span className="sr-detail">{h.severity && h.severity !== "none" && <SeverityMark severity={h.severity} bare />}{h.detail && <Name value={h.detail} />}</span>
                  </div>
                );
              })}
            </div>
          ))}
        </div>
        <p className="sr-note" role="status">
          {typed.trim() && !found.error && hits.length === 0 && !waiting ? <FormattedMessage id="search.none" values={{ q: <bdi>{typed.trim()}</bdi> }} /> : typed.trim() && waiting ? <FormattedMessage id="search.asking" /> : <FormattedMessage id="search.keys" />}
        </p>
      </div>
    </dialog>
  );
}

/** Nothing typed: what was opened lately, and the pages. Typed: what was found, by kind, and the pages by their names in this language. */
export function grouped(q: string, found: readonly Hit[], pages: readonly Hit[], lately: readonly Hit[] = recent()): Group[] {
  if (!q) return [{ id: "recent", hits: [...lately] }, { id: "page", hits: [...pages] }].filter((g) => g.hits.length > 0);
  const words = q.toLowerCase().split(/\s+/);
  const named = pages.filter((p) => words.every((w) => p.title.toLowerCase().includes(w)));
  const others = found.filter((h) => isPath(h.href) && !(h.kind === "page" && pages.some((p) => p.href === h.href)));
  const seen = new Set<string>();
  const all = [...others, ...named, ...found.filter((h) => h.kind === "page").flatMap((h) => pages.filter((p) => p.href === h.href))].filter((h) => !seen.has(`${h.kind} ${h.id}`) && seen.add(`${h.kind} ${h.id}`));
  // The kind of the best hit comes first, so that Enter goes where the server thinks best.
  const best = found.find((h) => h.kind !== "page")?.kind;
  const kinds = best ? [best, ...order.filter((k) => k !== best)] : order;
  return kinds.map((k) => ({ id: k, hits: all.filter((h) => h.kind === k) })).filter((g) => g.hits.length > 0);
}
