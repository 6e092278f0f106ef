import { useEffect, useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useNavigate, useSearchParams } from "react-router";
import { Problem, send, useApi } from "../../api/client";
import type { SignInMethods, SignInStep } from "../../api/types";
import { Gate } from "../../app/Gate";
import { safePath } from "../../app/redirect";
import { useHeld } from "../../app/session";
import { useTitle } from "../../app/title";
import { hasPasskeys, prove, turnedDown } from "../../app/webauthn";
import type { RequestJSON } from "../../app/webauthn";
import { Banner, Button, Failure, LinkButton, Skeleton } from "../../ui";
import { Code } from "./Code";
import { Password } from "./Password";
import { Refused } from "./Refused";

/** By passkey, by password (and a code), or by the house's own sign-in. */
export default function SignIn() {
  const intl = useIntl();
  const [search] = useSearchParams();
  const to = safePath(search.get("to"));
  const navigate = useNavigate();
  const { session, reload } = useHeld();
  const methods = useApi<SignInMethods>("/sign-in");
  const [step, setStep] = useState<"start" | "totp">(search.get("step") === "code" ? "totp" : "start");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  useTitle(intl.formatMessage({ id: "signin.title" }));

  const signedIn = session !== null;
  useEffect(() => {
    if (signedIn) void navigate(to, { replace: true });
  }, [signedIn, navigate, to]);

  const attempt = async (way: () => Promise<SignInStep | null>) => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await way();
      if (answer?.next === "totp") setStep("totp");
      if (answer?.next === "done") await reload();
    } catch (err) {
      setProblem(Problem.of(err));
    } finally {
      setBusy(false);
    }
  };
  const byPasskey = async () => {
    const { publicKey } = await send<{ publicKey: RequestJSON }>("POST", "/sign-in/passkey/begin", {}, { quiet: true });
    try {
      return await send<SignInStep>("POST", "/sign-in/passkey/finish", await prove(publicKey), { quiet: true });
    } catch (err) {
      if (turnedDown(err)) return null;
      throw err;
    }
  };

  const { data } = methods;
  return (
    <Gate title={<FormattedMessage id={step === "totp" ? "signin.code.title" : "signin.title"} />} site={data?.site} origin={data?.origin}>
      {methods.error && <Failure problem={methods.error} retry={() => void methods.refetch()} />}
      {methods.isPending && <Skeleton lines={4} height={40} />}
      {search.get("problem") && !problem && <Banner kind="danger" role="alert"><FormattedMessage id="signin.oidc.failed" /></Banner>}
      {problem && <Refused problem={problem} />}
      {data?.first_run && (
        <Banner kind="info">
          <strong><FormattedMessage id="signin.first.title" /></strong>
          <p><FormattedMessage id="signin.first.text" /></p>
        </Banner>
      )}
      {data && step === "totp" && <Code busy={busy} onSend={(code) => void attempt(() => send<SignInStep>("POST", "/sign-in/totp", { code }, { quiet: true }))} onBack={() => (setStep("start"), setProblem(null))} failed={problem} />}
      {data && step === "start" && !data.first_run && (
        <>
          {data.password && <Password busy={busy} problem={problem} onSend={(name, password) => void attempt(() => send<SignInStep>("POST", "/sign-in/password", { name, password }, { quiet: true }))} />}
          {data.password && (data.oidc.length > 0 || (data.passkey && hasPasskeys())) && <div className="wr-or"><FormattedMessage id="signin.or" /></div>}
          <div className="wr-gate-ways">
            {data.passkey && hasPasskeys() && <Button wide icon="key" busy={busy} onClick={() => void attempt(byPasskey)}><FormattedMessage id="signin.passkey" /></Button>}
            {data.oidc.map((provider) => (
              <LinkButton key={provider.id} wide icon="external" to={`/auth/oidc/${encodeURIComponent(provider.id)}/start?to=${encodeURIComponent(to)}`}>
                <FormattedMessage id="signin.oidc" values={{ name: provider.name }} />
              </LinkButton>
            ))}
          </div>
          <p className="wr-muted wr-small"><FormattedMessage id="signin.help" /></p>
        </>
      )}
    </Gate>
  );
}
