import { useId, useState } from "react";
import type { ReactNode } from "react";
import { FormattedMessage } from "react-intl";
import { Button } from "./Button";
import { cx } from "./cx";
import "./Page.css";

/** A settings-like page: head, then sections one under the other. */
export function Page({ children }: { children: ReactNode }) {
  return <div className="wr-page">{children}</div>;
}

/** What it is about on the left, what can be done on the right. */
export function Section({ id: anchor, title, text, children }: { id?: string; title: ReactNode; text?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section id={anchor} className="wr-section" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {text && <p>{text}</p>}
      </header>
      <div className="wr-section-body">{children}</div>
    </section>
  );
}

export function Tag({ kind, children }: { kind?: "accent" | "warning" | "off"; children: ReactNode }) {
  return <span className={cx("wr-tag", kind && `wr-tag-${kind}`)}>{children}</span>;
}

/** Something shown once: to select whole, to copy. */
export function Secret({ value }: { value: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard?.writeText(value).then(() => setCopied(true), () => setCopied(false));
  return (
    <div className="wr-secret">
      <code>{value}</code>
      <Button small icon={copied ? "check" : "copy"} onClick={copy}><FormattedMessage id={copied ? "ui.copied" : "ui.copy"} /></Button>
    </div>
  );
}
