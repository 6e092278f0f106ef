import { useState } from "react";
import type { FormEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useApi, usePage, useSend } from "../../api/client";
import type { Interfaces, Sensor } from "../../api/types";
import { useMay } from "../../app/session";
import { useTitle } from "../../app/title";
import { Banner, Button, Bytes, Confirm, Empty, Failure, Field, LinkButton, Name, Num, plain, Section, Select, Skeleton, Sparkline, Tag, TextInput, Time, Word } from "../../ui";
import "./settings.css";

/** Who listens, whether it hears, and what it may send: nothing. */
export default function Sensors() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "settings.sensors" }));
  const may = useMay("settings");
  return (
    <div className="wr-sections">
      <Section title={<FormattedMessage id="sensors.list" />} text={<FormattedMessage id="sensors.list.text" />}><List /></Section>
      {may && <Section title={<FormattedMessage id="sensors.add" />} text={<FormattedMessage id="sensors.add.text" />}><Watch /></Section>}
      <Section title={<FormattedMessage id="sensors.grants" />} text={<FormattedMessage id="sensors.grants.text" />}><Grants /></Section>
    </div>
  );
}

function List() {
  const intl = useIntl();
  const may = useMay("settings");
  const list = usePage<Sensor>("/sensors", undefined, { live: ["sensors"], every: 15_000 });
  const remove = useSend("DELETE", "/sensors", ["/sensors", "/overview"]);
  const [asked, setAsked] = useState<Sensor | null>(null);
  if (list.problem) return <Failure problem={list.problem} retry={list.refresh} />;
  if (list.loading) return <Skeleton lines={3} height={40} />;
  return (
    <>
      {list.items.length === 0 && (
        <Empty title={<FormattedMessage id="sensors.none" />}>
          <p><FormattedMessage id="sensors.none.text" /></p>
          {may && <LinkButton to="/start"><FormattedMessage id="sensors.start" /></LinkButton>}
        </Empty>
      )}
      <ul className="wr-list">
        {list.items.map((sensor) => (
          <li key={sensor.id}>
            <div className="wr-list-body">
              <strong className="wr-row">
                <Name value={sensor.id} />
                <Tag kind={sensor.state === "watching" ? "accent" : sensor.state === "lost" || sensor.state === "blind" ? "warning" : "off"}><Word group="sensor" value={sensor.state} /></Tag>
              </strong>
              <span className="wr-sensor-figures">
                {(sensor.interface || sensor.input) && <Name value={(sensor.interface || sensor.input)!} mono />}
                <span><FormattedMessage id="sensors.since" values={{ at: <Time at={sensor.last} mode="relative" /> }} /></span>
                <Num value={sensor.packets_per_s} unit={intl.formatMessage({ id: "sensors.packets" })} compact />
                <span><Bytes value={sensor.bytes_per_s} /><span className="wr-unit"><FormattedMessage id="sensors.persecond" /></span></span>
                <span><FormattedMessage id="sensors.lost" values={{ drops: sensor.drops, failures: sensor.parse_failures }} />{sensor.gap_bytes > 0 && <>{" · "}<FormattedMessage id="sensors.gap" values={{ bytes: <Bytes value={sensor.gap_bytes} /> }} /></>}</span>
                {sensor.detail && <Name value={sensor.detail} wrap />}
              </span>
            </div>
            {sensor.rate.length > 1 && <Sparkline values={sensor.rate} label={intl.formatMessage({ id: "sensors.rate" }, { name: plain(sensor.id) })} />}
            {may && sensor.removable && <Button small kind="danger" onClick={() => setAsked(sensor)}><FormattedMessage id="sensors.remove" /></Button>}
          </li>
        ))}
      </ul>
      <Confirm
        title={<FormattedMessage id="sensors.remove.title" values={{ name: <Name value={asked?.id ?? ""} /> }} />}
        open={asked !== null}
        onClose={() => setAsked(null)}
        danger
        busy={remove.isPending}
        verb={<FormattedMessage id="sensors.remove" />}
        onConfirm={() => remove.mutate({ path: `/sensors/${encodeURIComponent(asked!.id)}` }, { onSuccess: () => (setAsked(null), list.refresh()) })}
        problem={remove.error && <Failure problem={remove.error} />}
      >
        <p><FormattedMessage id="sensors.remove.text" /></p>
      </Confirm>
    </>
  );
}

/** An interface to listen on. Used by the guided start too. */
export function Watch({ onWatching }: { onWatching?: (sensor: Sensor) => void }) {
  const intl = useIntl();
  const found = useApi<Interfaces>("/interfaces");
  const add = useSend<Sensor>("POST", "/sensors", ["/sensors", "/overview", "/session"]);
  const [chosen, setChosen] = useState("");
  const [filter, setFilter] = useState("");
  const [name, setName] = useState("");
  if (found.isPending) return <Skeleton lines={3} height={32} />;
  if (found.error) return <Failure problem={found.error} retry={() => void found.refetch()} />;
  const { items, may_capture, hint } = found.data;
  const value = chosen || (items.find((i) => i.up && i.name !== "lo") ?? items[0])?.name || "";
  const submit = (e: FormEvent) => {
    e.preventDefault();
    add.mutate({ body: { interface: value, filter: filter.trim() || undefined, name: name.trim() || undefined } }, { onSuccess: (sensor) => (setFilter(""), setName(""), onWatching?.(sensor)) });
  };
  return (
    <>
      {!may_capture && (
        <Banner kind="warning">
          <strong><FormattedMessage id="sensors.unable" /></strong>
          {hint && <p className="wr-prose"><code>{plain(hint)}</code></p>}
        </Banner>
      )}
      {items.length === 0 ? <p className="wr-muted"><FormattedMessage id="sensors.nointerface" /></p> : (
        <form className="wr-form" onSubmit={submit}>
          <Field label={<FormattedMessage id="sensors.interface" />}>
            <Select value={value} onChange={setChosen} options={items.map((i) => ({ value: i.name, label: intl.formatMessage({ id: i.up ? "sensors.interface.up" : "sensors.interface.down" }, { name: i.name, addresses: i.addresses.join(", ") || "–" }) }))} />
          </Field>
          <Field label={<FormattedMessage id="sensors.name" />} hint={<FormattedMessage id="sensors.name.hint" />}><TextInput value={name} onChange={setName} maxLength={64} /></Field>
          <Field label={<FormattedMessage id="sensors.filter" />} hint={<FormattedMessage id="sensors.filter.hint" />}><TextInput value={filter} onChange={setFilter} mono spellCheck={false} maxLength={500} /></Field>
          {add.error && <Failure problem={add.error} />}
          <div className="wr-form-acts"><Button type="submit" kind={onWatching ? "primary" : "plain"} busy={add.isPending} disabled={!may_capture || !value}><FormattedMessage id="sensors.watch" /></Button></div>
        </form>
      )}
    </>
  );
}

function Grants() {
  const list = usePage<never>("/grants");
  if (list.problem) return <Failure problem={list.problem} retry={list.refresh} />;
  return <p><FormattedMessage id="sensors.grants.none" /></p>;
}
