import { useEffect, useId, useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { useNavigate } from "react-router";
import { cx } from "./cx";
import { Icon } from "./Icon";
import "./Button.css";
import "./Dialog.css";

export interface MenuItem {
  id: string;
  label: ReactNode;
  icon?: string;
  to?: string;
  onSelect?: () => void;
  danger?: boolean;
  disabled?: boolean;
}

/** A button with a menu (WAI-ARIA menu button): Down opens, arrows move, letters jump, Escape closes and gives focus back. */
export function Menu({ label, icon, children, items, head, kind = "quiet", small, align = "end" }: { label: string; icon?: string; children?: ReactNode; items: readonly MenuItem[]; head?: ReactNode; kind?: "plain" | "quiet" | "primary"; small?: boolean; align?: "start" | "end" }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const navigate = useNavigate();
  const entries = () => [...(root.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];

  useEffect(() => {
    if (!open) return;
    entries()[0]?.focus();
    const away = (e: PointerEvent) => !root.current?.contains(e.target as Node) && setOpen(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);

  const shut = () => {
    setOpen(false);
    button.current?.focus();
  };
  const run = (item: MenuItem) => {
    if (item.disabled) return;
    shut();
    item.onSelect?.();
    if (item.to) void navigate(item.to);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
    if (to !== undefined) {
      e.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    } else if (e.key === "Escape") {
      e.preventDefault();
      e.stopPropagation();
      shut();
    } else if (e.key === "Tab") setOpen(false);
    else if (e.key.length === 1) {
      const letter = e.key.toLowerCase();
      const found = [...all.slice(at + 1), ...all.slice(0, at + 1)].find((el) => el.textContent?.trim().toLowerCase().startsWith(letter));
      if (found) {
        e.stopPropagation();
        found.focus();
      }
    }
  };
  return (
    <div ref={root} className={cx("wr-menu", align === "start" && "wr-menu-start")}>
      <button
        ref={button}
        type="button"
        className={cx("wr-button", `wr-button-${kind}`, small && "wr-button-small", !children && "wr-button-icon")}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={label}
        title={children ? undefined : label}
        onClick={() => setOpen((o) => !o)}
        onKeyDown={(e) => {
          if (e.key !== "ArrowDown" || open) return;
          e.preventDefault();
          setOpen(true);
        }}
      >
        {icon && <Icon name={icon} size={small ? 16 : 18} />}
        {children}
      </button>
      {open && (
        <div className="wr-menu-list">
          {head && <div className="wr-menu-head">{head}</div>}
          <div id={id} role="menu" aria-label={label} onKeyDown={onKeyDown}>
            {items.map((item) => (
              <button key={item.id} type="button" role="menuitem" tabIndex={-1} aria-disabled={item.disabled || undefined} className={cx("wr-menu-item", item.danger && "wr-menu-danger")} onClick={() => run(item)}>
                {item.icon && <Icon name={item.icon} size={16} />}
                <span>{item.label}</span>
              </button>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}
