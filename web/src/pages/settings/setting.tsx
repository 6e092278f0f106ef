import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { FormEvent, ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { keyOf, useApi, useSend } from "../../api/client";
import type { Problem } from "../../api/client";
import type { Setting } from "../../api/types";
import { Banner, Button, Failure, Field, Name, Skeleton, TextInput, Time, useToast } from "../../ui";
import "./settings.css";

export interface Draft<T> {
  value: T;
  set: (patch: Partial<T> | ((old: T) => T)) => void;
  changed: boolean;
  setting: Setting;
  loading: boolean;
  problem: Problem | null;
  save: (reason: string, done: () => void) => void;
  saving: boolean;
  refused: Problem | null;
  /** Takes what the server has, and drops one's own changes. */
  reload: () => void;
}

/** A setting being edited: the version that was read goes with the change, so that nobody overwrites somebody unseen. */
export function useSetting<T extends object>(name: string, empty: T, prepare: (value: T) => T = (value) => value): Draft<T> | { value: null; loading: boolean; problem: Problem | null; reload: () => void } {
  const client = useQueryClient();
  const query = useApi<Setting>(`/settings/${name}`);
  const send = useSend<Setting, { value: T; reason: string }>("PUT", `/settings/${name}`, [`/settings/${name}`, "/session"]);
  const [draft, setDraft] = useState<{ etag: string; value: T } | null>(null);
  const held = query.data;
  const stored = held ? (Array.isArray(held.value) ? (held.value as T) : ({ ...empty, ...(held.value as object) } as T)) : null;

  // A later version replaces the draft only while nothing was typed.
  const dirty = draft !== null && stored !== null && JSON.stringify(draft.value) !== JSON.stringify(stored);
  useEffect(() => {
    if (held && stored && (!draft || (!dirty && draft.etag !== held.etag))) setDraft({ etag: held.etag, value: stored });
  }, [held, stored, draft, dirty]);

  const reload = () => {
    send.reset();
    void query.refetch().then(({ data }) => data && setDraft({ etag: data.etag, value: Array.isArray(data.value) ? (data.value as T) : ({ ...empty, ...(data.value as object) } as T) }));
  };
  if (!held || !draft) return { value: null, loading: query.isPending, problem: query.error, reload };
  return {
    value: draft.value,
    set: (patch) => setDraft({ ...draft, value: typeof patch === "function" ? patch(draft.value) : { ...draft.value, ...patch } }),
    changed: dirty,
    setting: held,
    loading: false,
    problem: null,
    save: (reason, done) =>
      send.mutate(
        { body: { value: prepare(draft.value), reason }, etag: draft.etag },
        {
          onSuccess: (now) => {
            if (now) {
              // What the server has of it: secrets come back as marks, and empty fields not at all.
              client.setQueryData(keyOf(`/settings/${name}`), now);
              setDraft({ etag: now.etag, value: Array.isArray(now.value) ? (now.value as T) : ({ ...empty, ...(now.value as object) } as T) });
            }
            done();
          },
        },
      ),
    saving: send.isPending,
    refused: send.error,
    reload,
  };
}

/** The form around a setting: why, save, who changed it last, and what to do when somebody was faster. */
export function SettingForm<T extends object>({ draft, disabled, children, invalid }: { draft: ReturnType<typeof useSetting<T>>; disabled?: boolean; invalid?: boolean; children: (draft: Draft<T>) => ReactNode }) {
  const intl = useIntl();
  const toast = useToast();
  const [reason, setReason] = useState("");
  if (draft.problem) return <Failure problem={draft.problem} retry={draft.reload} />;
  if (draft.value === null) return <Skeleton lines={4} height={32} />;
  const d = draft as Draft<T>;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    d.save(reason.trim(), () => {
      setReason("");
      toast({ kind: "good", text: intl.formatMessage({ id: "settings.saved" }) });
    });
  };
  const overtaken = d.refused?.status === 412 || d.refused?.status === 428;
  return (
    <form className="wr-stack" onSubmit={submit}>
      <fieldset className="wr-stack" disabled={disabled}>{children(d)}</fieldset>
      {overtaken && (
        <Banner kind="warning" role="alert" actions={<Button small onClick={d.reload}><FormattedMessage id="settings.overtaken.load" /></Button>}>
          <FormattedMessage id="settings.overtaken" />
        </Banner>
      )}
      {d.refused && !overtaken && <Failure problem={d.refused} title={<FormattedMessage id="settings.refused" />} />}
      {!disabled && d.changed && (
        <div className="wr-setting-save">
          <Field label={<FormattedMessage id="settings.reason" />}><TextInput value={reason} onChange={setReason} maxLength={1000} /></Field>
          <Button kind="primary" type="submit" busy={d.saving} disabled={invalid}><FormattedMessage id="ui.save" /></Button>
          <Button onClick={d.reload}><FormattedMessage id="settings.discard" /></Button>
        </div>
      )}
      {d.setting.by && (
        <p className="wr-muted wr-small">
          <FormattedMessage id="settings.last" values={{ by: <Name value={d.setting.by} />, at: <Time at={d.setting.at} />, reason: d.setting.reason ? <Name value={d.setting.reason} wrap /> : "–" }} />
        </p>
      )}
    </form>
  );
}
