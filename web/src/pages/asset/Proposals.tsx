import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useApi, useSend } from "../../api/client";
import type { Asset, Page, Proposal } from "../../api/types";
import { useMay } from "../../app/session";
import { Button, Failure, Name, Panel, Skeleton, Time, Word, plain } from "../../ui";
import { word } from "../assets/words";
import type { Done } from "./undo";

/** The inventory's questions about this asset, answered where they arise. */
export function Proposals({ asset, onDone }: { asset: Asset; onDone: (d: Done) => void }) {
  const intl = useIntl();
  const may = useMay("inventory");
  const { data, error, isPending, refetch } = useApi<Page<Proposal>>("/proposals", { state: "open", asset: asset.id, language: intl.locale.split("-")[0], limit: 500 });
  const answer = useSend<Proposal, { accept: boolean }>("POST", "/proposals", ["/proposals", "/assets", "/map"]);
  // The list may hold those of others: only what names this asset, or what was merged into it, is asked here.
  const ids = new Set([asset.id, ...(asset.aliases ?? [])]);
  const mine = data?.items.filter((p) => p.state === "open" && ((p.asset && ids.has(p.asset)) || (p.other && ids.has(p.other)))) ?? [];
  const say = (p: Proposal, accept: boolean) =>
    answer.mutate({ path: `/proposals/${encodeURIComponent(p.id)}/answer`, body: { accept } }, { onSuccess: () => onDone({
      did: accept && p.kind === "merge" ? "merged" : "answered", what: intl.formatMessage({ id: `asset.ask.${p.kind}.short` }, { field: p.field ? word(intl, "attribute", p.field) : "" }),
      ...(accept && p.kind === "merge" && p.asset && p.other ? { undo: [{ act: "split" as const, asset: p.asset, other: p.other }] } : {}),
    }) });
  if (data && mine.length === 0) return null;
  return (
    <Panel title={<FormattedMessage id="asset.asks" values={{ count: mine.length || asset.proposals }} />}>
      {error && <Failure problem={error} retry={() => void refetch()} />}
      {isPending && <Skeleton lines={2} />}
      <ul className="at-asks">
        {mine.map((p) => (
          <li key={p.id}>
            <div>
              <p className="at-question"><Question p={p} /></p>
              <p className="wr-muted wr-small"><FormattedMessage id="asset.ask.why" values={{ reason: <bdi lang={p.english?.includes("reason") ? "en" : p.language}>{plain(p.reason)}</bdi>, time: <Time at={p.at} mode="relative" /> }} /></p>
            </div>
            {may && (
              <div className="wr-row">
                <Button small icon="check" busy={answer.isPending && answer.variables?.path?.includes(p.id)} onClick={() => say(p, true)}><FormattedMessage id="asset.ask.accept" /></Button>
                <Button small kind="quiet" icon="close" disabled={answer.isPending} onClick={() => say(p, false)}><FormattedMessage id="asset.ask.reject" /></Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {answer.error && <Failure problem={answer.error} />}
    </Panel>
  );

  function Question({ p }: { p: Proposal }) {
    const other = p.asset && ids.has(p.asset) ? { id: p.other, name: p.other_name } : { id: p.asset, name: p.asset_name };
    const value = p.kind === "kind" || p.kind === "criticality" ? <Word group={p.kind} value={p.value ?? "unknown"} /> : p.kind === "role" ? word(intl, "assetrole", p.value) : <Name value={p.value ?? ""} wrap />;
    return (
      <FormattedMessage id={`asset.ask.${p.kind}`} values={{
        other: other.id ? <Link to={`/assets/${encodeURIComponent(other.id)}`}><Name value={other.name ?? other.id} /></Link> : "", value, field: p.field ? word(intl, "attribute", p.field) : "",
      }} />
    );
  }
}
