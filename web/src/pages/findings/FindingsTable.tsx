import { useState } from "react";
import { useIntl } from "react-intl";
import { useNavigate } from "react-router";
import type { Listed } from "../../api/client";
import type { CaseLine, Finding } from "../../api/types";
import { Table } from "../../ui";
import { caseHref } from "../overview/NowList";
import { DecideDialog } from "../finding/DecideDialog";
import { caseColumns, findingColumns, memberColumns } from "./Columns";

/** More rows than this scroll in a box of their own, of which only what is in view is drawn. */
const drawAll = 150;
export const box = (total: number) => (total > drawAll ? { height: "max(360px, calc(100dvh - 250px))", rowHeight: 53 } : undefined);

interface Props<T> {
  list: Listed<T>;
  empty: React.ReactNode;
  sort?: string;
  onSort?: (sort: string) => void;
}

/** Findings, worked by keyboard: a decides, e shows evidence; neither does anything by itself. */
export function FindingsTable({ list, empty, sort, onSort, selected, onSelect, caption, members = false }: Props<Finding> & { selected?: Set<string>; onSelect?: (s: Set<string>) => void; caption?: string; members?: boolean }) {
  const intl = useIntl();
  const navigate = useNavigate();
  const [deciding, setDeciding] = useState<string | null>(null);
  return (
    <>
      <Table<Finding>
        caption={caption ?? intl.formatMessage({ id: "findings.title" })}
        columns={members ? memberColumns : findingColumns}
        rows={list.items}
        rowKey={(f) => f.id}
        rowHref={(f) => `/findings/${f.id}`}
        selected={selected}
        onSelect={onSelect}
        virtual={box(list.total)}
        sort={sort}
        onSort={onSort}
        loading={list.loading}
        total={list.total}
        more={list.more}
        onMore={list.loadMore}
        loadingMore={list.loadingMore}
        empty={empty}
        keys={{ a: (f) => setDeciding(f.id), e: (f) => void navigate(`/findings/${f.id}?evidence=newest`) }}
      />
      {deciding !== null && <DecideDialog id={deciding} onClose={() => setDeciding(null)} />}
    </>
  );
}

/** Cases: forty identical pumps in one line. */
export function CasesTable({ list, empty }: Props<CaseLine>) {
  const intl = useIntl();
  return (
    <Table<CaseLine>
      caption={intl.formatMessage({ id: "findings.cases" })}
      columns={caseColumns}
      rows={list.items}
      rowKey={(c) => c.id}
      rowHref={caseHref}
      virtual={box(list.total)}
      loading={list.loading}
      total={list.total}
      more={list.more}
      onMore={list.loadMore}
      loadingMore={list.loadingMore}
      empty={empty}
    />
  );
}
