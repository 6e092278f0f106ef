import { FormattedMessage, useIntl } from "react-intl";
import type { ModelDetail } from "../../api/types";
import { Name, Num, Panel, Table, Time, type Column } from "../../ui";

interface Row { digest: string; part: string; from: string; to: string; rows: number; units?: number; version?: string; pending: boolean }

/** What is kept of its work: sketches of windows, and never a row. */
export function Kept({ of: m }: { of: ModelDetail }) {
  const intl = useIntl();
  const rows: Row[] = m.lines.flatMap((l) => l.recent.map((w) => ({ ...w, part: l.part ?? "", pending: !!l.pending?.some((p) => p.digest === w.digest) }))).reverse();
  return (
    <Panel title={<FormattedMessage id="model.kept" />}>
      <p><FormattedMessage id="model.kept.text" values={{ count: rows.length }} /></p>
      {rows.length > 0 && (
        <details>
          <summary><FormattedMessage id="model.kept.windows" values={{ count: rows.length }} /></summary>
          <Table caption={intl.formatMessage({ id: "model.kept" })} columns={columns} rows={rows} rowKey={(r) => r.part + r.digest} />
        </details>
      )}
    </Panel>
  );
}

const columns: Column<Row>[] = [
  { id: "from", header: <FormattedMessage id="model.window.from" />, cell: (r) => <Time at={r.from} mode="date" /> },
  { id: "part", header: <FormattedMessage id="model.window.of" />, cell: (r) => <><FormattedMessage id={r.part ? "model.part.inputs" : "model.part.inference"} />{r.pending && <span className="wr-small wr-muted">{" · "}<FormattedMessage id="model.window.waits" /></span>}</> },
  { id: "rows", header: <FormattedMessage id="model.window.rows" />, align: "end", cell: (r) => <Num value={r.rows} /> },
  { id: "units", header: <FormattedMessage id="model.window.units" />, align: "end", cell: (r) => <Num value={r.units} /> },
  { id: "digest", header: <FormattedMessage id="model.window.digest" />, wide: true, cell: (r) => <Name value={r.digest} mono /> },
];
