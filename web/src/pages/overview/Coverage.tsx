import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import type { AssetKind, Cell, Matrix } from "../../api/types";
import { Glyph, Panel } from "../../ui";
import css from "./overview.module.css";

type Status = "failing" | "unwatched" | "unknown" | "passing";

/** The states of a cell from the worst: what nobody looks at is worse than what was looked at and cannot be told. */
const order: Status[] = ["failing", "unwatched", "unknown", "passing"];
const concerns = ["security", "privacy", "interoperability"] as const;

/** Four kinds by three concerns: what is wrong, what is unknown, and where nobody is looking. Never a bare percentage. */
export function Coverage({ matrix }: { matrix: Matrix }) {
  return (
    <Panel title={<FormattedMessage id="overview.coverage" />} actions={<Legend />}>
      <table className={css.matrix} role="table">
        <caption className="wr-hidden"><FormattedMessage id="overview.coverage.explain" /></caption>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col"><span className="wr-hidden"><FormattedMessage id="overview.coverage.kind" /></span></th>
            {concerns.map((c) => <th key={c} role="columnheader" scope="col"><FormattedMessage id={`concern.${c}`} /></th>)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {matrix.rows.filter((row) => row.kind !== "unknown" || row.assets > 0).map((row) => (
            <tr key={row.kind} role="row">
              <th role="rowheader" scope="row">
                <span className={css.kind}><FormattedMessage id={`overview.kind.${row.kind}`} /></span>
                <Link to={row.kind === "model" ? "/models" : `/assets?kind=${row.kind}`} className={css.kindCount}>
                  <FormattedMessage id="overview.coverage.assets" values={{ count: row.assets }} />
                </Link>
              </th>
              {row.cells.map((cell) => (
                <td key={cell.concern} role="cell" className={css.cell}>
                  <span className={css.cellConcern} aria-hidden="true"><FormattedMessage id={`concern.${cell.concern}`} /></span>
                  <CellView kind={row.kind} cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {matrix.unclassified > 0 && !matrix.rows.some((r) => r.kind === "unknown") && (
        <p className={css.unclassified}>
          <Link to="/assets?kind=unknown"><FormattedMessage id="overview.coverage.unclassified" values={{ count: matrix.unclassified }} /></Link>
        </p>
      )}
    </Panel>
  );
}

function CellView({ kind, cell }: { kind: AssetKind; cell: Cell }) {
  const present = order.filter((s) => cell[s] > 0);
  const [worst, ...rest] = present;
  if (worst === undefined) return <span className="wr-muted"><FormattedMessage id="overview.coverage.nothing" /></span>;
  return (
    <div className={css.cellBody}>
      <p className={css.worst}><Door kind={kind} cell={cell} status={worst} wide /></p>
      <div className={css.bar} aria-hidden="true">
        {present.map((s) => <span key={s} data-status={s} data-severity={cell.worst} style={{ flexGrow: cell[s] }} />)}
      </div>
      <p className={css.rest}>
        {rest.map((s) => <Door key={s} kind={kind} cell={cell} status={s} />)}
        <Link to={`/checks?concern=${cell.concern}&kind=${kind}`} className={css.fresh} data-partly={cell.checks_fresh < cell.checks_applicable}>
          {cell.checks_applicable === 0
            ? <FormattedMessage id="overview.coverage.fresh.none" />
            : <FormattedMessage id="overview.coverage.fresh" values={{ fresh: cell.checks_fresh, applicable: cell.checks_applicable }} />}
        </Link>
      </p>
    </div>
  );
}

/** A number that opens the assets it counts. */
function Door({ kind, cell, status, wide = false }: { kind: AssetKind; cell: Cell; status: Status; wide?: boolean }) {
  const intl = useIntl();
  const word = (id: string) => intl.formatMessage({ id });
  const count = cell[status];
  const worst = word(`severity.${cell.worst}`);
  const label = intl.formatMessage(
    { id: `overview.coverage.label.${status}` },
    { kind: word(`overview.kind.${kind}`), concern: word(`concern.${cell.concern}`), count, worst },
  );
  return (
    <Link to={`/assets?kind=${kind}&concern=${cell.concern}&status=${status}`} className={css.door} data-status={status} data-severity={cell.worst} title={label}>
      <Glyph of={status === "failing" ? cell.worst : status === "passing" ? "pass" : status} />
      <span>
        {wide || status === "failing"
          ? <FormattedMessage id={`overview.coverage.${status}`} values={{ count, worst }} />
          : intl.formatNumber(count)}
      </span>
      <span className="wr-hidden"> ({label})</span>
    </Link>
  );
}

function Legend() {
  return (
    <ul className={css.legend} aria-hidden="true">
      {order.slice(1).map((s) => (
        <li key={s}><Glyph of={s === "passing" ? "pass" : s === "failing" ? "medium" : s} size={12} /> <FormattedMessage id={`overview.coverage.legend.${s}`} /></li>
      ))}
    </ul>
  );
}
