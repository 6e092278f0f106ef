import { FormattedMessage } from "react-intl";
import type { ArtefactVerdict, SignatureAnswer } from "../../api/types";
import { Glyph } from "../../ui";

const artefact = { malicious: "critical", unreadable: "medium", unknown: "unknown", safe: "pass", inert: "pass", none: "unwatched" } as const;
const signature = { failed: "high", unsigned: "medium", unknown: "unknown", verified: "pass", none: "unwatched" } as const;

/** What loading its files would do. What nobody looked at is drawn as that, not as clean. */
export function ArtefactMark({ value }: { value: ArtefactVerdict }) {
  const shape = artefact[value];
  return <span className={`wr-mark wr-mark-${shape}`}><Glyph of={shape} /><span className="wr-mark-label"><FormattedMessage id={`artefact.${value}`} /></span></span>;
}

export function SignatureMark({ value }: { value: SignatureAnswer }) {
  const shape = signature[value];
  return <span className={`wr-mark wr-mark-${shape}`}><Glyph of={shape} /><span className="wr-mark-label"><FormattedMessage id={`signature.${value}`} /></span></span>;
}
