import { useId, useRef, useState, type KeyboardEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useApi } from "../../api/client";
import type { Asset, Page } from "../../api/types";
import { Failure, Icon, Name, TextInput } from "../../ui";
import { word } from "../assets/words";

/** Finds one asset by typing (WAI-ARIA combobox with a list box): arrows move, Enter takes, Escape empties. */
export function AssetPicker({ label, except, onPick }: { label: string; except: string; onPick: (a: Asset) => void }) {
  const intl = useIntl();
  const id = useId();
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const found = useApi<Page<Asset>>(q.trim().length > 0 ? "/assets" : null, { q: q.trim(), limit: 12 }, { keep: true });
  const items = q.trim() ? (found.data?.items.filter((a) => a.id !== except) ?? []) : [];
  const now = Math.min(at, items.length - 1);

  const onKeyDown = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step && items.length) {
      const next = (now + step + items.length) % items.length;
      setAt(next);
      list.current?.children[next]?.scrollIntoView?.({ block: "nearest" });
    } else if (e.key === "Enter" && items[now]) onPick(items[now]);
    else if (e.key === "Escape" && q) { setQ(""); e.stopPropagation(); }
    else return;
    e.preventDefault();
  };
  return (
    <div className="at-picker">
      <label htmlFor={`${id}-q`}>{label}</label>
      <TextInput
        id={`${id}-q`} role="combobox" aria-expanded={items.length > 0} aria-controls={`${id}-list`} aria-autocomplete="list" aria-activedescendant={items[now] ? `${id}-${now}` : undefined}
        autoComplete="off" autoFocus value={q} onChange={(v) => { setQ(v); setAt(0); }} onKeyDown={onKeyDown} placeholder={intl.formatMessage({ id: "asset.pick.hint" })}
      />
      {found.error && <Failure problem={found.error} retry={() => void found.refetch()} />}
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label={label} className="at-picker-list">
        {items.map((a, i) => (
          <li key={a.id} id={`${id}-${i}`} role="option" aria-selected={i === now} onPointerDown={(e) => { e.preventDefault(); onPick(a); }} onPointerEnter={() => setAt(i)}>
            <Icon name={a.kind} size={16} />
            <Name value={a.name} />
            <span className="wr-muted"><Name value={[word(intl, "assetrole", a.role), a.ward ?? a.zone, a.identifiers?.find((i) => i.type === "ip")?.value].filter(Boolean).join(" · ")} /></span>
          </li>
        ))}
      </ul>
      {q.trim() && found.data && items.length === 0 && <p className="wr-muted" role="status"><FormattedMessage id="asset.pick.none" /></p>}
    </div>
  );
}
