// What nobody is told about for a while, why, and until when.
import { useState } from "preact/hooks";
import { change } from "../../api/client.ts";
import type { Silence } from "../../api/schema.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { plainText } from "../../model/plain.ts";
import { silenceWords } from "../../model/silences.ts";
import { useGet } from "../../state/resource.ts";
import { may } from "../../state/session.ts";
import { Button } from "../../ui/Button.tsx";
import { Confirm } from "../../ui/Dialog.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";
import { NewSilence } from "./NewSilence.tsx";

const columns = (end: (silence: Silence) => void): Column<Silence>[] => [
  { id: "what", name: "Alerts of", main: true, cell: (row) => <><b>{plainText(silenceWords(row))}</b>{row.kind === "maintenance" && <span class="tagged mark">maintenance</span>}</> },
  { id: "reason", name: "Reason", wide: true, cell: (row) => <span class="soft">{plainText(row.reason)}</span> },
  { id: "owner", name: "By", cell: (row) => plainText(row.owner) },
  { id: "from", name: "From", hide: "narrow", cell: (row) => <Time at={row.starts_at} /> },
  { id: "until", name: "Until", cell: (row) => row.ended_at ? <>ended <Time at={row.ended_at} />{row.ended_by && ` by ${row.ended_by}`}</> : <Time at={row.ends_at} /> },
  { id: "act", name: "", align: "end", cell: (row) => row.state !== "over" && may("operator") && <Button onClick={() => end(row)}>End</Button> },
];

export function Silences() {
  const all = parameter("show") === "all";
  const silences = useGet("/api/v1/silences", {}, { state: all ? "all" : "open" }, ["alerts"]);
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<Silence | null>(null);
  return (
    <>
      <div class="toolbar">
        <Button pressed={all} onClick={() => setQuery({ show: all ? null : "all" }, "push")}>Also past ones</Button>
        <span class="spring" />
        {may("operator") && <Button icon="plus" onClick={() => setMaking(true)}>New silence</Button>}
      </div>
      <Show from={silences} what="silences" rows={3}>{(list) => list.silences.length === 0
        ? <p class="empty">{all ? "There was never a silence." : "Nothing is silenced: every alert is told."}</p>
        : <Table rows={list.silences} columns={columns(setEnding)} label="Silences" keyOf={(row) => row.silence} faintOf={(row) => row.state === "over"} />}</Show>
      {making && <NewSilence about={{ dag: "", task: "", cause: "" }} onClose={() => setMaking(false)} onDone={silences.reload} />}
      {ending && (
        <Confirm title="End the silence" verb="End it" onClose={() => setEnding(null)}
          onConfirm={() => change("POST", "/api/v1/silences/{silence}/end", { silence: ending.silence }, null).then(silences.reload)}>
          <p>Alerts of {silenceWords(ending)} are told again from now on; those that are open and that nobody has taken begin at the first step.</p>
        </Confirm>
      )}
    </>
  );
}
