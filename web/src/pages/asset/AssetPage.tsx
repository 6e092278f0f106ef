import { useEffect, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Navigate, useLocation, useNavigate, useParams } from "react-router";
import { useApi } from "../../api/client";
import type { Asset, AssetEdit, Statement } from "../../api/types";
import { useMay } from "../../app/session";
import { useTitle } from "../../app/title";
import { Banner, Failure, LinkTabs, Menu, Skeleton, plain, useOpen, type MenuItem } from "../../ui";
import { Header } from "./Header";
import { KnowsTab } from "./KnowsTab";
import { MergeDialog } from "./MergeDialog";
import { RunsTab } from "./RunsTab";
import { SplitDialog } from "./SplitDialog";
import { TalksTab } from "./TalksTab";
import { TimelineTab } from "./TimelineTab";
import { useUndo, type Done } from "./undo";
import { WhoTab } from "./WhoTab";
import "./asset.css";

const tabs = ["who", "talks", "knows", "runs", "timeline"] as const;

export default function AssetPage() {
  const { id = "", tab } = useParams();
  if (!tabs.some((t) => t === tab)) return <Here id={id} />;
  // Another asset is another page: nothing half typed moves over.
  return <One key={id} id={id} tab={tab as (typeof tabs)[number]} />;
}

function Here({ id }: { id: string }) {
  const { state, search } = useLocation();
  return <Navigate to={`/assets/${encodeURIComponent(id)}/who${search}`} state={state} replace />;
}

function One({ id, tab }: { id: string; tab: (typeof tabs)[number] }) {
  const intl = useIntl();
  const navigate = useNavigate();
  const location = useLocation();
  const may = useMay("inventory");
  const came = location.state as { undo?: Statement[]; did?: Done["did"]; alias?: string } | null;
  const { bar, tell } = useUndo(came?.did ? { did: came.did, ...(came.undo ? { undo: came.undo } : {}) } : null);
  const merge = useOpen(), split = useOpen();
  const { data: asset, error, isPending, refetch } = useApi<Asset>(`/assets/${encodeURIComponent(id)}`, { language: intl.locale.split("-")[0] }, { live: ["assets"] });
  const [alias] = useState(came?.alias);
  useTitle(asset ? plain(asset.name) : undefined);

  // An alias answers with what it was merged into: the address follows.
  const real = asset && asset.id !== id ? asset.id : undefined;
  useEffect(() => {
    if (real) void navigate(`/assets/${encodeURIComponent(real)}/${tab}`, { replace: true, state: { ...came, alias: id } });
  }, [real, tab, navigate, id, came]);

  if (error && !asset) return <Failure problem={error} retry={() => void refetch()} title={error.status === 404 ? intl.formatMessage({ id: "asset.gone" }) : undefined} />;
  if (isPending || !asset) return <div className="at-waiting"><Skeleton lines={8} height={22} /></div>;

  const edited = (did: Done["did"]) => (e: AssetEdit) => {
    merge.hide();
    split.hide();
    const done: Done = { did, ...(e.undo ? { undo: e.undo } : {}) };
    if (e.asset.id !== id && did === "merged") void navigate(`/assets/${encodeURIComponent(e.asset.id)}/${tab}`, { state: done });
    else tell(done);
  };
  const acts: MenuItem[] = [
    { id: "map", icon: "ecosystem", label: intl.formatMessage({ id: "asset.onmap" }), to: `/ecosystem?focus=${encodeURIComponent(id)}` },
    ...(may ? [
      { id: "merge", icon: "merge", label: intl.formatMessage({ id: "asset.merge" }), onSelect: merge.show },
      { id: "split", icon: "split", label: intl.formatMessage({ id: "asset.split" }), onSelect: split.show, disabled: (asset.identifiers?.length ?? 0) < 2 && !asset.aliases?.length },
    ] : []),
  ];
  return (
    <div className="at-page">
      <Header asset={asset} actions={<Menu kind="plain" icon="more" label={intl.formatMessage({ id: "asset.acts" })} items={acts}><FormattedMessage id="asset.acts" /></Menu>} />
      {bar}
      {alias && <Banner kind="info"><FormattedMessage id="asset.was.alias" values={{ id: <code>{plain(alias)}</code> }} /></Banner>}
      {error && <Banner kind="warning" role="status"><FormattedMessage id="asset.stale" /></Banner>}
      <LinkTabs label={intl.formatMessage({ id: "asset.tabs" })} tabs={tabs.map((t) => ({
        to: `/assets/${encodeURIComponent(id)}/${t}`,
        label: <>{intl.formatMessage({ id: `asset.tab.${t}` })}{count(asset, t) > 0 && <span className="at-tabcount">{intl.formatNumber(count(asset, t))}</span>}</>,
      }))} />
      <div className="at-body">
        {tab === "who" && <WhoTab asset={asset} onDone={tell} onReload={() => void refetch()} />}
        {tab === "talks" && <TalksTab asset={asset} />}
        {tab === "knows" && <KnowsTab asset={asset} />}
        {tab === "runs" && <RunsTab asset={asset} />}
        {tab === "timeline" && <TimelineTab asset={asset} />}
      </div>
      {merge.open && <MergeDialog asset={asset} open onClose={merge.hide} onDone={edited("merged")} />}
      {split.open && <SplitDialog asset={asset} open onClose={split.hide} onDone={edited("split")} />}
    </div>
  );
}

function count(a: Asset, tab: (typeof tabs)[number]): number {
  return { who: a.proposals, talks: a.links, knows: a.findings, runs: 0, timeline: 0 }[tab];
}
