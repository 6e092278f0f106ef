import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { base, Problem, refetch, send } from "../../api/client";
import type { Proposal } from "../../api/types";

/** How long an answer waits before it is sent, in milliseconds: the time to take it back without a trace. */
export const patience = 6_000;

interface Held {
  proposal: Proposal;
  accept: boolean;
}

export interface Answers {
  /** The answer that can still be taken back. */
  held: Held | null;
  /** Ids that were answered here, sent or not. */
  answered: ReadonlySet<string>;
  answer: (proposal: Proposal, accept: boolean) => void;
  undo: () => void;
  /** What the server refused; the question is open again. */
  refused: { proposal: Proposal; problem: Problem } | null;
}

/**
 * Answers, each held back for a moment: until it is sent, undo is exact, whatever kind of question it was. The next answer,
 * leaving the page, or time sends it.
 */
export function useAnswers(): Answers {
  const client = useQueryClient();
  const [held, setHeld] = useState<Held | null>(null);
  const [answered, setAnswered] = useState<ReadonlySet<string>>(new Set());
  const [refused, setRefused] = useState<Answers["refused"]>(null);
  const waiting = useRef<{ held: Held; timer: ReturnType<typeof setTimeout> } | null>(null);

  const deliver = useCallback(async ({ proposal, accept }: Held) => {
    try {
      await send<Proposal>("POST", `/proposals/${encodeURIComponent(proposal.id)}/answer`, { accept });
      await refetch(client, ["/proposals", "/assets", "/overview"]);
    } catch (err) {
      setAnswered((old) => without(old, proposal.id));
      setRefused({ proposal, problem: Problem.of(err) });
    }
  }, [client]);

  const flush = useCallback(() => {
    const w = waiting.current;
    if (!w) return;
    clearTimeout(w.timer);
    waiting.current = null;
    setHeld(null);
    void deliver(w.held);
  }, [deliver]);

  const answer = useCallback((proposal: Proposal, accept: boolean) => {
    flush();
    setRefused(null);
    const next = { proposal, accept };
    setHeld(next);
    setAnswered((old) => new Set(old).add(proposal.id));
    waiting.current = { held: next, timer: setTimeout(flush, patience) };
  }, [flush]);

  const undo = useCallback(() => {
    const w = waiting.current;
    if (!w) return;
    clearTimeout(w.timer);
    waiting.current = null;
    setHeld(null);
    setAnswered((old) => without(old, w.held.proposal.id));
  }, []);

  useEffect(() => {
    // A page that goes away takes its requests along, unless they are told to live on.
    const leave = () => {
      const w = waiting.current;
      if (!w) return;
      clearTimeout(w.timer);
      waiting.current = null;
      void fetch(`${base}/proposals/${encodeURIComponent(w.held.proposal.id)}/answer`, {
        method: "POST", keepalive: true, credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ accept: w.held.accept }),
      }).catch(() => {});
    };
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      flush();
    };
  }, [flush]);

  return { held, answered, answer, undo, refused };
}

function without(set: ReadonlySet<string>, id: string): Set<string> {
  const next = new Set(set);
  next.delete(id);
  return next;
}
