import { useCallback, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { FormattedMessage, useIntl } from "react-intl";
import { Problem, refetch, send } from "../../api/client";
import type { Statement } from "../../api/types";
import { Banner, Button, Failure, useToast } from "../../ui";

/** What was just done and can be taken back. It stays on the page until another act or a closed page: a toast would be gone too soon. */
export interface Done { did: "merged" | "split" | "set" | "answered"; undo?: Statement[]; what?: string }

export function useUndo(first: Done | null = null) {
  const intl = useIntl();
  const client = useQueryClient();
  const toast = useToast();
  const [done, setDone] = useState<Done | null>(first);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const undo = useCallback(async () => {
    if (!done?.undo) return;
    setBusy(true);
    setProblem(null);
    try {
      await send("POST", "/statements", { statements: done.undo });
      await refetch(client, ["/assets", "/proposals", "/map", "/links"]);
      setDone(null);
      toast({ kind: "good", text: intl.formatMessage({ id: "asset.undone" }) });
    } catch (err) {
      setProblem(Problem.of(err));
    } finally {
      setBusy(false);
    }
  }, [done, client, toast, intl]);
  const bar = done && (
    <Banner kind="good" role="status" actions={
      <>
        {done.undo && done.undo.length > 0 && <Button small icon="undo" busy={busy} onClick={() => void undo()}><FormattedMessage id="asset.undo" /></Button>}
        <Button small kind="quiet" onClick={() => setDone(null)}><FormattedMessage id="ui.dismiss" /></Button>
      </>
    }>
      <FormattedMessage id={`asset.did.${done.did}`} values={{ what: done.what ?? "" }} />
      {problem && <Failure problem={problem} />}
    </Banner>
  );
  return { bar, tell: (d: Done) => { setProblem(null); setDone(d); } };
}
