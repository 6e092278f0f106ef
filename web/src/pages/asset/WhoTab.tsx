import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Asset, Identifier } from "../../api/types";
import { useMay } from "../../app/session";
import { Button, Empty, Name, Num, Panel, Table, Time, plain, type Column } from "../../ui";
import { AssetWord, sourceWord } from "../assets/words";
import { AttributeRow } from "./AttributeRow";
import { editable, held, heldFirst, shownAttributes } from "./parts";
import { Proposals } from "./Proposals";
import type { Done } from "./undo";

/** Who it is and how we know: every fact with its source, every guess as a question. */
export function WhoTab({ asset, onDone, onReload }: { asset: Asset; onDone: (d: Done) => void; onReload: () => void }) {
  const intl = useIntl();
  const may = useMay("inventory");
  const [all, showAll] = useState(false);
  const ids = heldFirst(asset.identifiers ?? []);
  const names = shownAttributes(asset);
  // What nobody knows of, but may say, folds away; what is known and what a ward needs first stays.
  const first = new Set<string>(editable.slice(0, 6));
  const known = names.filter((n) => asset.attributes?.[n] || first.has(n));
  const shown = all ? names : known;
  return (
    <>
      {asset.proposals > 0 && <Proposals asset={asset} onDone={onDone} />}
      <div className="at-who">
        <Panel title={<FormattedMessage id="asset.attributes" />}>
          <dl className="at-attributes">
            {shown.map((n) => <AttributeRow key={n} asset={asset} name={n} may={may && (editable as readonly string[]).includes(n)} onDone={onDone} onReload={onReload} />)}
          </dl>
          {names.length > known.length && (
            <Button small kind="quiet" aria-expanded={all} onClick={() => showAll(!all)}>
              <FormattedMessage id={all ? "asset.attributes.fewer" : "asset.attributes.more"} values={{ count: names.length - known.length }} />
            </Button>
          )}
        </Panel>
        <Panel flush title={<FormattedMessage id="asset.identifiers" values={{ count: ids.filter(held).length }} />}>
          <Table
            caption={intl.formatMessage({ id: "asset.identifiers.caption" })} columns={identifierColumns()} rows={ids} rowKey={(i) => `${i.type} ${i.value}`}
            empty={<Empty title={<FormattedMessage id="asset.identifiers.none" />} />}
          />
          {asset.aliases && asset.aliases.length > 0 && (
            <p className="at-aliases wr-muted"><FormattedMessage id="asset.aliases" values={{ count: asset.aliases.length, ids: <span className="wr-mono">{asset.aliases.map(plain).join(", ")}</span> }} /></p>
          )}
        </Panel>
      </div>
    </>
  );

  function identifierColumns(): Column<Identifier>[] {
    const head = (id: string) => <FormattedMessage id={`asset.identifier.${id}`} />;
    return [
      { id: "type", header: head("type"), width: "22%", cell: (i) => <AssetWord group="identifier" value={i.type} /> },
      { id: "value", header: head("value"), cell: (i) => <span className={held(i) ? undefined : "at-loose"}><Name value={i.value} mono />{!held(i) && <span className="wr-small"><FormattedMessage id="asset.identifier.loose" /></span>}</span> },
      { id: "source", header: head("source"), width: "20%", wide: true, cell: (i) => <Name value={sourceWord(intl, i.source)} /> },
      { id: "sure", header: head("sure"), width: "4rem", align: "end", cell: (i) => <Sure confidence={i.confidence} /> },
      { id: "last", header: head("last"), width: "8.25rem", wide: true, cell: (i) => <span title={intl.formatMessage({ id: "asset.identifier.first" }, { time: intl.formatDate(i.first, { dateStyle: "medium", timeStyle: "short" }) })}><Time at={i.last} mode="relative" /></span> },
    ];
  }
}

/** A probability in percent, as a number and a bar of that length. */
export function Sure({ confidence }: { confidence: number }) {
  return (
    <span className="at-sure">
      <Num value={confidence} unit="%" />
      <span className="at-sure-bar" aria-hidden="true"><span style={{ inlineSize: `${Math.min(100, Math.max(0, confidence))}%` }} /></span>
    </span>
  );
}
