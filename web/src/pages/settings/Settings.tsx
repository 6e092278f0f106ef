import { lazy, Suspense } from "react";
import type { ComponentType } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Navigate, Route, Routes } from "react-router";
import type { Permission } from "../../api/types";
import { NotAllowed } from "../../app/Dead";
import { useSession } from "../../app/session";
import { LinkTabs, Page, PageHead, Skeleton } from "../../ui";

interface Part {
  id: string;
  permission?: Permission;
  load: () => Promise<{ default: ComponentType }>;
}

// In the order of a first set-up: where, who listens, who may, who is told.
const parts: Part[] = [
  { id: "site", permission: "view", load: () => import("./Site") },
  { id: "sensors", permission: "view", load: () => import("./Sensors") },
  { id: "people", permission: "people", load: () => import("./People") },
  { id: "tokens", load: () => import("./Tokens") },
  { id: "sign-in", permission: "people", load: () => import("./SignInWays") },
  { id: "notifications", permission: "settings", load: () => import("./Notifications") },
  { id: "work-orders", permission: "settings", load: () => import("./WorkOrders") },
  { id: "retention", permission: "settings", load: () => import("./Retention") },
  { id: "about", load: () => import("./About") },
];

const shown = parts.map((part) => ({ ...part, Component: lazy(part.load) }));

export default function Settings() {
  const intl = useIntl();
  const { permissions } = useSession();
  const mine = shown.filter((part) => !part.permission || permissions.includes(part.permission));
  const first = mine[0]!;
  return (
    <Page>
      <PageHead title={<FormattedMessage id="settings.title" />} />
      <LinkTabs label={intl.formatMessage({ id: "settings.title" })} tabs={mine.map((part) => ({ to: `/settings/${part.id}`, label: <FormattedMessage id={`settings.${part.id}`} /> }))} />
      <Suspense fallback={<div className="wr-waiting"><Skeleton lines={8} height={24} /></div>}>
        <Routes>
          <Route index element={<Navigate to={`/settings/${first.id}`} replace />} />
          {shown.map((part) => <Route key={part.id} path={part.id} element={mine.includes(part) ? <part.Component /> : <NotAllowed permission={part.permission!} />} />)}
          <Route path="*" element={<Navigate to={`/settings/${first.id}`} replace />} />
        </Routes>
      </Suspense>
    </Page>
  );
}
