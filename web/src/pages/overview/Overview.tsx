import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useApi } from "../../api/client";
import type { Overview as Answer } from "../../api/types";
import { useMay, useSession } from "../../app/session";
import { useTitle } from "../../app/title";
import { Banner, Failure, Icon, Panel, Skeleton, Time } from "../../ui";
import { Changes } from "./Changes";
import { Coverage } from "./Coverage";
import { FirstRun } from "./FirstRun";
import { NowList } from "./NowList";
import css from "./overview.module.css";
import { Sensors } from "./Sensors";

/** What is dangerous for patients now, what changed, and where nobody is looking. */
export default function Overview() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "overview.title" }));
  const { data, error, isPending, refetch } = useApi<Answer>("/overview", { language: intl.locale.split("-")[0] }, { live: ["overview", "findings", "assets", "sensors"] });
  return (
    <div className={css.page}>
      <h1 className="wr-hidden" tabIndex={-1}><FormattedMessage id="overview.title" /></h1>
      {error && (data
        ? <Banner kind="warning" role="status"><FormattedMessage id="overview.offline" values={{ time: <Time at={data.at} mode="clock" /> }} /></Banner>
        : <Failure problem={error} retry={() => void refetch()} />)}
      {isPending ? <Waiting /> : data && <Shown overview={data} />}
    </div>
  );
}

function Shown({ overview }: { overview: Answer }) {
  const { setup } = useSession();
  const mayChoose = useMay("settings");
  if (setup || nothing(overview)) return <FirstRun mayChoose={mayChoose} />;
  return (
    <>
      <NowList overview={overview} />
      <Notes overview={overview} />
      <div className={css.lower}>
        <div className={css.changed}><Changes overview={overview} /></div>
        <div className={css.covered}><Coverage matrix={overview.coverage} /></div>
        <div className={css.sensing} id="sensors"><Sensors sensors={overview.sensors} /></div>
      </div>
    </>
  );
}

/** Nothing is watched and nothing was ever seen. */
const nothing = (o: Answer): boolean =>
  o.sensors.length === 0 && o.now.length === 0 && o.coverage.unclassified === 0 && o.coverage.rows.every((r) => r.assets === 0);

/** What the reader of the numbers must know: learning goes on, questions wait. */
function Notes({ overview: o }: { overview: Answer }) {
  const mayAnswer = useMay("inventory");
  const asks = o.proposals > 0 && mayAnswer;
  if (!o.learning_until && !asks) return null;
  return (
    <div className={css.notes}>
      {o.learning_until && <p><Icon name="clock" size={16} /><span><FormattedMessage id="overview.learning" values={{ time: <Time at={o.learning_until} mode="date" /> }} /></span></p>}
      {asks && <p><Icon name="proposals" size={16} /><Link to="/proposals"><FormattedMessage id="overview.proposals" values={{ count: o.proposals }} /></Link></p>}
    </div>
  );
}

/** The page in its own proportions while it loads, so that nothing jumps. */
function Waiting() {
  return (
    <>
      <Panel title={<FormattedMessage id="overview.now" />}><Skeleton lines={6} height={22} /></Panel>
      <div className={css.lower}>
        <div className={css.changed}><Panel title={<FormattedMessage id="overview.changes" />}><Skeleton lines={6} /></Panel></div>
        <div className={css.covered}><Panel title={<FormattedMessage id="overview.coverage" />}><Skeleton lines={8} height={36} /></Panel></div>
        <div className={css.sensing}><Panel title={<FormattedMessage id="overview.sensors" />}><Skeleton lines={3} /></Panel></div>
      </div>
    </>
  );
}
