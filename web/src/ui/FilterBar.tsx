import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Button } from "./Button";
import { cx } from "./cx";
import type { Option } from "./Field";
import "./Field.css";
import "./Panel.css";

export interface Filter {
  id: string;
  label: string;
  /** The first is "any": value "". */
  options: readonly Option[];
}

/** Search and filters of a list; the values live in the URL (useFilters). `/` focuses the search. */
export function FilterBar({ label, search, filters, values, onChange, onClear, children }: { label: string; search?: { id: string; label: string }; filters: readonly Filter[]; values: Record<string, string>; onChange: (patch: Record<string, string>) => void; onClear?: () => void; children?: ReactNode }) {
  const intl = useIntl();
  const set = filters.some((f) => values[f.id] !== f.options[0]?.value) || (search && values[search.id]);
  return (
    <div className="wr-filterbar" role="search" aria-label={label}>
      {search && <SearchBox key={search.id} label={search.label} value={values[search.id] ?? ""} onChange={(value) => onChange({ [search.id]: value })} />}
      {filters.map((filter) => (
        <select key={filter.id} aria-label={filter.label} className={cx("wr-input", values[filter.id] !== filter.options[0]?.value && "wr-filterbar-on")} value={values[filter.id] ?? ""} onChange={(e) => onChange({ [filter.id]: e.target.value })}>
          {filter.options.map((option, i) => <option key={option.value} value={option.value}>{i === 0 ? intl.formatMessage({ id: "ui.filter.any" }, { label: filter.label, option: option.label }) : option.label}</option>)}
        </select>
      ))}
      {children}
      {set && onClear && <Button kind="quiet" small onClick={onClear}><FormattedMessage id="ui.filter.clear" /></Button>}
    </div>
  );
}

/** Search that waits for the typing to rest, so that each letter isn't a request. */
export function SearchBox({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setTyped(value);
    }
  }, [value]);
  useEffect(() => {
    if (typed === sent.current) return;
    const wait = setTimeout(() => {
      sent.current = typed;
      onChange(typed);
    }, 250);
    return () => clearTimeout(wait);
  }, [typed, onChange]);
  return <input type="search" dir="auto" data-search className="wr-input wr-filter-search" aria-label={label} placeholder={label} value={typed} onChange={(e) => setTyped(e.target.value)} />;
}
