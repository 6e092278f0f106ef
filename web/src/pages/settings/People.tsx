import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { fileURL, useFilters, usePage } from "../../api/client";
import type { Account, Invitation } from "../../api/types";
import { useTitle } from "../../app/title";
import { Button, Failure, FilterBar, LinkButton, Name, Table, Tag, Time, Word } from "../../ui";
import type { Column } from "../../ui";
import { Invite, LinkShown } from "./Invite";
import { Person } from "./Person";

/** Who may do what here. */
export default function People() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "settings.people" }));
  const [filters, setFilters] = useFilters({ q: "" });
  const list = usePage<Account>("/people", { ...filters, limit: 200 }, { keep: true });
  const [open, setOpen] = useState<string | null>(null);
  const [inviting, setInviting] = useState(false);
  const [invited, setInvited] = useState<Invitation | null>(null);
  const person = list.items.find((p) => p.id === open);
  const columns: Column<Account>[] = [
    { id: "name", header: <FormattedMessage id="people.who" />, width: "26%", cell: (p) => <><strong><Name value={p.display || p.name} /></strong><div className="wr-muted wr-small"><Name value={p.name} mono /></div></> },
    { id: "grants", header: <FormattedMessage id="people.roles" />, cell: (p) => <span className="wr-row">{p.grants.map((grant, i) => <Tag key={i}><Word group="role" value={grant.role} />{grant.site !== "*" && <>{" @ "}<Name value={grant.site} /></>}{grant.product !== "*" && <>{" · "}<Name value={grant.product} /></>}</Tag>)}</span> },
    {
      id: "ways", header: <FormattedMessage id="people.ways" />, width: "22%", wide: true,
      cell: (p) => (
        <span className="wr-row">
          {p.has_password && <Tag><FormattedMessage id={p.totp ? "people.way.totp" : "people.way.password"} /></Tag>}
          {p.passkeys.length > 0 && <Tag><FormattedMessage id="people.way.passkey" values={{ n: p.passkeys.length }} /></Tag>}
          {p.oidc && <Tag><Name value={p.oidc} /></Tag>}
          {p.emergency && <Tag kind="warning"><FormattedMessage id="people.emergency" /></Tag>}
          {p.disabled && <Tag kind="off"><FormattedMessage id="people.disabled" /></Tag>}
        </span>
      ),
    },
    { id: "last", header: <FormattedMessage id="people.last" />, width: "150px", wide: true, cell: (p) => (p.last_sign_in ? <Time at={p.last_sign_in} mode="relative" wall /> : <span className="wr-muted"><FormattedMessage id="people.never" /></span>) },
  ];
  return (
    <div>
      <FilterBar label={intl.formatMessage({ id: "settings.people" })} search={{ id: "q", label: intl.formatMessage({ id: "people.search" }) }} filters={[]} values={filters} onChange={(patch) => setFilters(patch)}>
        <span className="wr-top-fill" />
        <LinkButton icon="download" to={fileURL("/people", filters, "csv")} download><FormattedMessage id="ui.csv" /></LinkButton>
        <Button kind="primary" icon="plus" onClick={() => setInviting(true)}><FormattedMessage id="people.invite" /></Button>
      </FilterBar>
      {list.problem ? <Failure problem={list.problem} retry={list.refresh} /> : (
        <Table caption={intl.formatMessage({ id: "settings.people" })} columns={columns} rows={list.items} rowKey={(p) => p.id} onOpen={(p) => setOpen(p.id)} loading={list.loading} total={list.total} more={list.more} onMore={list.loadMore} loadingMore={list.loadingMore} />
      )}
      {person && <Person key={person.etag} person={person} onClose={() => setOpen(null)} onLink={setInvited} />}
      {inviting && <Invite onClose={() => setInviting(false)} onDone={(invitation) => (setInviting(false), setInvited(invitation))} />}
      {invited && <LinkShown invitation={invited} onClose={() => setInvited(null)} />}
    </div>
  );
}
