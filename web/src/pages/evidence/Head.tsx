import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Ledger } from "../../api/types";
import { Button, Name, Time, plain } from "../../ui";

/** The tree's head and what signs it: small enough to be copied elsewhere, which is what makes it proof. */
export function Head({ ledger: l }: { ledger: Ledger }) {
  const intl = useIntl();
  return (
    <>
    <dl className="ev-facts">
      <dt><FormattedMessage id="evidence.size" /></dt><dd>{intl.formatNumber(l.size)}</dd>
      <dt><FormattedMessage id="evidence.root" /></dt><dd className="ev-hash"><Name value={l.root} mono /><Copy value={l.root} /></dd>
      <dt><FormattedMessage id="evidence.checkpoint" /></dt>
      <dd>
        {l.checkpoint ? (
          <details>
            <summary><FormattedMessage id="evidence.checkpoint.of" values={{ size: l.checkpoint.size, time: <Time at={l.checkpoint.at} /> }} /></summary>
            <pre className="ev-pre" tabIndex={0}>{l.checkpoint.signed.split("\n").map(plain).join("\n")}</pre>
            <Copy value={l.checkpoint.signed} />
          </details>
        ) : <FormattedMessage id="evidence.checkpoint.none" />}
      </dd>
      {l.keys.map((k) => (
        <div key={k.verifier} className="ev-key">
          <dt><FormattedMessage id="evidence.key" values={{ name: <Name value={k.name} /> }} /></dt>
          <dd><span className="ev-hash"><Name value={k.verifier} mono /><Copy value={k.verifier} /></span><span className="wr-muted wr-small"><Name value={k.fingerprint} mono /></span></dd>
        </div>
      ))}
    </dl>
    <p className="ev-note wr-muted wr-small"><FormattedMessage id="evidence.keep" /></p>
    </>
  );
}

export function Copy({ value }: { value: string }) {
  const [done, setDone] = useState(false);
  if (!navigator.clipboard) return null;
  return <Button small kind="quiet" icon={done ? "check" : "copy"} onClick={() => void navigator.clipboard.writeText(value).then(() => setDone(true), () => setDone(false))}><FormattedMessage id={done ? "evidence.copied" : "evidence.copy"} /></Button>;
}
