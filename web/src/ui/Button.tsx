import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Link } from "react-router";
import { cx } from "./cx";
import { Icon } from "./Icon";
import "./Button.css";

type Kind = "primary" | "plain" | "danger" | "quiet";

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className"> {
  kind?: Kind;
  small?: boolean;
  wide?: boolean;
  icon?: string;
  /** The act is under way: the button waits, says so, and keeps its width. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** A verb. One primary on a page at most. */
export function Button({ kind = "plain", small, wide, icon, busy, disabled, type = "button", children, ...rest }: ButtonProps) {
  return (
    <button {...rest} type={type} disabled={disabled || busy} aria-busy={busy || undefined} className={cx("wr-button", `wr-button-${kind}`, small && "wr-button-small", wide && "wr-button-wide")}>
      {icon && <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </button>
  );
}

/** A button without words on it: label is what it says to everybody else. */
export function IconButton({ icon, label, kind = "quiet", small, ...rest }: Omit<ButtonProps, "children" | "icon"> & { icon: string; label: string }) {
  return (
    <button {...rest} type={rest.type ?? "button"} aria-label={label} title={label} className={cx("wr-button wr-button-icon", `wr-button-${kind}`, small && "wr-button-small")}>
      <Icon name={icon} size={small ? 16 : 18} />
    </button>
  );
}

/** Goes somewhere, but looks like a button. A path with `download` or a scheme is a plain anchor. */
export function LinkButton({ to, kind = "plain", small, wide, icon, download, children }: { to: string; kind?: Kind; small?: boolean; wide?: boolean; icon?: string; download?: boolean | string; children: ReactNode }) {
  const className = cx("wr-button", `wr-button-${kind}`, small && "wr-button-small", wide && "wr-button-wide");
  const inside = (
    <>
      {icon && <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </>
  );
  if (download !== undefined || /^[a-z]+:/i.test(to) || to.startsWith("/auth/")) return <a className={className} href={to} download={download}>{inside}</a>;
  return <Link className={className} to={to}>{inside}</Link>;
}
