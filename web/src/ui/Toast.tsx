import { createContext, useCallback, useContext, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useIntl } from "react-intl";
import { Button, IconButton } from "./Button";
import { cx } from "./cx";
import "./Dialog.css";

export interface Toasted {
  text: ReactNode;
  kind?: "plain" | "good" | "danger";
  /** One thing to do about it: undo. It stays longer then. */
  action?: { label: ReactNode; run: () => void };
}

const Context = createContext<(toast: Toasted) => void>(() => {});

/** const toast = useToast(); toast({ text, action }). */
export const useToast = () => useContext(Context);

/** Says once that something was done. Never the only place where it can be seen. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const intl = useIntl();
  const [shown, setShown] = useState<(Toasted & { id: number })[]>([]);
  const next = useRef(0);
  const drop = useCallback((id: number) => setShown((old) => old.filter((t) => t.id !== id)), []);
  const add = useCallback(
    (toast: Toasted) => {
      const id = next.current++;
      setShown((old) => [...old.slice(-2), { ...toast, id }]);
      setTimeout(() => drop(id), toast.action || toast.kind === "danger" ? 15_000 : 6_000);
    },
    [drop],
  );
  const list = useMemo(() => shown, [shown]);
  return (
    <Context value={add}>
      {children}
      <div className="wr-toasts" role="status" aria-live="polite">
        {list.map((toast) => (
          <div key={toast.id} className={cx("wr-toast", toast.kind && `wr-toast-${toast.kind}`)}>
            <div>{toast.text}</div>
            {toast.action && (
              <Button
                small
                onClick={() => {
                  toast.action!.run();
                  drop(toast.id);
                }}
              >
                {toast.action.label}
              </Button>
            )}
            <IconButton small icon="close" label={intl.formatMessage({ id: "ui.dismiss" })} onClick={() => drop(toast.id)} />
          </div>
        ))}
      </div>
    </Context>
  );
}
