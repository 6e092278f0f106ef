import { FormattedMessage } from "react-intl";
import { useSend } from "../../api/client";
import { Banner, Button, Failure, LinkButton } from "../../ui";

/** The simulated ward runs beside this Wardround, never inside it. */
export function Simulation() {
  const start = useSend<{ url: string }>("POST", "/simulation");
  const url = start.data && safe(start.data.url);
  return (
    <div className="wr-stack">
      {url ? (
        <Banner kind="good" role="status" actions={<LinkButton kind="primary" icon="external" to={url}><FormattedMessage id="start.simulation.open" /></LinkButton>}>
          <FormattedMessage id="start.simulation.done" />
        </Banner>
      ) : (
        <div className="wr-form-acts"><Button kind="primary" icon="play" busy={start.isPending} onClick={() => start.mutate({ body: {} })}><FormattedMessage id="start.simulation.start" /></Button></div>
      )}
      {start.error && <Failure problem={start.error} retry={() => start.mutate({ body: {} })} />}
    </div>
  );
}

/** Only a web address becomes a link, whoever sent it. */
function safe(url: string): string | undefined {
  try {
    return ["http:", "https:"].includes(new URL(url).protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}
