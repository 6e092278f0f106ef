import { useEffect, useRef, useState } from "react";
import type { FormEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Problem } from "../../api/client";
import { Button, Field, TextInput } from "../../ui";

/** Name and password. After a refusal the password is emptied and holds the focus; while throttled the button waits. */
export function Password({ busy, problem, onSend }: { busy: boolean; problem: Problem | null; onSend: (name: string, password: string) => void }) {
  const intl = useIntl();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const box = useRef<HTMLInputElement>(null);
  const wait = useCountdown(problem);
  useEffect(() => {
    if (!problem) return;
    setPassword("");
    box.current?.focus();
  }, [problem]);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (wait === 0) onSend(name.trim(), password);
  };
  return (
    <form onSubmit={submit}>
      <Field label={<FormattedMessage id="signin.name" />}>
        <TextInput value={name} onChange={setName} autoComplete="username webauthn" autoCapitalize="none" spellCheck={false} required autoFocus maxLength={200} />
      </Field>
      <Field label={<FormattedMessage id="signin.password" />}>
        <TextInput ref={box} type="password" value={password} onChange={setPassword} autoComplete="current-password" required maxLength={1000} />
      </Field>
      <Button type="submit" kind="primary" wide busy={busy} disabled={wait > 0}>
        {wait > 0 ? intl.formatMessage({ id: "signin.wait" }, { seconds: wait }) : intl.formatMessage({ id: "signin.send" })}
      </Button>
    </form>
  );
}

/** Seconds until the server listens again. */
function useCountdown(problem: Problem | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (problem?.status !== 429) return setLeft(0);
    const end = Date.now() + (problem.retryAfter ?? 30) * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [problem]);
  return left;
}
