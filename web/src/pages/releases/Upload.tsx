import { useEffect, useId, useRef, useState } from "react";
import type { DragEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { useQueryClient } from "@tanstack/react-query";
import { Problem, query, refetch, upload } from "../../api/client";
import type { PortfolioDocument } from "../../api/types";
import { Banner, Button, Bytes, cx, Failure, Field, Icon, LinkButton, Name, TextInput } from "../../ui";
import { most as looked, peek, type Peeked } from "./peek";
import "../start/start.css";

/** As the server takes. */
const largest = 512 * 2 ** 20;

export interface Into { id: string; name: string }

/**
 * A bill of materials: drop it, or choose it; it is sent with its progress and judged before it is said to be done. Into a
 * release, or into the one that the document says it is of; where it does not say, the reader does.
 */
export function Upload({ into, dropped, onDone }: { into?: Into; dropped?: File; onDone?: (doc: PortfolioDocument) => void }) {
  const intl = useIntl();
  const client = useQueryClient();
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const [said, setSaid] = useState<Peeked>({});
  const [own, setOwn] = useState<Peeked>({});
  const [tried, setTried] = useState(false);
  const [sent, setSent] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [done, setDone] = useState<PortfolioDocument | null>(null);
  const [over, setOver] = useState(false);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const choose = (chosen: File | undefined) => {
    setProblem(null);
    setDone(null);
    setTried(false);
    setOwn({});
    setSaid({});
    setFile(chosen ?? null);
    if (chosen && chosen.size <= looked) void chosen.text().then((t) => setSaid(peek(t)), () => {});
  };
  // A file dropped on the page behind comes as a property.
  const taken = useRef<File | undefined>(undefined);
  useEffect(() => {
    if (!dropped || taken.current === dropped) return;
    taken.current = dropped;
    choose(dropped);
  });

  const field = (name: "maker" | "product" | "version") => own[name] ?? said[name] ?? "";
  const missing = (name: "product" | "version") => !into && field(name).trim() === "" && (file?.size ?? 0) <= looked;
  const large = file !== null && file.size > largest;
  const sending = sent !== null && file !== null;

  const send = async () => {
    if (!file || large) return;
    setTried(true);
    if (missing("product") || missing("version")) return;
    stop.current = new AbortController();
    setProblem(null);
    setSent(0);
    const asked = Object.fromEntries((["maker", "product", "version"] as const).map((n) => [n, field(n).trim()]));
    const path = into ? `/releases/${encodeURIComponent(into.id)}/sbom${query({ name: file.name })}` : `/documents${query({ kind: "sbom", name: file.name, ...asked })}`;
    try {
      const doc = await upload<PortfolioDocument>(path, file, (bytes) => setSent(bytes), { signal: stop.current.signal });
      setDone(doc);
      setFile(null);
      onDone?.(doc);
      void refetch(client, ["/releases", "/documents", "/vulnerabilities", "/portfolio", "/feeds"]);
    } catch (err) {
      if (!(err instanceof DOMException)) setProblem(Problem.of(err));
    } finally {
      setSent(null);
    }
  };
  const drop = (e: DragEvent) => {
    e.preventDefault();
    e.stopPropagation();
    setOver(false);
    if (sent === null) choose(e.dataTransfer.files[0]);
  };

  return (
    <div className="wr-stack">
      <div className={cx("wr-drop", over && "wr-drop-over")} onDragOver={(e) => (e.preventDefault(), setOver(true))} onDragLeave={() => setOver(false)} onDrop={drop}>
        <Icon name="upload" size={24} />
        <label htmlFor={id}><FormattedMessage id="upload.choose" /></label>
        <input id={id} type="file" accept=".json,.xml,.spdx,.cdx,.tag,application/json,application/xml,text/plain" disabled={sending} onChange={(e) => choose(e.target.files?.[0])} />
        <span className="wr-muted wr-small"><FormattedMessage id="upload.hint" /></span>
      </div>
      {file && <p className="wr-row"><Icon name="file" /><Name value={file.name} /><span className="wr-muted"><Bytes value={file.size} />{said.format && ` · ${said.format}`}</span></p>}
      {file && !into && (
        <fieldset className="rs-of" disabled={sending}>
          <legend><FormattedMessage id={file.size > looked ? "upload.of.large" : said.product && said.version ? "upload.of.said" : "upload.of.unsaid"} /></legend>
          <Field label={<FormattedMessage id="releases.maker" />}><TextInput value={field("maker")} maxLength={256} onChange={(v) => setOwn((o) => ({ ...o, maker: v }))} /></Field>
          <Field required={file.size <= looked} label={<FormattedMessage id="releases.product" />} error={tried && missing("product") ? intl.formatMessage({ id: "upload.product.none" }) : undefined}><TextInput value={field("product")} maxLength={256} onChange={(v) => setOwn((o) => ({ ...o, product: v }))} /></Field>
          <Field required={file.size <= looked} label={<FormattedMessage id="releases.version" />} error={tried && missing("version") ? intl.formatMessage({ id: "upload.version.none" }) : undefined}><TextInput value={field("version")} maxLength={256} onChange={(v) => setOwn((o) => ({ ...o, version: v }))} /></Field>
        </fieldset>
      )}
      {large && <Banner kind="warning" role="alert"><FormattedMessage id="upload.large" /></Banner>}
      {sending && (
        <div className="wr-stack">
          <progress className="wr-progress" max={file.size || 1} value={sent} aria-label={intl.formatMessage({ id: "upload.sending" })} />
          <p className="wr-muted" role="status">
            {sent < file.size ? <FormattedMessage id="upload.sent" values={{ part: intl.formatNumber(sent / Math.max(1, file.size), { style: "percent" }) }} /> : <FormattedMessage id="upload.judging" />}
          </p>
        </div>
      )}
      {problem && <Failure problem={problem} title={<FormattedMessage id="upload.failed" values={{ file: <bdi>{file?.name ?? ""}</bdi> }} />} />}
      {done && (
        <Banner kind="good" role="status" actions={done.release && done.release !== into?.id ? <LinkButton small to={`/releases/${encodeURIComponent(done.release)}`}><FormattedMessage id="upload.open" /></LinkButton> : undefined}>
          <FormattedMessage id="upload.done" values={{ name: <bdi>{done.release_name || done.name}</bdi>, parts: done.parts ?? 0, format: done.format }} />
        </Banner>
      )}
      <div className="wr-form-acts">
        {sending ? <Button onClick={() => stop.current?.abort()}><FormattedMessage id="upload.stop" /></Button> : <Button kind="primary" icon="upload" disabled={!file || large} onClick={() => void send()}><FormattedMessage id="upload.send" /></Button>}
      </div>
    </div>
  );
}
