import { FormattedMessage, useIntl } from "react-intl";
import { Link, useLocation } from "react-router";
import type { Permission } from "../api/types";
import { Icon } from "../ui";
import { navigation } from "./pages";
import type { Page } from "./pages";
import { useSession } from "./session";

const letters: Record<string, string> = { overview: "o", findings: "f", assets: "a", ecosystem: "m", live: "l", checks: "c", proposals: "p", evidence: "e", settings: "s", audit: "u", cases: "k" };

export const keyOf = (page: Page): string | undefined => page.nav!.key ?? letters[page.nav!.id];
export const rootOf = (page: Page): string => page.path.replace(/\/?\*$/, "") || "/";

export function linksFor(permissions: readonly Permission[]): Page[] {
  return navigation.filter((page) => !page.permission || permissions.includes(page.permission));
}

function useHere() {
  const { pathname } = useLocation();
  return (page: Page) => {
    const root = rootOf(page);
    return root === "/" ? pathname === "/" : pathname === root || pathname.startsWith(`${root}/`);
  };
}

/** All pages the reader may open, in the order of a round: what is dangerous, what there is, what is heard; then the workings. */
export function NavLinks({ onGo }: { onGo?: () => void }) {
  const { permissions } = useSession();
  const here = useHere();
  return (
    <ul className="wr-nav">
      {linksFor(permissions).map((page) => (
        <li key={page.path}>
          <Link className="wr-nav-link" to={rootOf(page)} onClick={onGo} aria-current={here(page) ? "page" : undefined}>
            <Icon name={page.nav!.icon} />
            <span><FormattedMessage id={`nav.${page.nav!.id}`} /></span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Under the thumb on a phone: the first four pages, and the rest. */
export function BottomNav({ onMore }: { onMore: () => void }) {
  const intl = useIntl();
  const { permissions } = useSession();
  const here = useHere();
  return (
    <nav className="wr-bottom" aria-label={intl.formatMessage({ id: "shell.nav.short" })}>
      {linksFor(permissions).slice(0, 4).map((page) => (
        <Link key={page.path} className="wr-bottom-link" to={rootOf(page)} aria-current={here(page) ? "page" : undefined}>
          <Icon name={page.nav!.icon} size={20} />
          <span><FormattedMessage id={`nav.${page.nav!.id}`} /></span>
        </Link>
      ))}
      <button type="button" className="wr-bottom-link" onClick={onMore}>
        <Icon name="menu" size={20} />
        <span><FormattedMessage id="shell.more" /></span>
      </button>
    </nav>
  );
}
