import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { BrowserRouter, Navigate, Outlet, Route, Routes, useLocation } from "react-router";
import { EventsProvider, newQueryClient } from "../api/client";
import { I18nProvider } from "../i18n/I18n";
import { Skeleton, ToastProvider } from "../ui";
import { Boundary } from "./Boundary";
import { NotAllowed, NotFound, Unreachable } from "./Dead";
import { pages } from "./pages";
import type { Page } from "./pages";
import { prefetchSession, SessionProvider, useHeld } from "./session";
import { Bare, Shell } from "./Shell";

export function App() {
  const [client] = useState(() => {
    const made = newQueryClient();
    prefetchSession(made);
    return made;
  });
  return (
    <QueryClientProvider client={client}>
      <I18nProvider>
        <BrowserRouter>
          <ToastProvider>
            <Boundary>
              <SessionProvider waiting={null}>
                <Site />
              </SessionProvider>
            </Boundary>
          </ToastProvider>
        </BrowserRouter>
      </I18nProvider>
    </QueryClientProvider>
  );
}

/** All routes: public pages as they are, the others inside the frame and behind the session. */
export function Site() {
  const { session, problem } = useHeld();
  if (problem && !session) return <Unreachable />;
  return (
    <EventsProvider on={session !== null}>
      <Routes>
        {pages.filter((p) => p.public).map((page) => <Route key={page.path} path={page.path} element={<Shown page={page} />} />)}
        <Route element={<Guard />}>
          <Route element={<Bare />}>{pages.filter((p) => p.frameless && !p.public).map((page) => <Route key={page.path} path={page.path} element={<Shown page={page} />} />)}</Route>
          <Route element={<Shell />}>
            {pages.filter((p) => !p.frameless && !p.public).map((page) => <Route key={page.path} path={page.path} element={<Shown page={page} />} />)}
            <Route path="*" element={<NotFound />} />
          </Route>
        </Route>
      </Routes>
    </EventsProvider>
  );
}

function Guard() {
  const { session } = useHeld();
  const { pathname, search } = useLocation();
  if (session) return <Outlet />;
  const to = pathname === "/" && !search ? "" : `?to=${encodeURIComponent(pathname + search)}`;
  return <Navigate to={`/sign-in${to}`} replace />;
}

function Shown({ page }: { page: Page }) {
  const { session } = useHeld();
  const { pathname } = useLocation();
  if (page.permission && session && !session.permissions.includes(page.permission)) return <NotAllowed permission={page.permission} />;
  return (
    <Boundary key={page.path} path={pathname}>
      <Suspense fallback={<div className="wr-panel-body wr-waiting"><Skeleton lines={8} height={20} /></div>}>
        <page.Component />
      </Suspense>
    </Boundary>
  );
}
