import { FormattedMessage, useIntl } from "react-intl";
import { useApi } from "../../api/client";
import type { ModelDetail, ModelDocumentContent } from "../../api/types";
import { Failure, Name, Panel, plain, Skeleton, Tag, Time } from "../../ui";
import { share } from "./Judgements";

/** What is said of it, beside what is measured here. */
export function CardPanel({ of: m }: { of: ModelDetail }) {
  const card = m.documents.find((d) => d.kind === "card" && !d.problem);
  return (
    <Panel title={<FormattedMessage id="model.card" />}>
      {card ? <Card model={m} digest={card.digest} /> : <><p className="wr-muted"><FormattedMessage id="model.card.none" /></p><code className="pf-code">wardround model import card.cdx.json</code></>}
      {m.documents.length > 0 && (
        <ul className="pf-list">
          {m.documents.map((d) => (
            <li key={d.kind + (d.part ?? "") + d.digest}>
              <span className="pf-split"><span><Tag kind={d.problem ? "warning" : undefined}><FormattedMessage id={`modeldocument.${d.kind}`} defaultMessage={plain(d.kind).replace(/[{}<>']/g, "")} /></Tag> <Name value={d.file ?? d.digest} wrap /></span><span className="wr-small wr-muted"><Time at={d.at} mode="date" /></span></span>
              {d.problem && <span lang="en"><Name value={d.problem} wrap /></span>}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Card({ model, digest }: { model: ModelDetail; digest: string }) {
  const intl = useIntl();
  const { data, error, isPending, refetch } = useApi<ModelDocumentContent>(`/models/${encodeURIComponent(model.key)}/documents/${encodeURIComponent(digest)}`);
  if (error) return <Failure problem={error} retry={() => void refetch()} />;
  if (isPending || !data?.card) return <Skeleton lines={4} />;
  const c = data.card;
  // What is measured here, by the name that the card uses.
  const measured = (metric: string, slice?: string) => {
    const j = model.judgements.find((x) => x.topic === (slice ? "subgroup" : "performance") && typeof x.facts?.[metric] === "string" && (!slice || x.facts?.["group"] === slice));
    return j ? String(j.facts![metric]) : "";
  };
  const texts = ([["use", c.use_cases], ["users", c.users], ["limits", c.limitations], ["risks", c.risks], ["inputs", c.inputs], ["outputs", c.outputs], ["data", c.datasets?.map((d) => [d.name, d.use, d.units ?? d.rows].filter(Boolean).join(" · "))]] as const).filter(([, v]) => v && v.length > 0);
  return (
    <>
      {c.description && <p className="pf-text" lang="en">{plain(c.description)}</p>}
      <dl className="pf-facts">{texts.map(([k, v]) => [<dt key={k}><FormattedMessage id={`model.card.${k}`} /></dt>, <dd key={`${k}=`}><Name value={v!.join("; ")} wrap /></dd>])}</dl>
      {c.claims && c.claims.length > 0 && (
        <table className="md-numbers">
          <caption className="wr-hidden"><FormattedMessage id="model.claims" /></caption>
          <thead><tr><th scope="col"><FormattedMessage id="model.metric" /></th><th scope="col"><FormattedMessage id="model.claimed" /></th><th scope="col"><FormattedMessage id="model.measured" /></th></tr></thead>
          <tbody>
            {c.claims.slice(0, 40).map((x, i) => (
              <tr key={i}>
                <th scope="row"><Name value={[x.metric, x.slice, x.operating_point].filter(Boolean).join(" · ")} wrap /></th>
                <td>{share(intl, x.value)}{x.low !== undefined && x.high !== undefined && ` (${share(intl, x.low)} – ${share(intl, x.high)})`}</td>
                <td>{measured(x.metric, x.slice) ? plain(measured(x.metric, x.slice)) : <span className="wr-muted"><FormattedMessage id="assets.notknown" /></span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
