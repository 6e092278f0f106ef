import { FormattedMessage } from "react-intl";
import { Link } from "react-router";
import { Icon } from "../../ui";
import css from "./overview.module.css";

const ways = [
  { id: "capture", icon: "file", to: "/start?way=capture" },
  { id: "watch", icon: "sensors", to: "/start?way=watch" },
  { id: "simulate", icon: "play", to: "/start?way=simulation" },
] as const;

/** Before anything is watched: three ways to begin, for whoever may. */
export function FirstRun({ mayChoose }: { mayChoose: boolean }) {
  return (
    <section className={css.first}>
      <h2><FormattedMessage id="overview.first.title" /></h2>
      <p className="wr-prose"><FormattedMessage id="overview.first.lead" /></p>
      {mayChoose ? (
        <ul className={css.ways}>
          {ways.map((w) => (
            <li key={w.id}>
              <Link to={w.to} className={css.way}>
                <Icon name={w.icon} size={22} />
                <strong><FormattedMessage id={`overview.first.${w.id}`} /></strong>
                <span><FormattedMessage id={`overview.first.${w.id}.detail`} /></span>
              </Link>
            </li>
          ))}
        </ul>
      ) : <p><FormattedMessage id="overview.first.ask" /></p>}
    </section>
  );
}
