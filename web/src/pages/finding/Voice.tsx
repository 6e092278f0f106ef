import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { FindingDetail } from "../../api/types";
import { Button, Icon, Panel, plain } from "../../ui";
import css from "./finding.module.css";

const whos = ["ward", "clinical_engineering", "security"] as const;

/** The finding in its five parts, in the order in which they are needed at three in the morning. */
export function VoiceOf({ finding: f, onEvidence }: { finding: FindingDetail; onEvidence: () => void }) {
  const v = f.voice;
  const intl = useIntl();
  const elsewhere = !intl.locale.startsWith(v.language);
  const text = (words: string): ReactNode => <p lang={v.language} dir="auto">{plain(words)}</p>;
  return (
    <Panel>
      <div className={css.voice}>
        {elsewhere && <p className="wr-small wr-muted"><FormattedMessage id="finding.voice.language" values={{ language: new Intl.DisplayNames([intl.locale], { type: "language" }).of(v.language) ?? v.language }} /></p>}
        <Part id="bedside" className={css.bedside}>{text(v.at_the_bedside)}</Part>
        <Part id="do">
          <dl className={css.do}>
            {whos.filter((w) => v.do[w]).map((w) => (
              <div key={w}>
                <dt><FormattedMessage id={`finding.voice.do.${w}`} /></dt>
                <dd>{text(v.do[w])}</dd>
              </div>
            ))}
          </dl>
        </Part>
        <Part id="dont" className={css.dont}>{text(v.dont)}</Part>
        <Part id="why">
          {text(v.why_we_say_so)}
          {v.wrong_if && <p className={css.wrong}><FormattedMessage id="finding.voice.wrong" values={{ text: <span lang={v.language} dir="auto">{plain(v.wrong_if)}</span> }} /></p>}
        </Part>
        <Part id="evidence">
          {text(v.evidence)}
          <div className="wr-row"><Button small icon="evidence" onClick={onEvidence} disabled={f.leaf === undefined}><FormattedMessage id="finding.voice.prove" /></Button></div>
        </Part>
        {!v.reviewed && <p className={css.review}><Icon name="info" size={14} /> <span>{v.review ? <bdi lang={v.language}>{plain(v.review)}</bdi> : <FormattedMessage id="finding.voice.unreviewed" />}</span></p>}
      </div>
    </Panel>
  );
}

function Part({ id, className, children }: { id: string; className?: string; children: ReactNode }) {
  return (
    <section className={className ? `${css.part} ${className}` : css.part} data-part={id}>
      <h2><FormattedMessage id={`finding.voice.${id}`} /></h2>
      <div>{children}</div>
    </section>
  );
}
