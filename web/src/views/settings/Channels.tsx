// Where messages about alerts go, whether they get through, and a test that shows every hop.
import { useEffect, useState } from "preact/hooks";
import { change, get, problemFrom } from "../../api/client.ts";
import type { Channel, Delivery, Message } from "../../api/schema.ts";
import { channelWords, hopWords, isUnderway } from "../../model/channels.ts";
import { plainText } from "../../model/plain.ts";
import { ageText } from "../../model/times.ts";
import { plural } from "../../model/words.ts";
import { useGet } from "../../state/resource.ts";
import { may } from "../../state/session.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Notice, Show } from "../../ui/Notices.tsx";
import { State } from "../../ui/State.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

const ASK_MS = 500; // no event tells what becomes of a message; asked while the dialog is open and a message underway
const ALL = ""; // every channel that a critical alert would reach
const GLYPHS: Record<Channel["state"], string> = { works: "succeeded", failing: "failed", unknown: "waiting", gone: "skipped" };

async function send(channel: string): Promise<readonly Message[]> {
  const answer = channel === ALL ? await change("POST", "/api/v1/alert_tests", {}, { severity: "critical" }) : await change("POST", "/api/v1/channels/{channel}/test", { channel }, null);
  return answer.messages;
}

function Test({ channel, onClose }: { channel: string; onClose: () => void }) {
  const [messages, setMessages] = useState<readonly Message[] | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    let open = true;
    const follow = async (): Promise<void> => {
      let sent = await send(channel);
      while (open) {
        setMessages(sent);
        if (!sent.some(isUnderway)) return;
        await new Promise((done) => setTimeout(done, ASK_MS));
        if (open) sent = await Promise.all(sent.map((one) => isUnderway(one) ? get("/api/v1/messages/{message}", { message: one.message }) : Promise.resolve(one)));
      }
    };
    follow().catch((error: unknown) => { if (open) setProblem(problemFrom(error).message); });
    return () => { open = false; };
  }, []);
  return (
    <Dialog title={channel === ALL ? "A test of every step" : `A test through ${channel}`} onClose={onClose}>
      <p class="soft consequences">{channel === ALL ? "A message to everybody whom a critical alert would reach now. It is tried once and says that it is a test." : "It is tried once and says that it is a test."}</p>
      {problem && <p class="problem" role="alert">{problem}</p>}
      {messages?.length === 0 && <p class="empty">Nobody would be told: the file of alerts names nobody for critical alerts.</p>}
      <ol class="hops" aria-label="What became of it" aria-live="polite">
        {messages?.map((one) => (
          <li key={one.message}>
            <State state={one.state === "sent" ? "succeeded" : isUnderway(one) ? "running" : "failed"} />
            <span><b>{plainText(one.person ? `${one.person} by ${one.channel}` : one.channel)}</b> {plainText(hopWords(one))}</span>
          </li>
        ))}
      </ol>
      <div class="row end"><Button onClick={onClose}>Close</Button></div>
    </Dialog>
  );
}

function Health({ delivery }: { delivery: Delivery }) {
  return (
    <p class="soft delivery">
      <span>{delivery.lag_seconds === null ? "No message waits." : `The oldest message that waits is ${ageText(delivery.lag_seconds * 1000)} old.`}</span>
      <span class={delivery.dead > 0 ? "late" : ""}>{delivery.dead === 0 ? "None was given up in the last 24 hours." : `${plural(delivery.dead, "message")} given up in the last 24 hours.`}</span>
    </p>
  );
}

const columns = (test: (channel: string) => void): Column<Channel>[] => [
  { id: "state", name: "", cell: (row) => <State state={GLYPHS[row.state]} /> },
  { id: "channel", name: "Channel", main: true, cell: (row) => <><b>{row.channel}</b> <span class="faint">{row.kind}</span></> },
  { id: "how", name: "How it is", wide: true, cell: (row) => <>{channelWords(row)}{row.failing_since && <> since <Time at={row.failing_since} relative /></>}{row.state === "failing" && row.last_error && <span class="soft">: {plainText(row.last_error)}</span>}{row.fallback && <span class="faint"> · then {row.fallback}</span>}</> },
  { id: "last", name: "Last delivery", cell: (row) => <span title="Canaries count as well">{row.last_success ? <Time at={row.last_success} relative /> : <span class="faint">never</span>}</span> },
  { id: "pending", name: "Waiting", align: "end", cell: (row) => row.pending > 0 ? <span class="num">{row.pending}{row.oldest_pending && <> since <Time at={row.oldest_pending} relative /></>}</span> : <span class="faint hide-narrow">none</span> },
  { id: "act", name: "", align: "end", cell: (row) => row.state !== "gone" && <Button title={`Test ${row.channel}`} onClick={() => test(row.channel)}>Test</Button> },
];

export function Channels() {
  const mine = may("operator");
  const channels = useGet("/api/v1/channels", {}, {}, ["alerts", "notes"]);
  const status = useGet("/api/v1/status", {}, {}, ["alerts", "notes"]);
  const [testing, setTesting] = useState<string | null>(null);
  const close = (): void => { setTesting(null); channels.reload(); status.reload(); };
  return (
    <>
      <div class="toolbar">
        {status.data && <Health delivery={status.data.delivery} />}
        <span class="spring" />
        {mine && <Button icon="alerts" onClick={() => setTesting(ALL)}>Test every step</Button>}
      </div>
      <Show from={channels} what="channels" rows={3}>{(list) => list.channels.length === 0
        ? <Notice icon="alerts" title="There are no channels yet">They stand in the file of alerts, which <code>tidemill up --alerts FILE</code> reads: mail, chat, pagers and webhooks. Without one, alerts are listed here and nobody is told.</Notice>
        : <Table rows={list.channels} columns={columns(setTesting)} label="Channels" keyOf={(row) => row.channel} faintOf={(row) => row.state === "gone"} />}</Show>
      {testing !== null && <Test channel={testing} onClose={close} />}
    </>
  );
}
