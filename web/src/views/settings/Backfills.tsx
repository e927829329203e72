// Backfills: the past in bulk. They are made on the command line or the API; here they are seen and stopped.
import { useState } from "preact/hooks";
import { change } from "../../api/client.ts";
import type { BackfillSummary } from "../../api/schema.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { useGet } from "../../state/resource.ts";
import { may } from "../../state/session.ts";
import { Button } from "../../ui/Button.tsx";
import { Confirm } from "../../ui/Dialog.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Table } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

export function Backfills() {
  const backfills = useGet("/api/v1/backfills", {}, { after: parameter("after") }, ["runs"]);
  const [stopping, setStopping] = useState<BackfillSummary | null>(null);
  return (
    <>
      <Show from={backfills} what="backfills" rows={3}>{(list) => list.backfills.length === 0
        ? <p class="empty">None yet. <code>tidemill backfill DAG --from … --until … --dry-run</code> shows exactly what one would run.</p>
        : <Table rows={list.backfills} label="Backfills" keyOf={(row) => row.backfill} faintOf={(row) => row.state !== "open"} columns={[
          { id: "dag", name: "Dag", main: true, wide: true, cell: (row) => <><a href={`/dags/${encodeURIComponent(row.dag)}`}>{row.dag}</a> <span class="faint">backfill {row.backfill}</span></> },
          { id: "span", name: "Of", cell: (row) => <><Time at={row.from} /> – <Time at={row.until} /></> },
          { id: "by", name: "By", cell: (row) => row.created_by },
          { id: "state", name: "State", cell: (row) => row.state === "open" ? "goes on" : row.state },
          { id: "act", name: "", align: "end", cell: (row) => row.state === "open" && may("editor", row.dag) && <Button onClick={() => setStopping(row)}>Stop</Button> },
        ]} />}</Show>
      <div class="row pager">{backfills.data?.next && <Button icon="right" onClick={() => setQuery({ after: backfills.data?.next ?? null }, "push")}>Older</Button>}</div>
      {stopping && (
        <Confirm title={`Stop backfill ${stopping.backfill} of ${stopping.dag}`} verb="Stop" danger withReason onClose={() => setStopping(null)}
          onConfirm={(reason) => change("POST", "/api/v1/backfills/{backfill}/cancel", { backfill: stopping.backfill }, reason ? { reason } : {}).then(backfills.reload)}>
          <p>No more runs of it start. Those that have started go on to their end.</p>
        </Confirm>
      )}
    </>
  );
}
