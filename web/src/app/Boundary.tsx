import { Component } from "react";
import type { ReactNode } from "react";
import { FormattedMessage } from "react-intl";
import { Button, plain } from "../ui";

// A chunk that is gone: the server was updated while this page was open.
const outdated = /dynamically imported module|Importing a module script failed|preload CSS|error loading/i;

/** Keeps one page's fault from taking the frame with it: what failed, what is safe, what to do. */
export class Boundary extends Component<{ children: ReactNode; path?: string }, { fault: Error | null; path?: string }> {
  override state: { fault: Error | null; path?: string } = { fault: null };

  static getDerivedStateFromError(fault: unknown) {
    return { fault: fault instanceof Error ? fault : new Error(String(fault)) };
  }

  static getDerivedStateFromProps(props: { path?: string }, state: { fault: Error | null; path?: string }) {
    return props.path === state.path ? null : { fault: null, path: props.path };
  }

  override render() {
    const { fault } = this.state;
    if (!fault) return this.props.children;
    const old = outdated.test(fault.message);
    return (
      <div className="wr-failure" role="alert">
        <h2><FormattedMessage id={old ? "boundary.outdated" : "boundary.title"} /></h2>
        {!old && <p><code>{plain(fault.message)}</code></p>}
        <p><FormattedMessage id="boundary.safe" /></p>
        <p><FormattedMessage id={old ? "boundary.reload" : "boundary.do"} /></p>
        <Button kind="primary" icon="refresh" onClick={() => location.reload()}><FormattedMessage id="boundary.again" /></Button>
      </div>
    );
  }
}
