import { useState, type CSSProperties } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useNavigate } from "react-router";
import { fileURL, useFilters, usePage } from "../../api/client";
import { query } from "../../api/http";
import type { Asset } from "../../api/types";
import { useMay } from "../../app/session";
import { useTitle } from "../../app/title";
import { Banner, Button, Empty, Failure, FilterBar, LinkButton, Menu, PageHead, Table, cx, type Filter } from "../../ui";
import { MergeDialog } from "../asset/MergeDialog";
import { columns } from "./columns";
import { useFacets, useZoneNames } from "./Facets";
import { defaults, newSinceChoices, params } from "./filters";
import { useFrame } from "./frame";
import { word } from "./words";
import "./assets.css";

/** The filters that are always there; the others come with a button, or once they are set. */
const first = ["kind", "criticality", "zone", "role", "status"];

export default function Assets() {
  const intl = useIntl();
  const navigate = useNavigate();
  const may = useMay("inventory");
  const [filters, set, clear] = useFilters(defaults);
  const [selected, select] = useState<Set<string>>(new Set());
  const [merging, merge] = useState(false);
  const [allFilters, showFilters] = useState(false);
  const frame = useFrame();
  const zone = useZoneNames();
  const facets = useFacets();
  const asked = params(filters);
  const list = usePage<Asset>("/assets", { ...asked, limit: 100 }, { announce: ["assets"], keep: true });
  const text = (id: string, values?: Record<string, string | number>) => intl.formatMessage({ id }, values);
  useTitle(text("assets.title"));

  const filtered = Object.entries(filters).some(([k, v]) => k !== "sort" && v !== "");
  const chosen = list.items.filter((a) => selected.has(a.id));
  return (
    <div className={cx("as-page", allFilters && "as-all")} style={frame as CSSProperties}>
      <PageHead title={text("assets.title")} actions={
        <>
          <LinkButton to={`/ecosystem${query({ q: filters.q, zone: filters.zone, kind: filters.kind, criticality: filters.criticality, protocol: filters.protocol })}`} icon="ecosystem"><FormattedMessage id="assets.map" /></LinkButton>
          <Menu kind="plain" icon="download" label={text("assets.export")} items={[
            { id: "csv", label: text("assets.export.csv"), icon: "file", onSelect: () => save(fileURL("/assets", asked, "csv"), "assets.csv") },
            { id: "ndjson", label: text("assets.export.ndjson"), icon: "file", onSelect: () => save(fileURL("/assets", asked, "ndjson"), "assets.ndjson") },
          ]}>{text("assets.export")}</Menu>
        </>
      }>
        <span role="status">{list.loading ? text("ui.loading") : text(filtered ? "assets.count.filtered" : "assets.count", { count: list.total })}</span>
      </PageHead>
      <FilterBar label={text("assets.filters")} search={{ id: "q", label: text("assets.search") }} filters={choices().filter((f) => allFilters || first.includes(f.id) || filters[f.id as keyof typeof filters] !== "")} values={filters} onChange={set} onClear={clear}>
        <Button kind="quiet" small icon="filter" aria-expanded={allFilters} onClick={() => showFilters(!allFilters)}><FormattedMessage id={allFilters ? "assets.filters.fewer" : "assets.filters.more"} /></Button>
      </FilterBar>
      {list.news > 0 && (
        <Banner kind="info" role="status" actions={<Button small onClick={list.refresh}><FormattedMessage id="assets.news.show" /></Button>}>
          <FormattedMessage id="assets.news" values={{ count: list.news }} />
        </Banner>
      )}
      {may && selected.size > 0 && (
        <div className="as-selected" role="status">
          <span><FormattedMessage id="assets.selected" values={{ count: selected.size }} /></span>
          <Button small icon="merge" disabled={chosen.length !== 2} onClick={() => merge(true)}><FormattedMessage id="assets.merge" /></Button>
          {chosen.length !== 2 && <span className="wr-muted"><FormattedMessage id="assets.merge.two" /></span>}
          <Button small kind="quiet" onClick={() => select(new Set())}><FormattedMessage id="assets.unselect" /></Button>
        </div>
      )}
      {list.problem && <Failure problem={list.problem} retry={list.refresh} title={text("assets.failed")} />}
      {(!list.problem || list.items.length > 0) && (
        <Table
          columns={columns(intl, zone)} rows={list.items} rowKey={(a) => a.id} rowHref={(a) => `/assets/${a.id}`} caption={text("assets.caption")} virtual={{ height: "auto" }}
          selected={may ? selected : undefined} onSelect={may ? select : undefined} sort={filters.sort} onSort={(sort) => set({ sort })} loading={list.loading}
          total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore} keys={{ e: (a) => void navigate(`/assets/${a.id}/knows`) }}
          empty={filtered ? (
            <Empty title={text("assets.none.filtered")}><p><FormattedMessage id="assets.none.filtered.detail" /></p><Button onClick={clear}><FormattedMessage id="ui.filter.clear" /></Button></Empty>
          ) : (
            <Empty title={text("assets.none")}><p><FormattedMessage id="assets.none.detail" /></p></Empty>
          )}
        />
      )}
      {merging && chosen.length === 2 && (
        <MergeDialog asset={chosen[0]!} other={chosen[1]!} open onClose={() => merge(false)} onDone={(edit) => {
          merge(false);
          select(new Set());
          void navigate(`/assets/${edit.asset.id}`, { state: { undo: edit.undo, did: "merged" } });
        }} />
      )}
    </div>
  );

  function choices(): Filter[] {
    const any = (id: string) => ({ value: "", label: text(id === "remote" || id === "merged" ? "assets.none.default" : "assets.any") });
    const offer = (id: keyof typeof filters, values: readonly string[], label: (v: string) => string): Filter => {
      const now = filters[id];
      const all = now && !values.includes(now) ? [...values, now] : values;
      return { id, label: text(`assets.filter.${id}`), options: [any(id), ...all.map((value) => ({ value, label: label(value) }))] };
    };
    const plural = (value: string) => value.split(",").length;
    const one = (group: string) => (v: string) => (plural(v) > 1 ? v : `${group}.${v}` in intl.messages ? text(`${group}.${v}`) : v);
    return [
      offer("kind", ["device", "intermediary", "service", "model", "unknown"], one("kind")),
      offer("criticality", ["life-sustaining", "therapeutic", "diagnostic", "monitoring", "administrative", "unknown"], one("criticality")),
      offer("zone", facets.zones, zone),
      offer("ward", facets.wards, (v) => v),
      offer("role", facets.roles, (v) => word(intl, "assetrole", v)),
      offer("concern", ["security", "privacy", "interoperability"], one("concern")),
      offer("status", ["failing", "passing", "unknown", "unwatched"], (v) => text(`assets.status.${v}`)),
      offer("severity", ["critical", "high", "medium", "low"], (v) => text("assets.severity.least", { severity: text(`severity.${v}`) })),
      offer("protocol", facets.protocols, (v) => v),
      offer("new_since", newSinceChoices, (v) => (newSinceChoices.includes(v) ? text(`assets.new.${v}`) : intl.formatDate(v, { dateStyle: "medium", timeStyle: "short" }))),
      offer("remote", ["true"], () => text("assets.remote.true")),
      offer("merged", ["true"], () => text("assets.merged.true")),
    ];
  }
}

/** Follows an address as a download, with the cookie of the session. */
function save(url: string, name: string) {
  const a = document.createElement("a");
  a.href = url;
  a.download = name;
  a.click();
}
