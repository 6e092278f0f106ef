import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Link, useNavigate } from "react-router";
import { Problem, refetch, send, useApi } from "../../api/client";
import type { Page, View } from "../../api/types";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Dialog, Failure, Field, IconButton, Menu, Name, plain, TextInput } from "../../ui";
import { type Filters, viewQuery } from "./filters";
import css from "./findings.module.css";

/** Filters under a name: one's own, and those shared with everybody. */
export function SavedViews({ filters }: { filters: Filters }) {
  const intl = useIntl();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const { data } = useApi<Page<View>>("/views");
  const views = data?.items.filter((v) => v.page === "findings") ?? [];
  const items = views.map((v) => ({ id: v.id, label: plain(v.name), icon: v.shared ? "people" : "star", onSelect: () => void navigate(`/findings?${v.query}`) }));
  const manage = { id: "manage", label: intl.formatMessage({ id: "findings.views.manage" }), icon: "edit", onSelect: () => setOpen(true) };
  return (
    <>
      <Menu label={intl.formatMessage({ id: "findings.views" })} kind="plain" icon="star" items={[...items, manage]}><FormattedMessage id="findings.views" /></Menu>
      {open && <Manage views={views} filters={filters} onClose={() => setOpen(false)} />}
    </>
  );
}

function Manage({ views, filters, onClose }: { views: View[]; filters: Filters; onClose: () => void }) {
  const intl = useIntl();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const act = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      await what();
      await refetch(client, ["/views"]);
      return true;
    } catch (err) {
      setProblem(Problem.of(err));
      return false;
    } finally {
      setBusy(false);
    }
  };
  const save = async () => {
    if (name.trim() === "") return;
    if (await act(() => send("POST", "/views", { name: name.trim(), page: "findings", query: viewQuery(filters), shared }))) setName("");
  };
  return (
    <Dialog title={<FormattedMessage id="findings.views" />} open onClose={onClose}>
      <form
        className="wr-stack"
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
      >
        <Field label={<FormattedMessage id="findings.views.name" />} hint={<FormattedMessage id="findings.views.hint" />}>
          <TextInput value={name} onChange={setName} maxLength={80} />
        </Field>
        <Checkbox checked={shared} onChange={setShared} label={<FormattedMessage id="findings.views.shared" />} />
        <div><Button type="submit" kind="primary" busy={busy} disabled={name.trim() === ""}><FormattedMessage id="findings.views.save" /></Button></div>
        {problem && <Failure problem={problem} />}
      </form>
      {views.length > 0 && (
        <ul className={css.views}>
          {views.map((v) => (
            <li key={v.id}>
              <Link to={`/findings?${v.query}`} onClick={onClose}><Name value={v.name} /></Link>
              {v.shared && <span className="wr-muted"><FormattedMessage id="findings.views.isshared" /></span>}
              {v.mine && <IconButton small icon="trash" label={intl.formatMessage({ id: "findings.views.delete" }, { name: plain(v.name) })} onClick={() => void act(() => send("DELETE", `/views/${encodeURIComponent(v.id)}`))} />}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
