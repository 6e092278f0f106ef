import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";
import { usePage, useSend } from "../../api/client";
import type { Notification } from "../../api/types";
import { useTitle } from "../../app/title";
import { Button, Empty, Failure, Field, Icon, IconButton, Name, Section, SeverityMark, Table, Tag, TextInput, Time, useToast } from "../../ui";
import type { Column } from "../../ui";
import { tidy } from "./notices";
import type { NoticeRoute, Notices } from "./notices";
import { RouteForm } from "./RouteForm";
import { SettingForm, useSetting } from "./setting";
import "./settings.css";

/** Who is told what, and how; a heartbeat so that silence is noticed; what was sent. */
export default function Notifications() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "settings.notifications" }));
  const draft = useSetting<Notices>("notifications", {}, tidy);
  return (
    <div className="wr-sections">
      <Section title={<FormattedMessage id="notices.routes" />} text={<FormattedMessage id="notices.routes.text" />}>
        <SettingForm draft={draft}>
          {({ value, set, changed }) => (
            <>
              <Routes routes={value.routes ?? []} set={(routes) => set({ routes })} saved={!changed} />
              <h3><FormattedMessage id="notices.heartbeat" /></h3>
              <p className="wr-muted wr-prose"><FormattedMessage id="notices.heartbeat.text" /></p>
              <div className="wr-form">
                <Field label={<FormattedMessage id="notices.heartbeat.url" />}><TextInput type="url" dir="ltr" value={value.heartbeat?.url ?? ""} onChange={(url) => set({ heartbeat: { ...value.heartbeat, url } })} maxLength={2000} /></Field>
                {value.heartbeat?.url && <Field label={<FormattedMessage id="notices.heartbeat.minutes" />}><TextInput type="number" min={1} max={1440} value={String(value.heartbeat.minutes ?? 5)} onChange={(n) => set({ heartbeat: { ...value.heartbeat, minutes: Math.max(1, Number(n) || 5) } })} /></Field>}
              </div>
            </>
          )}
        </SettingForm>
      </Section>
      <Section title={<FormattedMessage id="notices.sent" />} text={<FormattedMessage id="notices.sent.text" />}><Sent /></Section>
    </div>
  );
}

function Routes({ routes, set, saved }: { routes: NoticeRoute[]; set: (routes: NoticeRoute[]) => void; saved: boolean }) {
  const intl = useIntl();
  const toast = useToast();
  const test = useSend("POST", "/notifications/test", ["/notifications"]);
  const [open, setOpen] = useState<number | null>(null);
  const run = (route: NoticeRoute) => test.mutate({ body: { route: route.name } }, { onSuccess: () => toast({ kind: "good", text: intl.formatMessage({ id: "notices.tested" }, { name: route.name }) }) });
  return (
    <>
      {routes.length === 0 && <p className="wr-muted"><FormattedMessage id="notices.none" /></p>}
      <ul className="wr-list">
        {routes.map((route, i) => (
          <li key={i} className={open === i ? "wr-zone-open" : undefined}>
            {open === i ? (
              <RouteForm route={route} others={routes.filter((_, j) => j !== i).map((r) => r.name)} onChange={(next) => set(routes.map((r, j) => (j === i ? next : r)))} onDone={() => setOpen(null)} onRemove={() => (set(routes.filter((_, j) => j !== i)), setOpen(null))} />
            ) : (
              <>
                <Icon name="bell" />
                <div className="wr-list-body">
                  <strong className="wr-row"><Name value={route.name} />{route.off && <Tag kind="off"><FormattedMessage id="notices.off" /></Tag>}</strong>
                  <span><FormattedMessage id={`notices.kind.${route.channel.kind}`} />{" · "}<FormattedMessage id="notices.from" values={{ severity: intl.formatMessage({ id: `severity.${route.when?.severity ?? "high"}` }) }} />{route.when?.wards && <>{" · "}<Name value={route.when.wards.join(", ")} /></>}{route.when?.hours && <>{" · "}<span className="wr-num">{route.when.hours.map((h) => `${h.from}–${h.to}`).join(", ")}</span></>}{route.escalate_to && <>{" · "}<FormattedMessage id="notices.escalates" values={{ minutes: route.escalate_after_minutes ?? 0, to: <Name value={route.escalate_to} /> }} /></>}</span>
                </div>
                <Button small disabled={!saved || route.off} busy={test.isPending} title={saved ? undefined : intl.formatMessage({ id: "notices.test.save" })} onClick={() => run(route)}><FormattedMessage id="notices.test" /></Button>
                <IconButton icon="edit" label={intl.formatMessage({ id: "notices.edit" }, { name: route.name })} onClick={() => setOpen(i)} />
              </>
            )}
          </li>
        ))}
      </ul>
      {test.error && <Failure problem={test.error} title={<FormattedMessage id="notices.test.failed" />} />}
      <div className="wr-form-acts"><Button icon="plus" onClick={() => (set([...routes, { name: "", channel: { kind: "webhook" }, when: { severity: "high" } }]), setOpen(routes.length))}><FormattedMessage id="notices.add" /></Button></div>
    </>
  );
}

function Sent() {
  const intl = useIntl();
  const list = usePage<Notification>("/notifications", undefined, { every: 30_000 });
  const columns: Column<Notification>[] = [
    { id: "at", header: <FormattedMessage id="notices.at" />, width: "150px", cell: (n) => <Time at={n.at} mode="relative" wall /> },
    { id: "title", header: <FormattedMessage id="notices.about" />, cell: (n) => <span className="wr-row wr-nowrap"><SeverityMark severity={n.severity} bare />{n.case ? <Link to={`/cases/${n.case}`}><Name value={n.title} /></Link> : <Name value={n.title} />}</span> },
    { id: "route", header: <FormattedMessage id="notices.route" />, width: "22%", wide: true, cell: (n) => (n.type === "work-order" ? <FormattedMessage id="settings.work-orders" /> : <span className="wr-row"><Name value={n.route} />{n.type === "escalation" && <Tag kind="off"><FormattedMessage id="notices.escalated" /></Tag>}</span>) },
    { id: "state", header: <FormattedMessage id="notices.state" />, width: "26%", cell: (n) => <><Tag kind={n.state === "failed" ? "warning" : n.state === "waiting" ? "off" : "accent"}><FormattedMessage id={`notices.state.${n.state}`} values={{ n: n.attempts }} /></Tag>{n.error && <div className="wr-muted wr-small"><Name value={n.error} /></div>}</> },
  ];
  if (list.problem) return <Failure problem={list.problem} retry={list.refresh} />;
  return <Table caption={intl.formatMessage({ id: "notices.sent" })} columns={columns} rows={list.items} rowKey={(n) => n.id} loading={list.loading} total={list.total} more={list.more} onMore={list.loadMore} empty={<Empty title={<FormattedMessage id="notices.sent.none" />} />} />;
}
