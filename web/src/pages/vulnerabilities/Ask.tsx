import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { useApi } from "../../api/client";
import type { Affected } from "../../api/types";
import { Button, Failure, Field, Name, plain, Skeleton, TextInput } from "../../ui";
import { Three } from "../vulnerability/Three";

/** "Are we affected by …?": a vulnerability's id, or a package and a range. The question stands in the URL. */
export function Ask({ q, onAsk }: { q: string; onAsk: (q: string) => void }) {
  const intl = useIntl();
  const [typed, setTyped] = useState(q);
  const asked = useApi<Affected>(q ? "/portfolio/affected" : null, { q, limit: 100 }, { live: ["findings"], keep: true });
  return (
    <section className="va-ask">
      <form
        className="pf-ask"
        role="search"
        aria-label={intl.formatMessage({ id: "ask.label" })}
        onSubmit={(e) => {
          e.preventDefault();
          onAsk(typed.trim());
        }}
      >
        <Field label={<FormattedMessage id="ask.label" />} hint={<FormattedMessage id="ask.hint" values={{ a: <code key="a">CVE-2021-44228</code>, b: <code key="b">pkg:npm/lodash &lt; 4.17.21</code> }} />}>
          <TextInput mono value={typed} onChange={setTyped} autoComplete="off" spellCheck={false} maxLength={400} />
        </Field>
        <Button type="submit" kind="primary" icon="search" disabled={typed.trim() === ""}><FormattedMessage id="ask.verb" /></Button>
        {q && <Button onClick={() => (setTyped(""), onAsk(""))}><FormattedMessage id="ask.clear" /></Button>}
      </form>
      {q && asked.error && <Failure problem={asked.error} retry={() => void asked.refetch()} title={<FormattedMessage id="ask.failed" values={{ q: plain(q) }} />} />}
      {q && !asked.error && asked.isPending && <Skeleton lines={5} />}
      {q && asked.data && (
        <div className="va-answer" role="region" aria-label={intl.formatMessage({ id: "ask.answer" }, { q: plain(q) })} aria-busy={asked.isPlaceholderData || undefined}>
          <p className="va-said" role="status">
            <strong>{said(asked.data)}</strong>{" "}
            {asked.data.vulnerability && <Link to={`/vulnerabilities/${encodeURIComponent(asked.data.vulnerability)}`}><Name value={asked.data.vulnerability} mono /></Link>}
            {asked.data.title && <> <Name value={asked.data.title} wrap /></>}
          </p>
          <Three answer={asked.data} />
        </div>
      )}
    </section>
  );

  // Where it cannot be told of anything, "no" would be a lie.
  function said(a: Affected): string {
    const id = a.affected.subjects > 0 ? "ask.yes" : a.cannot_tell.subjects > 0 ? "ask.untold" : a.not_affected.subjects > 0 ? "ask.no" : "ask.nothing";
    return intl.formatMessage({ id }, { subjects: a.affected.subjects, assets: a.affected.assets, unknown: a.cannot_tell.subjects });
  }
}
