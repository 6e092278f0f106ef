import { FormattedMessage, useIntl } from "react-intl";
import type { Asset } from "../../api/types";
import { Name, Panel, Time } from "../../ui";
import { AssetWord, sourceWord } from "../assets/words";
import { Sure } from "./WhoTab";

const software = ["software", "firmware", "implementation", "product", "os"];
const product = ["maker", "model", "serial", "mac-maker"];
const support = ["support-until", "security-support-until", "end-of-life"];

/** What it runs, as far as anybody said or showed it. What isn't known stands there as not known: it is an answer too. */
export function RunsTab({ asset }: { asset: Asset }) {
  return (
    <div className="at-columns">
      <Panel title={<FormattedMessage id="asset.runs.product" />}><Facts asset={asset} names={product} /></Panel>
      <Panel title={<FormattedMessage id="asset.runs.software" />}>
        <Facts asset={asset} names={software} />
        <p className="at-note wr-muted"><FormattedMessage id="asset.runs.release" values={{ release: asset.release ? <code>{asset.release}</code> : <FormattedMessage id="assets.notknown" /> }} /></p>
      </Panel>
      <Panel title={<FormattedMessage id="asset.runs.support" />}>
        <Facts asset={asset} names={support} />
        {!support.some((n) => asset.attributes?.[n]) && <p className="at-note"><FormattedMessage id="asset.runs.support.none" /></p>}
      </Panel>
      <Panel title={<FormattedMessage id="asset.runs.parts" />}><p className="at-note"><FormattedMessage id="asset.runs.parts.none" /></p></Panel>
    </div>
  );
}

function Facts({ asset, names }: { asset: Asset; names: string[] }) {
  const intl = useIntl();
  return (
    <dl className="at-attributes">
      {names.map((n) => {
        const at = asset.attributes?.[n];
        return (
          <div key={n} className="at-attribute">
            <dt><AssetWord group="attribute" value={n} /></dt>
            <dd>
              <span className="at-value">{at ? <Name value={at.value} wrap /> : <span className="wr-muted"><FormattedMessage id="assets.notknown" /></span>}</span>
              {at && <span className="at-how"><Name value={sourceWord(intl, at.source)} /><Sure confidence={at.confidence} /><Time at={at.at} mode="relative" /></span>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
