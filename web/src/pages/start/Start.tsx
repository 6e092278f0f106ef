import { useState } from "react";
import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link, useSearchParams } from "react-router";
import { useHeld, useSession } from "../../app/session";
import { useTitle } from "../../app/title";
import { Banner, cx, Icon, LinkButton, PageHead } from "../../ui";
import { Watch } from "../settings/Sensors";
import { Capture } from "./Capture";
import { Simulation } from "./Simulation";
import "./start.css";

type Way = "capture" | "watch" | "simulation";
const ways: { id: Way; icon: string }[] = [{ id: "capture", icon: "file" }, { id: "watch", icon: "sensors" }, { id: "simulation", icon: "play" }];

/** Three ways to begin; each says in a sentence what it does, and what it does not. */
export default function Start() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "start.title" }));
  const { origin } = useSession();
  const { reload } = useHeld();
  // The overview leads here with a way already chosen.
  const asked = useSearchParams()[0].get("way");
  const [way, setWay] = useState<Way | null>(ways.find((w) => w.id === asked)?.id ?? null);
  const [done, setDone] = useState<ReactNode>(null);
  const finish = (text: ReactNode) => {
    setDone(text);
    void reload();
  };
  return (
    <div className="wr-page wr-start">
      <PageHead title={<FormattedMessage id="start.title" />}><FormattedMessage id="start.text" /></PageHead>
      {origin === "simulated" && <Banner kind="info"><FormattedMessage id="start.simulated" /></Banner>}
      {done && (
        <Banner kind="good" role="status" actions={<LinkButton kind="primary" to="/"><FormattedMessage id="start.overview" /></LinkButton>}>
          {done}
          <p className="wr-muted"><FormattedMessage id="start.soon" /></p>
        </Banner>
      )}
      <ul className="wr-ways">
        {ways.map(({ id, icon }) => (
          <li key={id} className={cx("wr-way", way === id && "wr-way-open")}>
            <button type="button" className="wr-way-head" aria-expanded={way === id} aria-controls={`way-${id}`} onClick={() => setWay(way === id ? null : id)}>
              <Icon name={icon} size={24} />
              <span>
                <strong><FormattedMessage id={`start.${id}`} /></strong>
                <span><FormattedMessage id={`start.${id}.does`} /></span>
                <span className="wr-muted"><FormattedMessage id={`start.${id}.not`} /></span>
              </span>
              <Icon name={way === id ? "up" : "down"} />
            </button>
            {way === id && (
              <div id={`way-${id}`} className="wr-way-body">
                {id === "capture" && <Capture onDone={(read) => finish(<FormattedMessage id="start.capture.done" values={{ packets: read.packets, observations: read.observations }} />)} />}
                {id === "watch" && <Watch onWatching={(sensor) => finish(<FormattedMessage id="start.watch.done" values={{ name: <bdi key="n">{sensor.id}</bdi> }} />)} />}
                {id === "simulation" && <Simulation />}
              </div>
            )}
          </li>
        ))}
      </ul>
      <p className="wr-start-foot wr-muted"><FormattedMessage id="start.then" values={{ zones: <Link key="z" to="/settings/site"><FormattedMessage id="start.zones" /></Link>, people: <Link key="p" to="/settings/people"><FormattedMessage id="start.people" /></Link> }} /></p>
    </div>
  );
}
