import { useEffect, useId, useRef, useState } from "react";
import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Button, IconButton } from "./Button";
import { cx } from "./cx";
import "./Dialog.css";

interface SheetProps {
  title: ReactNode;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
}

const focusable = 'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex]:not([tabindex="-1"])';

// The native dialog gives the top layer, inertness of the rest, Escape and the return of focus. Tab is kept inside by hand,
// because browsers let it wander into their own bars. Where showModal is missing (jsdom) the open attribute stands in.
function Sheet({ title, open, onClose, children, actions, className }: SheetProps & { className: string }) {
  const intl = useIntl();
  const id = useId();
  const node = useRef<HTMLDialogElement>(null);
  const close = useRef(onClose);
  useEffect(() => void (close.current = onClose));
  useEffect(() => {
    const dialog = node.current;
    if (!open || !dialog) return;
    const before = document.activeElement as HTMLElement | null;
    if (typeof dialog.showModal === "function") {
      if (!dialog.open) dialog.showModal();
    } else dialog.setAttribute("open", "");
    const first = dialog.querySelector<HTMLElement>("[autofocus], [data-autofocus]") ?? dialog.querySelector<HTMLElement>(`.wr-dialog-body :is(${focusable})`) ?? dialog.querySelector<HTMLElement>(`.wr-dialog-actions :is(${focusable})`);
    (first ?? dialog).focus();
    return () => {
      if (dialog.open && typeof dialog.close === "function") dialog.close();
      if (before?.isConnected) before.focus();
    };
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={node}
      className={className}
      aria-labelledby={id}
      aria-modal="true"
      tabIndex={-1}
      onCancel={(e) => {
        e.preventDefault();
        close.current();
      }}
      onClick={(e) => e.target === node.current && outside(e, node.current) && close.current()}
      onKeyDown={(e) => {
        e.stopPropagation();
        if (e.key === "Escape") {
          e.preventDefault();
          close.current();
        } else if (e.key === "Tab") keepInside(e, node.current!);
      }}
    >
      <div className="wr-dialog-head">
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={intl.formatMessage({ id: "ui.close" })} onClick={() => close.current()} />
      </div>
      <div className="wr-dialog-body">{children}</div>
      {actions && <div className="wr-dialog-actions">{actions}</div>}
    </dialog>
  );
}

function outside(e: { clientX: number; clientY: number }, dialog: HTMLElement): boolean {
  const box = dialog.getBoundingClientRect();
  return e.clientX < box.left || e.clientX > box.right || e.clientY < box.top || e.clientY > box.bottom;
}

function keepInside(e: { shiftKey: boolean; preventDefault: () => void }, dialog: HTMLElement) {
  const all = [...dialog.querySelectorAll<HTMLElement>(focusable)].filter((el) => !el.closest("[hidden]"));
  const first = all[0];
  const last = all.at(-1);
  if (!first || !last) return;
  if (e.shiftKey && (document.activeElement === first || document.activeElement === dialog)) {
    e.preventDefault();
    last.focus();
  } else if (!e.shiftKey && document.activeElement === last) {
    e.preventDefault();
    first.focus();
  }
}

/** A question that must be answered before anything else. */
export function Dialog({ wide, ...props }: SheetProps) {
  return <Sheet {...props} className={cx("wr-dialog", wide && "wr-dialog-wide")} />;
}

/** More about something, from the side; the page behind keeps its place. */
export function Drawer({ side = "end", ...props }: SheetProps & { side?: "start" | "end" }) {
  return <Sheet {...props} className={cx("wr-drawer", side === "start" && "wr-drawer-start")} />;
}

/** Asks once before an act that can't be taken back. children says what it means. */
export function Confirm({ title, open, onClose, onConfirm, verb, danger, busy, problem, children }: { title: ReactNode; open: boolean; onClose: () => void; onConfirm: () => void; verb: ReactNode; danger?: boolean; busy?: boolean; problem?: ReactNode; children: ReactNode }) {
  return (
    <Dialog
      title={title}
      open={open}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose} data-autofocus><FormattedMessage id="ui.cancel" /></Button>
          <Button kind={danger ? "danger" : "primary"} busy={busy} onClick={onConfirm}>{verb}</Button>
        </>
      }
    >
      <div className="wr-stack">{children}{problem}</div>
    </Dialog>
  );
}

/** open state with its two verbs. */
export function useOpen(initial = false) {
  const [open, set] = useState(initial);
  return { open, show: () => set(true), hide: () => set(false) };
}
