import { useId, useState } from "react";
import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useApi } from "../../api/client";
import type { Check, Page } from "../../api/types";
import { Button, Checkbox, cx, FilterBar, Icon, Name, plain } from "../../ui";
import { type Filters, noFilters, normalState, stateChoices } from "./filters";
import css from "./findings.module.css";
import { useZones } from "./names";

const severities = ["", "critical", "high", "medium", "low"];
const concerns = ["", "security", "privacy", "interoperability"];
const kinds = ["", "device", "intermediary", "service", "model", "unknown"];
const criticalities = ["", "life-sustaining", "therapeutic", "diagnostic", "monitoring", "administrative", "unknown"];
/** Filters of the second row, typed because wards and roles are the hospital's own words. */
const typed = ["ward", "role", "check"] as const;
/** Filters that only a link sets; each is shown and can be taken off. */
const linked = ["case", "asset", "opened_since"] as const;

interface Props {
  filters: Filters;
  onChange: (patch: Partial<Filters>) => void;
  onClear: () => void;
  fold: boolean;
  children: ReactNode;
}

/** The filters of the queue: a first row for every day, a second one for the rest, and what a link brought along. */
export function Filtering({ filters, onChange, onClear, children }: Props) {
  const intl = useIntl();
  const more = useId();
  const zones = useZones();
  const hidden = ["kind", "criticality", "zone", ...typed, "overdue", "stale"].filter((k) => filters[k as keyof Filters] !== "");
  const [open, setOpen] = useState(hidden.length > 0);
  const word = (id: string) => intl.formatMessage({ id });
  const choose = (id: keyof Filters, values: readonly string[], text: (value: string) => string) => {
    const given = filters[id];
    const all = values.includes(given) ? values : [...values, given];
    return { id, label: word(`findings.filter.${id}`), options: all.map((value) => ({ value, label: values.includes(value) ? text(value) : value })) };
  };
  const any = (group: string) => (value: string) => word(value === "" ? "findings.any" : `${group}.${value}`);
  const values = { ...filters, state: normalState(filters.state) };
  const state = { ...choose("state", [...stateChoices], (v) => word(`findings.state.${v.replaceAll(/[ ,]/g, "-") || "todo"}`)) };
  if (!stateChoices.includes(values.state as never)) state.options = [...state.options.filter((o) => o.value !== filters.state), { value: values.state, label: values.state.replaceAll(",", ", ") }];
  else state.options = state.options.filter((o) => stateChoices.includes(o.value as never));
  return (
    <div className={css.filters}>
      <FilterBar
        label={word("findings.filters")}
        search={{ id: "q", label: word("findings.filter.q") }}
        filters={[
          state,
          choose("severity", severities, (v) => (v === "" ? word("findings.any") : intl.formatMessage({ id: "findings.atleast" }, { severity: word(`severity.${v}`) }))),
          choose("concern", concerns, any("concern")),
          choose("assignee", ["", "me"], (v) => word(v === "" ? "findings.anybody" : "findings.me")),
        ]}
        values={values}
        onChange={onChange}
        onClear={onClear}
      >
        {children}
        <Button kind="quiet" small icon="filter" aria-expanded={open} aria-controls={more} onClick={() => setOpen((o) => !o)}>
          <FormattedMessage id="findings.more" values={{ count: hidden.length }} />
        </Button>
      </FilterBar>
      <div id={more} hidden={!open} className={css.moreFilters}>
        <FilterBar
          label={word("findings.more.label")}
          filters={[
            choose("zone", ["", ...zones.map((z) => z.id)], (v) => (v === "" ? word("findings.any") : plain(zones.find((z) => z.id === v)?.name || v))),
            choose("kind", kinds, any("kind")),
            choose("criticality", criticalities, any("criticality")),
          ]}
          values={filters}
          onChange={onChange}
        >
          {typed.map((id) => <TypedFilter key={id} id={id} value={filters[id]} onChange={(value) => onChange({ [id]: value })} open={open} />)}
          <Checkbox checked={filters.overdue === "true"} onChange={(on) => onChange({ overdue: on ? "true" : "" })} label={<FormattedMessage id="findings.filter.overdue" />} />
          <Checkbox checked={filters.stale === "true"} onChange={(on) => onChange({ stale: on ? "true" : "" })} label={<FormattedMessage id="findings.filter.stale" />} />
        </FilterBar>
      </div>
      {linked.some((k) => filters[k] !== noFilters[k]) && (
        <ul className={css.chips}>
          {linked.filter((k) => filters[k] !== noFilters[k]).map((k) => (
            <li key={k} className={css.chip}>
              <FormattedMessage id={`findings.only.${k}`} values={{ value: <Name value={filters[k]} /> }} />
              <button type="button" aria-label={word("findings.only.off")} onClick={() => onChange({ [k]: "" })}><Icon name="close" size={14} /></button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A filter that is typed, with suggestions; it asks when it is left or Enter is pressed, not at each letter. */
function TypedFilter({ id, value, onChange, open }: { id: (typeof typed)[number]; value: string; onChange: (value: string) => void; open: boolean }) {
  const intl = useIntl();
  const list = useId();
  const [text, setText] = useState<string | null>(null);
  const { data } = useApi<Page<Check>>(id === "check" && open ? "/checks" : null, { limit: 500, fields: "id,title" });
  const label = intl.formatMessage({ id: `findings.filter.${id}` });
  const settle = () => {
    if (text !== null && text.trim() !== value) onChange(text.trim());
    setText(null);
  };
  return (
    <>
      <input
        className={cx("wr-input", value !== "" && "wr-filterbar-on", css.typed)} aria-label={label} placeholder={label} list={id === "check" ? list : undefined} dir="auto"
        value={text ?? value} onChange={(e) => setText(e.target.value)} onBlur={settle} onKeyDown={(e) => e.key === "Enter" && settle()}
      />
      {id === "check" && <datalist id={list}>{data?.items.map((c) => <option key={c.id} value={c.id}>{c.title}</option>)}</datalist>}
    </>
  );
}
