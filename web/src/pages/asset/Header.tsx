import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import type { Asset } from "../../api/types";
import { Icon, Name, SeverityMark, StateMark, Time, Word, plain } from "../../ui";
import { useZoneNames } from "../assets/Facets";
import { word } from "../assets/words";

/** Who it is in one glance: name, role, ward, what it does for a patient, and how its three concerns stand. */
export function Header({ asset: a, actions }: { asset: Asset; actions: ReactNode }) {
  const intl = useIntl();
  const zone = useZoneNames();
  const kind = intl.formatMessage({ id: `kind.${a.kind}` }), said = word(intl, "assetrole", a.role);
  const place = [a.ward, zone(a.zone)].filter(Boolean).join(" · ");
  return (
    <header className="at-head">
      <div className="at-title">
        <span className="at-glyph"><Icon name={a.kind} size={26} /></span>
        <div>
          <h1 tabIndex={-1}><Name value={a.name} wrap /></h1>
          <p className="at-line">
            {(!a.role || said !== kind) && <span title={a.kind_reason && plain(a.kind_reason)}>{kind}</span>}
            <span>{a.role ? <bdi>{said}</bdi> : <FormattedMessage id="asset.role.unknown" />}</span>
            <span>{place ? <Name value={place} /> : <FormattedMessage id="asset.place.unknown" />}</span>
            <span className="at-critical" title={a.criticality_reason && plain(a.criticality_reason)}><Word group="criticality" value={a.criticality} /></span>
            {a.kind === "model" && <span><Link to={`/models?asset=${encodeURIComponent(a.id)}`}><FormattedMessage id="asset.model" /></Link></span>}
            {a.remote && <span><FormattedMessage id="asset.remote" /></span>}
          </p>
          <p className="at-line wr-muted wr-small">
            <span><FormattedMessage id="asset.seen" values={{ first: <Time at={a.first} />, last: <Time at={a.last} mode="relative" /> }} /></span>
            {a.gateway && <span><FormattedMessage id="asset.behind" values={{ gateway: <Link to={`/assets/${a.gateway}`}><Name value={a.gateway_name ?? a.gateway} /></Link> }} /></span>}
          </p>
        </div>
        <div className="at-actions">{actions}</div>
      </div>
      <ul className="at-concerns">
        {a.status?.map((s) => (
          <li key={s.concern}>
            <Link to={`/findings?asset=${encodeURIComponent(a.id)}&concern=${s.concern}`}>
              <span className="at-concern"><Word group="concern" value={s.concern} /></span>
              <span className="at-concern-state">{s.state === "failing" ? <SeverityMark severity={s.worst} /> : <StateMark state={s.state} />}</span>
              <span className="wr-muted wr-small">{s.checks_applicable > 0 ? <FormattedMessage id="asset.fresh" values={{ fresh: s.checks_fresh, applicable: s.checks_applicable }} /> : <FormattedMessage id="asset.fresh.none" />}</span>
            </Link>
          </li>
        ))}
      </ul>
    </header>
  );
}
