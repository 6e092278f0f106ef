import { FormattedMessage, useIntl } from "react-intl";
import { useApi } from "../../api/client";
import type { FindingDetail } from "../../api/types";
import { Dialog, Failure, plain, Skeleton } from "../../ui";
import { Decide } from "./Decide";

/** The decision box of one finding, over a list. */
export function DecideDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const intl = useIntl();
  const { data, error, isPending, refetch } = useApi<FindingDetail>(`/findings/${encodeURIComponent(id)}`, { language: intl.locale.split("-")[0] });
  return (
    <Dialog title={data ? <span lang={data.voice.language}>{plain(data.voice.title)}</span> : <FormattedMessage id="finding.decide" />} open onClose={onClose}>
      {isPending && <Skeleton lines={6} />}
      {error && !data && <Failure problem={error} retry={() => void refetch()} />}
      {data && (
        <div className="wr-stack">
          <p className="wr-muted"><bdi>{plain(data.voice.where)}</bdi></p>
          <p lang={data.voice.language}>{plain(data.voice.at_the_bedside)}</p>
          <Decide finding={data} onNewer={() => void refetch()} onDone={onClose} />
        </div>
      )}
    </Dialog>
  );
}
