import type { Severity } from "../../api/types";

// The setting "notifications", as the notifier reads it.
export type ChannelKind = "webhook" | "slack" | "teams" | "mail";

export interface Hours {
  days?: string[];
  from: string;
  to: string;
}

export interface NoticeRoute {
  name: string;
  channel: { kind: ChannelKind; url?: string; secret?: string; server?: string; require_tls?: boolean; user?: string; password?: string; from?: string; to?: string[] };
  when?: { severity?: Severity; wards?: string[]; zones?: string[]; roles?: string[]; hours?: Hours[] };
  escalate_after_minutes?: number;
  escalate_to?: string;
  off?: boolean;
}

export interface Notices {
  routes?: NoticeRoute[];
  heartbeat?: { url?: string; minutes?: number };
}

export const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** "ICU 2, ICU 3" → two names; empty means all. */
export const names = (text: string): string[] | undefined => {
  const list = text.split(",").map((s) => s.trim()).filter(Boolean);
  return list.length > 0 ? list : undefined;
};

/** What has no meaning for the kind of channel is not sent. */
export function tidy(notices: Notices): Notices {
  const routes = (notices.routes ?? []).map((route) => {
    const { kind, url, secret, server, require_tls, user, password, from, to } = route.channel;
    const channel = kind === "mail" ? { kind, server, require_tls, user, password, from, to } : kind === "webhook" ? { kind, url, secret } : { kind, url };
    const escalates = route.escalate_to && route.escalate_after_minutes;
    return { ...route, channel, escalate_to: escalates ? route.escalate_to : undefined, escalate_after_minutes: escalates ? route.escalate_after_minutes : undefined };
  });
  return { routes, heartbeat: notices.heartbeat?.url ? notices.heartbeat : undefined };
}
