import { useEffect, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useLive } from "../api/client";
import { cx, Icon, setSiteTime, Time } from "../ui";

/** Whether the page hears the server, in a word, a shape and the site's time. */
export function LiveState() {
  const intl = useIntl();
  const { state, at, lag } = useLive();
  useEffect(() => setSiteTime(at), [at]);
  const late = lag !== undefined && lag > 5_000;
  return (
    <span className={cx("wr-live", `wr-live-${state}`)} title={late ? intl.formatMessage({ id: "shell.live.lag" }, { seconds: Math.round(lag / 1000) }) : undefined}>
      <span className="wr-live-dot" aria-hidden="true" />
      <span className="wr-live-word"><FormattedMessage id={`shell.live.${state}`} /></span>
      {/* Fixed width and not announced: a clock read out each second would drown everything else. */}
      <span className="wr-live-clock" aria-hidden="true">{at && <Time at={at} mode="clock" seconds />}</span>
    </span>
  );
}

/** Over the page's foot, so that nothing moves: what is shown is old, and nothing is lost. */
export function Offline() {
  const { state, at } = useLive();
  const [last, setLast] = useState<string>();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (state === "live" && at) setLast(at);
  }, [state, at]);
  useEffect(() => {
    if (state !== "lost" && state !== "connecting") {
      setShown(state === "back");
      return;
    }
    if (state === "connecting") return;
    const wait = setTimeout(() => setShown(true), 2_000); // a breath: most losses heal before anybody need know
    return () => clearTimeout(wait);
  }, [state]);
  const lost = state === "lost" && shown;
  const back = state === "back" && shown;
  return (
    <div className="wr-offline" role="status">
      {lost && (
        <div className="wr-offline-line">
          <Icon name="warning" />
          <span>{last ? <FormattedMessage id="shell.offline.since" values={{ at: <Time at={last} mode="clock" seconds /> }} /> : <FormattedMessage id="shell.offline" />}</span>
        </div>
      )}
      {back && (
        <div className="wr-offline-line wr-offline-back">
          <Icon name="check" />
          <span><FormattedMessage id="shell.back" /></span>
        </div>
      )}
    </div>
  );
}
