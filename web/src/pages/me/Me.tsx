import { useEffect } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useLocation } from "react-router";
import { useApi } from "../../api/client";
import type { Account } from "../../api/types";
import { useTitle } from "../../app/title";
import { Failure, Name, Page, PageHead, Section, Skeleton, Tag, Word } from "../../ui";
import { Passkeys } from "./Passkeys";
import { Password } from "./Password";
import { Profile, View } from "./Profile";
import { Sessions } from "./Sessions";
import { Totp } from "./Totp";

/** One's own account. */
export default function Me() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "me.title" }));
  const { data: me, error, isPending, refetch } = useApi<Account>("/me");
  const { hash } = useLocation();
  const loaded = me !== undefined;
  useEffect(() => {
    if (loaded && hash) document.getElementById(hash.slice(1))?.scrollIntoView?.();
  }, [loaded, hash]);
  const text = (id: string) => <FormattedMessage id={id} />;
  return (
    <Page>
      <PageHead title={text("me.title")}>
        {me && (
          <span className="wr-row">
            <Name value={me.name} mono />
            {me.grants.map((grant, i) => <Tag key={i}><Word group="role" value={grant.role} /></Tag>)}
            {me.emergency && <Tag kind="warning">{text("people.emergency")}</Tag>}
          </span>
        )}
      </PageHead>
      {isPending && <div className="wr-waiting"><Skeleton lines={8} height={24} /></div>}
      {error && <Failure problem={error} retry={() => void refetch()} />}
      {me && (
        <div className="wr-sections">
          <Section title={text("me.profile")} text={text("me.profile.text")}><Profile me={me} /></Section>
          <Section id="language" title={text("me.view")} text={text("me.view.text")}><View me={me} /></Section>
          <Section title={text("me.passkeys")} text={text("me.passkeys.text")}><Passkeys me={me} /></Section>
          <Section title={text("me.password")} text={text(me.has_password ? "me.password.text" : "me.password.none")}><Password me={me} /></Section>
          <Section title={text("me.totp")} text={text("me.totp.text")}><Totp me={me} /></Section>
          <Section title={text("me.sessions")} text={text("me.sessions.text")}><Sessions /></Section>
        </div>
      )}
    </Page>
  );
}
