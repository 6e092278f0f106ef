import { FormattedMessage, useIntl } from "react-intl";
import type { Permission } from "../api/types";
import { Button, Empty, LinkButton, Word } from "../ui";
import { useTitle } from "./title";

export function NotFound() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "notfound.title" }));
  return (
    <Empty level={1} title={<FormattedMessage id="notfound.title" />}>
      <p><FormattedMessage id="notfound.text" /></p>
      <LinkButton to="/" icon="home"><FormattedMessage id="notfound.home" /></LinkButton>
    </Empty>
  );
}

export function NotAllowed({ permission }: { permission: Permission }) {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "notallowed.title" }));
  return (
    <Empty level={1} title={<FormattedMessage id="notallowed.title" />}>
      <p><FormattedMessage id="notallowed.text" values={{ permission: <Word group="permission" value={permission} /> }} /></p>
      <LinkButton to="/" icon="home"><FormattedMessage id="notfound.home" /></LinkButton>
    </Empty>
  );
}

export function Unreachable() {
  return (
    <main className="wr-unreachable">
      <Empty level={1} title={<FormattedMessage id="failure.offline" />}>
        <p><FormattedMessage id="unreachable.text" /></p>
        <p><FormattedMessage id="unreachable.do" /></p>
        <Button kind="primary" icon="refresh" onClick={() => location.reload()}><FormattedMessage id="ui.retry" /></Button>
      </Empty>
    </main>
  );
}
