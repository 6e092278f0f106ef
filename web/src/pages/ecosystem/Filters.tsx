import { useMemo, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Graph } from "../../api/types";
import { Button, Checkbox, FilterBar, cx, plain, type Filter } from "../../ui";
import { newSinceChoices } from "../assets/filters";

export const filterDefaults = { q: "", kind: "", criticality: "", protocol: "", zone: "", severity: "", new_since: "", cleartext: "", focus: "", open: "", view: "map" };
type Values = typeof filterDefaults;

/** The filters of the map, each with what the map holds. */
export function EcosystemFilters({ graph, zone, values, onChange, onClear }: { graph: Graph; zone: (id: string) => string; values: Values; onChange: (p: Partial<Values>) => void; onClear: () => void }) {
  const intl = useIntl();
  const [all, showAll] = useState(false);
  const protocols = useMemo(() => [...new Set(graph.links.map((l) => l.protocol))].sort(), [graph]);
  const text = (id: string, v?: Record<string, string>) => intl.formatMessage({ id }, v);
  const offer = (id: keyof Values, label: string, options: readonly string[], word: (v: string) => string): Filter => {
    const now = values[id];
    const offered = now && !options.includes(now) ? [...options, now] : options;
    return { id, label, options: [{ value: "", label: text("assets.any") }, ...offered.map((value) => ({ value, label: word(value) }))] };
  };
  const known = (group: string) => (v: string) => (`${group}.${v}` in intl.messages ? text(`${group}.${v}`) : v);
  return (
    <div className={cx("eco-filters", all && "eco-all")}>
      <FilterBar
        label={text("ecosystem.filters")} search={{ id: "q", label: text("ecosystem.search") }} values={values} onChange={onChange} onClear={onClear}
        filters={[
          offer("criticality", text("assets.filter.criticality"), ["life-sustaining", "therapeutic", "diagnostic", "monitoring", "administrative", "unknown"], known("criticality")),
          offer("protocol", text("assets.filter.protocol"), protocols, plain),
          offer("new_since", text("assets.filter.new_since"), newSinceChoices, (v) => (newSinceChoices.includes(v) ? text(`assets.new.${v}`) : intl.formatDate(v, { dateStyle: "medium", timeStyle: "short" }))),
          offer("kind", text("assets.filter.kind"), ["device", "intermediary", "service", "model", "unknown"], known("kind")),
          offer("zone", text("assets.filter.zone"), graph.zones.map((z) => z.id), zone),
          offer("severity", text("assets.filter.severity"), ["critical", "high", "medium", "low"], (v) => text("assets.severity.least", { severity: text(`severity.${v}`) })),
        ]}
      >
        <span className="eco-clear"><Checkbox checked={values.cleartext === "yes"} onChange={(on) => onChange({ cleartext: on ? "yes" : "" })} label={text("ecosystem.cleartext")} /></span>
        <span className="eco-more"><Button kind="quiet" small icon="filter" aria-expanded={all} onClick={() => showAll(!all)}><FormattedMessage id={all ? "assets.filters.fewer" : "assets.filters.more"} /></Button></span>
      </FilterBar>
    </div>
  );
}
