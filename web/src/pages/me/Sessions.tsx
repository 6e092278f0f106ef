import { useState } from "react";
import { FormattedMessage } from "react-intl";
import { usePage, useSend } from "../../api/client";
import type { SessionRow } from "../../api/types";
import { Button, Confirm, Failure, Icon, Name, Skeleton, Tag, Time } from "../../ui";
import { device } from "./agent";

/** Where one is signed in; any can be ended from here. */
export function Sessions() {
  const list = usePage<SessionRow>("/me/sessions");
  const end = useSend("DELETE", "/me/sessions", []);
  const [asked, setAsked] = useState<SessionRow | null>(null);
  if (list.problem) return <Failure problem={list.problem} retry={list.refresh} />;
  if (list.loading) return <Skeleton lines={2} height={32} />;
  return (
    <>
      <ul className="wr-list">
        {list.items.map((row) => (
          <li key={row.id}>
            <Icon name="home" />
            <div className="wr-list-body">
              <strong className="wr-row"><Name value={device(row.agent)} title={row.agent} />{row.current && <Tag kind="accent"><FormattedMessage id="me.sessions.current" /></Tag>}</strong>
              <span><FormattedMessage id="me.sessions.line" values={{ address: <bdi>{row.address}</bdi>, via: <FormattedMessage id={`via.${row.via}`} />, seen: <Time at={row.last_seen} mode="relative" wall />, end: <Time at={row.expires} /> }} /></span>
            </div>
            {!row.current && <Button small onClick={() => setAsked(row)}><FormattedMessage id="me.sessions.end" /></Button>}
          </li>
        ))}
      </ul>
      <Confirm
        title={<FormattedMessage id="me.sessions.ask" />}
        open={asked !== null}
        onClose={() => setAsked(null)}
        busy={end.isPending}
        verb={<FormattedMessage id="me.sessions.end" />}
        onConfirm={() => end.mutate({ path: `/me/sessions/${encodeURIComponent(asked!.id)}` }, { onSuccess: () => (setAsked(null), list.refresh()) })}
        problem={end.error && <Failure problem={end.error} />}
      >
        <p><FormattedMessage id="me.sessions.text2" values={{ agent: device(asked?.agent ?? ""), address: asked?.address ?? "" }} /></p>
      </Confirm>
    </>
  );
}
