import { useEffect, useId, useRef, useState } from "react";
import type { DragEvent } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Problem, upload } from "../../api/client";
import type { Captured } from "../../api/types";
import { Banner, Button, Bytes, cx, Failure, Icon, Name } from "../../ui";

const most = 4 * 2 ** 30; // bytes, as the server takes

/** Drop a capture or choose one; it is read while it is sent, and can be stopped. */
export function Capture({ onDone }: { onDone: (read: Captured) => void }) {
  const intl = useIntl();
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [over, setOver] = useState(false);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const choose = (chosen: File | undefined) => {
    setProblem(null);
    setSent(null);
    setFile(chosen ?? null);
  };
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    if (sent === null) choose(e.dataTransfer.files[0]);
  };
  const read = async () => {
    if (!file) return;
    stop.current = new AbortController();
    setProblem(null);
    setSent(0);
    try {
      onDone(await upload<Captured>(`/captures?name=${encodeURIComponent(file.name)}`, file, (bytes) => setSent(bytes), { signal: stop.current.signal }));
      setFile(null);
    } catch (err) {
      if (!(err instanceof DOMException)) setProblem(Problem.of(err));
    } finally {
      setSent(null);
    }
  };
  const large = file !== null && file.size > most;
  const reading = sent !== null && file !== null;
  return (
    <div className="wr-stack">
      <div className={cx("wr-drop", over && "wr-drop-over")} onDragOver={(e) => (e.preventDefault(), setOver(true))} onDragLeave={() => setOver(false)} onDrop={drop}>
        <Icon name="upload" size={24} />
        <label htmlFor={id}><FormattedMessage id="start.capture.choose" /></label>
        <input id={id} type="file" accept=".pcap,.pcapng,.cap,.gz,application/vnd.tcpdump.pcap" disabled={reading} onChange={(e) => choose(e.target.files?.[0])} />
        <span className="wr-muted wr-small"><FormattedMessage id="start.capture.hint" /></span>
      </div>
      {file && <p className="wr-row"><Icon name="file" /><Name value={file.name} /><span className="wr-muted"><Bytes value={file.size} /></span></p>}
      {large && <Banner kind="warning" role="alert"><FormattedMessage id="start.capture.large" /></Banner>}
      {reading && (
        <div className="wr-stack">
          <progress className="wr-progress" max={file.size} value={sent} aria-label={intl.formatMessage({ id: "start.capture.reading" })} />
          <p className="wr-muted" role="status">
            {sent < file.size ? <FormattedMessage id="start.capture.sent" values={{ part: intl.formatNumber(sent / Math.max(1, file.size), { style: "percent" }) }} /> : <FormattedMessage id="start.capture.judging" />}
          </p>
        </div>
      )}
      {problem && <Failure problem={problem} title={<FormattedMessage id="start.capture.failed" />} retry={() => void read()} />}
      <div className="wr-form-acts">
        {reading ? <Button onClick={() => stop.current?.abort()}><FormattedMessage id="start.capture.stop" /></Button> : <Button kind="primary" disabled={!file || large} onClick={() => void read()}><FormattedMessage id="start.capture.read" /></Button>}
      </div>
    </div>
  );
}
