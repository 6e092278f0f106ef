import { useEffect, useRef, useState } from "react";
import type { FormEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useNavigate } from "react-router";
import { Problem, send, useApi } from "../../api/client";
import type { SignInMethods, SignInStep, WelcomeLink } from "../../api/types";
import { Gate } from "../../app/Gate";
import { useHeld } from "../../app/session";
import { useTitle } from "../../app/title";
import { Banner, Button, Failure, Field, LinkButton, plain, Skeleton, TextInput, Time } from "../../ui";
import { useToken } from "./token";

const least = 12; // characters, as the server asks

/** The end of a one-time link: first administrator, invitation, reset, or a door into the demo. */
export default function Welcome() {
  const intl = useIntl();
  const token = useToken();
  const methods = useApi<SignInMethods>("/sign-in");
  const link = useApi<WelcomeLink>(token ? `/welcome/${encodeURIComponent(token)}` : null, undefined, { quiet: true });
  useTitle(intl.formatMessage({ id: "welcome.title" }));
  const purpose = link.data?.purpose;
  return (
    <Gate title={<FormattedMessage id={purpose ? `welcome.${purpose}.title` : "welcome.title"} />} site={methods.data?.site} origin={methods.data?.origin}>
      {!token && <Ended />}
      {token && link.isPending && <Skeleton lines={4} height={40} />}
      {link.error && (link.error.status === 404 || link.error.status === 410 || link.error.status === 401 ? <Ended /> : <Failure problem={link.error} retry={() => void link.refetch()} />)}
      {token && link.data && (link.data.purpose === "demo" ? <Enter token={token} /> : <Account token={token} link={link.data} />)}
    </Gate>
  );
}

function Ended() {
  return (
    <>
      <Banner kind="warning">
        <strong><FormattedMessage id="welcome.ended.title" /></strong>
        <p><FormattedMessage id="welcome.ended.text" /></p>
      </Banner>
      <LinkButton to="/sign-in"><FormattedMessage id="welcome.ended.signin" /></LinkButton>
    </>
  );
}

function useArrive() {
  const { reload } = useHeld();
  const navigate = useNavigate();
  return async (step: SignInStep) => {
    if (step.next === "totp") return void navigate("/sign-in?step=code", { replace: true });
    const session = await reload();
    await navigate(session?.setup ? "/start" : "/", { replace: true });
  };
}

/** The demo asks for nothing: its link leads straight in, and the button stays for when that failed. */
function Enter({ token }: { token: string }) {
  const arrive = useArrive();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const entered = useRef(false);
  useEffect(() => {
    if (!entered.current) enter();
  });
  const enter = () => {
    entered.current = true;
    setProblem(null);
    setBusy(true);
    send<SignInStep>("POST", "/welcome", { token }, { quiet: true })
      .then(arrive)
      .catch((err: unknown) => setProblem(Problem.of(err)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <p><FormattedMessage id="welcome.demo.text" /></p>
      {problem && <Failure problem={problem} />}
      <Button kind="primary" wide busy={busy} onClick={enter} autoFocus><FormattedMessage id="welcome.demo.enter" /></Button>
    </>
  );
}

function Account({ token, link }: { token: string; link: WelcomeLink }) {
  const intl = useIntl();
  const arrive = useArrive();
  const first = link.purpose === "first-administrator";
  const [name, setName] = useState(link.name ?? "");
  const [display, setDisplay] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => setName(link.name ?? ""), [link.name]);

  const short = [...password].length < least;
  const differs = again !== password;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setTried(true);
    if (short || differs) return;
    setBusy(true);
    setProblem(null);
    send<SignInStep>("POST", "/welcome", { token, password, ...(first ? { name: name.trim(), display: display.trim() } : {}) }, { quiet: true })
      .then(arrive)
      .catch((err: unknown) => setProblem(Problem.of(err)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <p><FormattedMessage id={`welcome.${link.purpose}.text`} values={{ end: <Time at={link.expires} /> }} /></p>
      {problem && (
        <Banner kind="danger" role="alert">
          {plain(problem.message)}
          {problem.hint && <p>{plain(problem.hint)}</p>}
        </Banner>
      )}
      <form onSubmit={submit} noValidate>
        {first ? (
          <>
            <Field label={<FormattedMessage id="welcome.name" />} hint={<FormattedMessage id="welcome.name.hint" />} error={tried && !name.trim() ? intl.formatMessage({ id: "welcome.name.missing" }) : undefined}>
              <TextInput value={name} onChange={setName} autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus maxLength={64} />
            </Field>
            <Field label={<FormattedMessage id="welcome.display" />}>
              <TextInput value={display} onChange={setDisplay} autoComplete="name" maxLength={200} />
            </Field>
          </>
        ) : (
          <Field label={<FormattedMessage id="welcome.name" />}>
            <TextInput value={name} onChange={() => {}} readOnly autoComplete="username" />
          </Field>
        )}
        <Field label={<FormattedMessage id="welcome.password" />} hint={<FormattedMessage id="welcome.password.hint" values={{ least }} />} error={tried && short ? intl.formatMessage({ id: "welcome.password.short" }, { least }) : undefined}>
          <TextInput type="password" value={password} onChange={setPassword} autoComplete="new-password" required autoFocus={!first} maxLength={1000} />
        </Field>
        <Field label={<FormattedMessage id="welcome.again" />} error={tried && differs ? intl.formatMessage({ id: "welcome.again.differs" }) : undefined}>
          <TextInput type="password" value={again} onChange={setAgain} autoComplete="new-password" required maxLength={1000} />
        </Field>
        <Button type="submit" kind="primary" wide busy={busy}><FormattedMessage id={`welcome.${link.purpose}.send`} /></Button>
      </form>
    </>
  );
}
