// Freezes: no runs by any schedule, for a reason and mostly until a moment.
import { useState } from "preact/hooks";
import { change } from "../../api/client.ts";
import type { FreezeRow } from "../../api/schema.ts";
import { momentOf } from "../../model/people.ts";
import { plainText } from "../../model/plain.ts";
import { useGet } from "../../state/resource.ts";
import { may } from "../../state/session.ts";
import { Button } from "../../ui/Button.tsx";
import { Confirm } from "../../ui/Dialog.tsx";
import { ChoiceField, TextField } from "../../ui/Fields.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Table } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

const AFTER = [{ value: "none", name: "Leave out what was due" }, { value: "last", name: "Run only the latest of each" }, { value: "all", name: "Run all of it, oldest first" }] as const;
const afterOf = (value: string): (typeof AFTER)[number]["value"] => AFTER.find((one) => one.value === value)?.value ?? "none";

function NewFreeze({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const [after, setAfter] = useState("none");
  return (
    <Confirm title="Freeze all schedules" verb="Freeze" danger ready={reason.trim() !== ""} onClose={onClose}
      onConfirm={() => change("POST", "/api/v1/freezes", {}, { reason: reason.trim(), after: afterOf(after), until: momentOf(until) || null }).then(onDone)}>
      <p>No schedule of any dag starts a run until it is lifted. What runs goes on, and runs by hand still start.</p>
      <TextField label="Reason" value={reason} set={setReason} needed />
      <TextField label="Until" type="datetime-local" value={until} set={setUntil} hint="Your local time; empty until somebody lifts it" />
      <ChoiceField label="Afterwards" value={after} set={setAfter} choices={AFTER} />
    </Confirm>
  );
}

const isOver = (freeze: FreezeRow): boolean => freeze.lifted_at !== null || (freeze.until !== null && Date.parse(freeze.until) < Date.now());

export function Freezes() {
  const freezes = useGet("/api/v1/freezes", {}, {}, ["notes"]);
  const [making, setMaking] = useState(false);
  const [lifting, setLifting] = useState<FreezeRow | null>(null);
  return (
    <>
      <div class="toolbar"><span class="spring" />{may("admin") && <Button icon="pause" onClick={() => setMaking(true)}>Freeze all schedules</Button>}</div>
      <Show from={freezes} what="freezes" rows={3}>{(list) => list.freezes.length === 0 ? <p class="empty">Schedules were never frozen.</p>
        : <Table rows={list.freezes} label="Freezes" keyOf={(row) => row.freeze} faintOf={isOver} columns={[
          { id: "reason", name: "Reason", main: true, wide: true, cell: (row) => plainText(row.reason) },
          { id: "by", name: "By", cell: (row) => row.by },
          { id: "from", name: "From", cell: (row) => <Time at={row.from} /> },
          { id: "until", name: "Until", cell: (row) => row.lifted_at ? <>lifted <Time at={row.lifted_at} />{row.lifted_by && ` by ${row.lifted_by}`}</> : <Time at={row.until} fallback="it is lifted" /> },
          { id: "act", name: "", align: "end", cell: (row) => may("admin") && !isOver(row) && <Button onClick={() => setLifting(row)}>Lift</Button> },
        ]} />}</Show>
      {making && <NewFreeze onClose={() => setMaking(false)} onDone={freezes.reload} />}
      {lifting && (
        <Confirm title="Lift the freeze" verb="Lift" onClose={() => setLifting(null)}
          onConfirm={() => change("POST", "/api/v1/freezes/{freeze}/lift", { freeze: lifting.freeze }, null).then(freezes.reload)}>
          <p>Schedules start runs again. {lifting.after === "none" ? "What was due meanwhile is left out." : lifting.after === "last" ? "Of what was due meanwhile, the latest run of each schedule starts now." : "Everything that was due meanwhile runs now, oldest first."}</p>
        </Confirm>
      )}
    </>
  );
}
