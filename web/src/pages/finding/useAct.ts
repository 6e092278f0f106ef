import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useI18n } from "../../i18n/I18n";
import { get, Problem, refetch, send } from "../../api/client";
import type { Finding, FindingDetail } from "../../api/types";
import { siteNow } from "../../ui";
import type { Said } from "./ActFields";
import { type Act, differences, type Difference, stateOf, until } from "./acts";

export interface Acting {
  busy: boolean;
  problem: Problem | null;
  /** It changed meanwhile, and this is how; what was typed is kept, and pressing again says it of what is now. */
  conflict: Difference[] | null;
  run: (act: Act, said: Said, basis: FindingDetail) => Promise<Finding | undefined>;
  forget: () => void;
}

/** Says something of a finding: only of the version that was read (If-Match), so that nobody decides on what changed. */
export function useAct(refetched: (now: FindingDetail) => void, language?: string): Acting {
  const client = useQueryClient();
  const { timeZone } = useI18n();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [conflict, setConflict] = useState<Difference[] | null>(null);
  const forget = () => {
    setProblem(null);
    setConflict(null);
  };
  const run: Acting["run"] = async (act, said, basis) => {
    setBusy(true);
    forget();
    const path = `/findings/${encodeURIComponent(basis.id)}`;
    try {
      const done = await send<Finding>("POST", act === "assign" ? `${path}/assignment` : `${path}/decision`, body(act, said, timeZone, basis.max_until), { etag: basis.etag });
      await refetch(client, ["/findings", "/cases", "/overview"]);
      return done;
    } catch (err) {
      const refused = Problem.of(err);
      if (refused.status === 412 || refused.status === 409) {
        const now = await get<FindingDetail>(path, { language }).catch(() => undefined);
        const changed = now ? differences(basis, now) : [];
        if (now) refetched(now);
        if (now && (refused.status === 412 || changed.length > 0)) {
          setConflict(changed);
          return undefined;
        }
      }
      setProblem(refused);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, conflict, run, forget };
}

/** What the API is sent for an act. */
export function body(act: Act, said: Said, timeZone: string, maxUntil?: string): Record<string, unknown> {
  const day = (text: string, latest?: string) => (text === "" ? undefined : until(text, timeZone, siteNow(), latest));
  if (act === "assign") return { to: said.to.trim(), due: day(said.due), note: said.reason.trim() || undefined };
  return {
    state: stateOf[act],
    reason: said.reason.trim(),
    until: act === "accept" ? day(said.day, maxUntil) : undefined,
    scope: act === "false positive" ? said.scope : undefined,
  };
}
