import { useId } from "react";
import type { ReactNode } from "react";
import { FormattedMessage } from "react-intl";
import type { Problem } from "../api/problem";
import { Button } from "./Button";
import { cx } from "./cx";
import { Icon } from "./Icon";
import { plain } from "./Text";
import "./Panel.css";

/** The head of a page: its only h1, a sentence under it, acts at the end. */
export function PageHead({ title, children, actions }: { title: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  return (
    <header className="wr-page-head">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {children && <p>{children}</p>}
      </div>
      {actions && <div className="wr-panel-actions">{actions}</div>}
    </header>
  );
}

/** A region with a title. flush lets a table run to the edges. */
export function Panel({ id: anchor, title, actions, flush, children }: { id?: string; title?: ReactNode; actions?: ReactNode; flush?: boolean; children?: ReactNode }) {
  const id = useId();
  return (
    <section id={anchor} className={cx("wr-panel", flush && "wr-panel-flush")} aria-labelledby={title ? id : undefined}>
      {(title || actions) && (
        <div className="wr-panel-head">
          {title && <h2 id={id}>{title}</h2>}
          {actions && <div className="wr-panel-actions">{actions}</div>}
        </div>
      )}
      <div className="wr-panel-body">{children}</div>
    </section>
  );
}

const widths = ["92%", "78%", "85%", "64%", "88%", "71%"];

/** Where lines will be. Still, because nothing has changed yet. */
export function Skeleton({ lines = 3, height }: { lines?: number; height?: number }) {
  return (
    <div className="wr-skeleton" aria-busy="true">
      <span className="wr-hidden"><FormattedMessage id="ui.loading" /></span>
      {Array.from({ length: lines }, (_, i) => <div key={i} className="wr-skeleton-line" style={{ inlineSize: widths[i % widths.length], blockSize: height }} />)}
    </div>
  );
}

/** Nothing here, and why, and what to do about it. */
export function Empty({ title, children, level = 3 }: { title: ReactNode; children?: ReactNode; level?: 1 | 2 | 3 /* 1: it is the whole page; 2: it stands under its head */ }) {
  const Heading = `h${level}` as const;
  return (
    <div className="wr-empty">
      <Heading>{title}</Heading>
      {children}
    </div>
  );
}

const bannerIcon = { info: "info", good: "check", warning: "warning", danger: "warning", plain: "info" } as const;

/** A line that concerns the whole page. */
export function Banner({ kind = "plain", role, actions, children }: { kind?: "plain" | "info" | "good" | "warning" | "danger"; role?: "status" | "alert"; actions?: ReactNode; children: ReactNode }) {
  return (
    <div className={cx("wr-banner", `wr-banner-${kind}`)} role={role}>
      <Icon name={bannerIcon[kind]} size={18} />
      <div className="wr-banner-body">{children}</div>
      {actions}
    </div>
  );
}

/** What failed, what is safe, what to do. */
export function Failure({ problem, retry, title }: { problem: Problem; retry?: () => void; title?: ReactNode }) {
  const offline = problem.status === 0 && problem.code === "offline";
  if (problem.status === 501) {
    return (
      <div className="wr-failure wr-failure-none" role="status">
        <strong><FormattedMessage id="failure.missing" /></strong>
        <p className="wr-muted"><FormattedMessage id="failure.missing.text" /></p>
      </div>
    );
  }
  return (
    <div className="wr-failure" role="alert">
      <strong>{title ?? <FormattedMessage id={offline ? "failure.offline" : problem.status === 403 ? "failure.forbidden" : problem.status === 404 ? "failure.gone" : "failure.title"} />}</strong>
      {problem.message && <p>{plain(problem.message)}</p>}
      {problem.errors.length > 0 && (
        <ul>
          {problem.errors.map((e, i) => <li key={i}>{e.location && <code>{plain(e.location)}</code>} {plain(e.message)}</li>)}
        </ul>
      )}
      {problem.hint && <p>{plain(problem.hint)}</p>}
      {!offline && problem.status >= 500 && <p className="wr-muted"><FormattedMessage id="failure.safe" /></p>}
      {retry && <Button onClick={retry} icon="refresh" small><FormattedMessage id="ui.retry" /></Button>}
    </div>
  );
}
