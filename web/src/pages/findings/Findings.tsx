import { useState } from "react";
import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { fileURL, useFilters, usePage } from "../../api/client";
import type { Listed } from "../../api/client";
import type { CaseLine, Finding } from "../../api/types";
import { useKeys } from "../../app/keyboard";
import { useTitle } from "../../app/title";
import { Button, Checkbox, Empty, Failure, LinkButton, PageHead, Time } from "../../ui";
import { BulkBar } from "./BulkBar";
import { Filtering } from "./Filtering";
import { canFold, caseParams, type Filters, findingParams, folded, noFilters } from "./filters";
import css from "./findings.module.css";
import { CasesTable, FindingsTable } from "./FindingsTable";
import { useLanguage } from "./names";
import { SavedViews } from "./SavedViews";

/** The queue: what is wrong, the worst for patients first. */
export default function Findings() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "findings.title" }));
  const [filters, setFilters, clear] = useFilters<Filters>(noFilters);
  const fold = folded(filters);
  // A letter moves to the first row; from there on the table has its own keys.
  const toRows = () => document.querySelector<HTMLElement>("main tbody tr[tabindex='0'], [data-findings] tbody tr[tabindex='0']")?.focus();
  useKeys({ j: toRows, k: toRows });
  return (
    <div data-findings>
      <PageHead title={<FormattedMessage id="findings.title" />} actions={<Actions filters={filters} fold={fold} />} />
      <Filtering filters={filters} onChange={setFilters} onClear={clear} fold={fold}>
        <Checkbox
          checked={fold}
          disabled={!canFold(filters)}
          onChange={(on) => setFilters({ fold: on ? "" : "no" })}
          label={<FormattedMessage id="findings.fold" />}
          title={canFold(filters) ? undefined : intl.formatMessage({ id: "findings.fold.not" })}
        />
      </Filtering>
      <div className={css.list}>{fold ? <Cases filters={filters} clear={clear} /> : <Queue key={JSON.stringify({ ...filters, sort: "" })} filters={filters} onSort={(sort) => setFilters({ sort })} clear={clear} />}</div>
    </div>
  );
}

function Queue({ filters, onSort, clear }: { filters: Filters; onSort: (sort: string) => void; clear: () => void }) {
  const language = useLanguage();
  const list = usePage<Finding>("/findings", { ...findingParams(filters), language, limit: 100 }, { announce: ["findings"], keep: true });
  const [selected, setSelected] = useState<Set<string>>(new Set());
  return (
    <>
      <Summary list={list} id="findings.count" />
      {list.problem && list.items.length === 0 ? <Failure problem={list.problem} retry={list.refresh} /> : (
        <FindingsTable list={list} selected={selected} onSelect={setSelected} sort={filters.sort} onSort={onSort} empty={<Nothing filters={filters} clear={clear} />} />
      )}
      <BulkBar findings={list.items.filter((f) => selected.has(f.id))} onClear={() => setSelected(new Set())} onDone={(refused) => setSelected(new Set(refused))} />
    </>
  );
}

function Cases({ filters, clear }: { filters: Filters; clear: () => void }) {
  const language = useLanguage();
  const list = usePage<CaseLine>("/cases", { ...caseParams(filters), language, limit: 100 }, { announce: ["findings"], keep: true });
  return (
    <>
      <Summary list={list} id="findings.cases.count" />
      {list.problem && list.items.length === 0 ? <Failure problem={list.problem} retry={list.refresh} /> : <CasesTable list={list} empty={<Nothing filters={filters} clear={clear} />} />}
    </>
  );
}

/** How many, as of when, and what has changed since: it waits here instead of moving rows under the reader's eyes. */
function Summary<T>({ list, id }: { list: Listed<T>; id: string }): ReactNode {
  return (
    <div className={css.summary} aria-live="polite">
      <span className="wr-muted">
        {list.loading ? <FormattedMessage id="ui.loading" /> : <FormattedMessage id={id} values={{ count: list.total }} />}
        {list.at && <> · <FormattedMessage id="findings.asof" values={{ time: <Time at={list.at} mode="clock" seconds /> }} /></>}
      </span>
      {list.problem && list.items.length > 0 && <span className={css.stale}><FormattedMessage id="findings.notnew" /></span>}
      {list.news > 0 && <Button small kind="primary" icon="refresh" onClick={list.refresh}><FormattedMessage id="findings.news" values={{ count: list.news }} /></Button>}
    </div>
  );
}

function Nothing({ filters, clear }: { filters: Filters; clear: () => void }) {
  const asked = Object.entries(filters).some(([k, v]) => !["sort", "fold"].includes(k) && v !== "");
  return asked ? (
    <Empty title={<FormattedMessage id="findings.none.filtered" />}><Button onClick={clear}><FormattedMessage id="ui.filter.clear" /></Button></Empty>
  ) : (
    <Empty title={<FormattedMessage id="findings.none" />}>
      <p><FormattedMessage id="findings.none.detail" /></p>
      <LinkButton to="/"><FormattedMessage id="findings.none.coverage" /></LinkButton>
    </Empty>
  );
}

function Actions({ filters, fold }: { filters: Filters; fold: boolean }) {
  const path = fold ? "/cases" : "/findings";
  const params = { ...(fold ? caseParams(filters) : findingParams(filters)), language: useLanguage() };
  return (
    <>
      <SavedViews filters={filters} />
      <LinkButton to={fileURL(path, params, "csv")} download icon="download"><FormattedMessage id="findings.export.csv" /></LinkButton>
      <LinkButton to={fileURL(path, params, "ndjson")} download icon="download"><FormattedMessage id="findings.export.ndjson" /></LinkButton>
    </>
  );
}
