import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { base, useApi } from "../../api/client";
import type { About as Facts } from "../../api/types";
import { useTitle } from "../../app/title";
import { Failure, LinkButton, Name, SearchBox, Section, Skeleton, Table, Time, Word } from "../../ui";
import type { Column } from "../../ui";
import "./settings.css";

/** What is running, what is in it, and under which licences. */
export default function About() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "settings.about" }));
  const { data, error, isPending, refetch } = useApi<Facts>("/about");
  if (isPending) return <div className="wr-waiting"><Skeleton lines={8} height={20} /></div>;
  if (error) return <Failure problem={error} retry={() => void refetch()} />;
  const text = (id: string) => <FormattedMessage id={id} />;
  return (
    <div className="wr-sections">
      <Section title={text("about.version")} text={text("about.version.text")}>
        <dl className="wr-facts">
          <dt>{text("about.number")}</dt><dd><code>{data.version}</code></dd>
          {data.commit && <><dt>{text("about.commit")}</dt><dd><code>{data.commit}</code></dd></>}
          <dt>{text("about.go")}</dt><dd><code>{data.go}</code></dd>
          <dt>{text("about.origin")}</dt><dd><Word group="origin" value={data.origin} /></dd>
          <dt>{text("about.data")}</dt><dd>{data.data_dir ? <Name value={data.data_dir} mono wrap /> : text("about.memory")}</dd>
          <dt>{text("about.started")}</dt><dd><Time at={data.started} mode="relative" wall /></dd>
        </dl>
        <div className="wr-form-acts">
          <LinkButton to={`${base}/about/sbom`} icon="download" download="wardround-sbom.cdx.json">{text("about.sbom")}</LinkButton>
          <LinkButton to="/openapi.json" icon="file" download="openapi.json">{text("about.api")}</LinkButton>
        </div>
      </Section>
      <Section title={text("about.parts")} text={text("about.parts.text")}><Parts facts={data} /></Section>
      {data.third_party.length > 0 && <Section title={text("about.data.title")} text={text("about.data.text")}><ThirdParty facts={data} /></Section>}
    </div>
  );
}

type Module = Facts["modules"][number];

function Parts({ facts }: { facts: Facts }) {
  const intl = useIntl();
  const [q, setQ] = useState("");
  const rows = facts.modules.filter((m) => `${m.name} ${m.licence ?? ""}`.toLowerCase().includes(q.toLowerCase()));
  const columns: Column<Module>[] = [
    { id: "name", header: <FormattedMessage id="about.part" />, cell: (m) => <Name value={m.name} mono /> },
    { id: "version", header: <FormattedMessage id="about.number" />, width: "26%", cell: (m) => <Name value={m.version} mono /> },
    { id: "licence", header: <FormattedMessage id="about.licence" />, width: "22%", cell: (m) => (m.licence ? <Name value={m.licence} /> : <span className="wr-muted"><FormattedMessage id="about.licence.file" /></span>) },
  ];
  return (
    <>
      <SearchBox label={intl.formatMessage({ id: "about.search" })} value={q} onChange={setQ} />
      <Table caption={intl.formatMessage({ id: "about.parts" })} columns={columns} rows={rows} rowKey={(m) => m.name} virtual={rows.length > 60 ? { height: "420px" } : false} />
    </>
  );
}

type Given = Facts["third_party"][number];

function ThirdParty({ facts }: { facts: Facts }) {
  const intl = useIntl();
  const columns: Column<Given>[] = [
    { id: "name", header: <FormattedMessage id="about.part" />, width: "24%", cell: (x) => <Name value={x.name} /> },
    { id: "source", header: <FormattedMessage id="about.source" />, cell: (x) => <Name value={x.source} /> },
    { id: "licence", header: <FormattedMessage id="about.licence" />, width: "18%", cell: (x) => <Name value={x.licence} /> },
    { id: "digest", header: <FormattedMessage id="about.digest" />, width: "22%", wide: true, cell: (x) => <Name value={x.digest} mono /> },
  ];
  return <Table caption={intl.formatMessage({ id: "about.data.title" })} columns={columns} rows={facts.third_party} rowKey={(x) => x.name + x.digest} />;
}
