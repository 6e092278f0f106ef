import { useState } from "react";
import type { ReactNode } from "react";
import { Problem } from "../../api/client";
import type { Severity } from "../../api/types";
import { Banner, Button, Bytes, Checkbox, Confirm, Dialog, Drawer, Empty, Failure, Field, FilterBar, Icon, IconButton, LinkButton, Menu, Name, Num, PageHead, Panel, Provenance, Secret, Segments, Select, SeverityMark, Skeleton, Sparkline, StateMark, Table, Tabs, Tag, TextArea, TextInput, Time, useOpen, useToast } from "../../ui";
import { iconNames } from "../../ui/Icon";
import { Swatches } from "./Swatches";
import "./styleguide.css";

// Words are bare here: this page is for those who make the others, and is in no build.
const severities: Severity[] = ["critical", "high", "medium", "low", "info", "none"];
const hostile = ["PG-04", "a very long name that somebody gave to an infusion pump in the far room of the intensive care unit", '<img src=x onerror="alert(1)">', "invoice\u202egnp.exe", "مضخة التسريب ٤", "two\nlines"];

/** Every component in every state. Look at it in both themes and at 390 px before changing one. */
export default function StyleGuide() {
  return (
    <div className="wr-page">
      <PageHead title="Style guide">What pages are made of. Colour means something or is absent; nothing moves unless it changed.</PageHead>
      <Piece name="Colours"><Swatches /></Piece>
      <Piece name="Type">
        <p style={{ fontSize: "var(--text-xxl)" }}>28 · What is dangerous now</p>
        <p style={{ fontSize: "var(--text-xl)" }}>20 · A page's head</p>
        <p style={{ fontSize: "var(--text-l)" }}>16 · A section's head</p>
        <p>14 · Text. 2 of 12 pumps stopped reporting at 03:12.</p>
        <p className="wr-small">12 · Labels and hints</p>
        <p><code>mono · 000babfffe010000 · 10.20.1.10</code></p>
      </Piece>
      <Piece name="Severity and state: shape, word, colour">
        <Line>{severities.map((s) => <SeverityMark key={s} severity={s} count={3} />)}</Line>
        <Line>{(["pass", "unknown", "unwatched"] as const).map((s) => <StateMark key={s} state={s} count={63} />)}<StateMark state="fail" severity="high" /><StateMark state="unknown" bare /></Line>
      </Piece>
      <Piece name="Buttons">
        <Line><Button kind="primary">Accept until …</Button><Button>Acknowledge</Button><Button kind="danger">Remove</Button><Button kind="quiet">Clear</Button><Button icon="plus">Add</Button><LinkButton to="/styleguide" icon="link">A link</LinkButton></Line>
        <Line><Button disabled>Disabled</Button><Button busy>Busy</Button><Button small>Small</Button><IconButton icon="close" label="Close" /><IconButton icon="more" label="More" small kind="plain" /></Line>
      </Piece>
      <Piece name="Fields"><Fields /></Piece>
      <Piece name="Names off the wire"><ul className="wr-guide-names">{hostile.map((name) => <li key={name}><Name value={name} /></li>)}</ul></Piece>
      <Piece name="Times, numbers, provenance">
        <Line><Time at="2026-03-02T06:15:17Z" /><Time at="2026-03-02T06:15:17Z" mode="relative" /><Time at="2026-03-02T06:15:17Z" mode="clock" seconds /><Time at={undefined} /></Line>
        <Line><Num value={41203} unit="pkt/s" compact /><Num value={0.4} unit="s" /><Num value={null} /><Bytes value={88_200} /><Provenance source="hl7.message" at="2026-03-02T06:15:17Z" confidence={0.6} reason="reports for several devices" /></Line>
        <Line><Tag>tag</Tag><Tag kind="accent">watching</Tag><Tag kind="warning">lost</Tag><Tag kind="off">off</Tag></Line>
      </Piece>
      <Piece name="Table: j/k move, Enter opens, x selects"><Rows /></Piece>
      <Piece name="Panel, tabs, plots"><Panels /></Piece>
      <Piece name="Over the page"><Over /></Piece>
      <Piece name="Loading, nothing, failed, banners"><States /></Piece>
      <Piece name="Icons"><ul className="wr-guide-icons">{iconNames.map((name) => <li key={name}><Icon name={name} size={20} /><span>{name}</span></li>)}</ul></Piece>
    </div>
  );
}

function Piece({ name, children }: { name: string; children: ReactNode }) {
  return <section className="wr-section"><header><h2>{name}</h2></header><div className="wr-section-body">{children}</div></section>;
}

const Line = ({ children }: { children: ReactNode }) => <div className="wr-row wr-guide-line">{children}</div>;

function Fields() {
  const [text, setText] = useState("");
  const [on, setOn] = useState(true);
  const [one, setOne] = useState("light");
  const [filters, setFilters] = useState<Record<string, string>>({ q: "", state: "open" });
  return (
    <>
      <div className="wr-form">
        <Field label="Reason" hint="Others read it."><TextInput value={text} onChange={setText} placeholder="the ward knows" /></Field>
        <Field label="With an error" error="Say why in at least ten characters."><TextArea value={text} onChange={setText} /></Field>
        <Field label="Choice"><Select value={one} onChange={setOne} options={[{ value: "light", label: "Light" }, { value: "dark", label: "Dark" }]} /></Field>
        <Field label="Disabled"><TextInput value="cannot be changed" onChange={() => {}} disabled /></Field>
        <Checkbox checked={on} onChange={setOn} label="Hosts here may hand out firmware" hint="Then an update from here is expected." />
        <Segments label="Theme" value={one} onChange={setOne} options={[{ value: "light", label: "Light" }, { value: "dark", label: "Dark" }]} />
        <Secret value="wr_4tX9bYpQmZ2sKd7LhV1cRjN8wE5uG3oA" />
      </div>
      <FilterBar label="Filters" search={{ id: "q", label: "Search findings" }} values={filters} onChange={(patch) => setFilters({ ...filters, ...patch })} onClear={() => setFilters({ q: "", state: "" })} filters={[{ id: "state", label: "State", options: [{ value: "", label: "any" }, { value: "open", label: "open" }] }]} />
    </>
  );
}

function Rows() {
  const [selected, setSelected] = useState(new Set<string>());
  const [sort, setSort] = useState("-severity");
  const rows = hostile.map((name, i) => ({ id: String(i), name, severity: severities[i % severities.length]!, n: i * 37 }));
  return (
    <Table
      caption="Findings" rows={rows} rowKey={(r) => r.id} selected={selected} onSelect={setSelected} sort={sort} onSort={setSort} onOpen={() => {}}
      columns={[{ id: "severity", header: "Severity", width: "120px", sort: "severity", cell: (r) => <SeverityMark severity={r.severity} /> }, { id: "name", header: "Name", cell: (r) => <Name value={r.name} /> }, { id: "n", header: "Seen", width: "90px", align: "end", sort: "n", wide: true, cell: (r) => <Num value={r.n} /> }]}
    />
  );
}

function Panels() {
  const [tab, setTab] = useState("who");
  return (
    <>
      <Panel title="Sensors" actions={<Button small>All</Button>}><Line><Sparkline label="rate" values={[3, 4, 6, 5, 8, null, null, 2, 3, 7, 6, 5]} /><Sparkline label="rate" values={[0, 0, 0, 0]} /></Line></Panel>
      <Tabs label="Asset" value={tab} onChange={setTab} tabs={[{ id: "who", label: "Who it is", content: "Identifiers with source and confidence." }, { id: "talks", label: "What it talks to", content: "Links." }]} />
    </>
  );
}

function Over() {
  const dialog = useOpen();
  const drawer = useOpen();
  const ask = useOpen();
  const toast = useToast();
  return (
    <Line>
      <Button onClick={dialog.show}>Dialog</Button><Button onClick={drawer.show}>Drawer</Button><Button onClick={ask.show}>Confirm</Button>
      <Button onClick={() => toast({ text: "Merged into GATEWAY ICU.", kind: "good", action: { label: "Undo", run: () => {} } })}>Toast</Button>
      <Menu label="Menu" align="start" kind="plain" items={[{ id: "a", label: "Assign …", icon: "people" }, { id: "b", label: "Not yours", disabled: true }, { id: "c", label: "Remove", icon: "trash", danger: true }]}>Menu</Menu>
      <Dialog title="Accept until …" open={dialog.open} onClose={dialog.hide} actions={<><Button onClick={dialog.hide}>Cancel</Button><Button kind="primary" onClick={dialog.hide}>Accept</Button></>}><Field label="Reason"><TextInput value="" onChange={() => {}} /></Field></Dialog>
      <Drawer title="Evidence" open={drawer.open} onClose={drawer.hide}><p>Verdict, digest, inclusion proof, checkpoint.</p></Drawer>
      <Confirm title="Revoke “cron”?" open={ask.open} onClose={ask.hide} onConfirm={ask.hide} verb="Revoke" danger><p>What uses it is refused from the next request on.</p></Confirm>
    </Line>
  );
}

function States() {
  return (
    <>
      <Skeleton lines={3} />
      <Empty title="Nothing is open"><p>218 subjects were seen in the last day.</p></Empty>
      <Failure problem={new Problem({ code: "internal", status: 500, detail: "The board is being rebuilt.", hint: "Try again in a minute." })} retry={() => {}} />
      {(["plain", "info", "good", "warning", "danger"] as const).map((kind) => <Banner key={kind} kind={kind}>A banner of kind {kind}.</Banner>)}
    </>
  );
}
