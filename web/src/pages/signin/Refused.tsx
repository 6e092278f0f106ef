import { FormattedMessage } from "react-intl";
import type { Problem } from "../../api/client";
import { Banner, plain } from "../../ui";

/** Why it didn't work, in the reader's language where it is one of the usual reasons. It never says whether the name exists. */
export function Refused({ problem }: { problem: Problem }) {
  const known = problem.status === 429 ? "throttled" : problem.status === 401 ? "wrong" : problem.status === 0 && problem.code === "offline" ? "offline" : null;
  return (
    <Banner kind={problem.status === 429 ? "warning" : "danger"} role="alert">
      {known ? <FormattedMessage id={`signin.refused.${known}`} values={{ minutes: Math.max(1, Math.ceil((problem.retryAfter ?? 60) / 60)) }} /> : <span>{plain(problem.message)}</span>}
      {!known && problem.hint && <p>{plain(problem.hint)}</p>}
    </Banner>
  );
}
