// One rotation: who is on call, who comes next, two weeks as a strip, and who stands in for whom.
import { useEffect, useState } from "preact/hooks";
import { change, getText, problemFrom } from "../../api/client.ts";
import type { OnCall, OnCallOverride } from "../../api/schema.ts";
import { momentOf, namesIn } from "../../model/people.ts";
import { plainText } from "../../model/plain.ts";
import { shiftsOf, type Shift } from "../../model/shifts.ts";
import { may } from "../../state/session.ts";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Confirm } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/Fields.tsx";
import { Time } from "../../ui/Time.tsx";
import { ShiftStrip } from "./ShiftStrip.tsx";

const names = (users: readonly string[]): string => (users.length > 0 ? users.map(plainText).join(", ") : "nobody");
const CALENDAR = "/api/v1/oncall/{rotation}/calendar.ics";

function NewOverride({ rotation, onClose, onDone }: { rotation: string; onClose: () => void; onDone: () => void }) {
  const [users, setUsers] = useState("");
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  const send = (): Promise<unknown> => change("POST", "/api/v1/oncall/{rotation}/overrides", { rotation },
    { users: namesIn(users), until: momentOf(until), ...(from ? { from: momentOf(from) } : {}), ...(reason.trim() ? { reason: reason.trim() } : {}) });
  return (
    <Confirm title={`Somebody else on call in ${rotation}`} verb="Put them on call" ready={namesIn(users).length > 0 && momentOf(until) !== ""}
      onClose={onClose} onConfirm={() => send().then(onDone)}>
      <TextField label="Who" value={users} set={setUsers} needed hint="People of the file of alerts, with commas" />
      <TextField label="From" type="datetime-local" value={from} set={setFrom} hint="Your local time; empty from now on" />
      <TextField label="Until" type="datetime-local" value={until} set={setUntil} needed />
      <TextField label="Reason" value={reason} set={setReason} />
    </Confirm>
  );
}

function Overrides({ rotation, onChanged }: { rotation: OnCall; onChanged: () => void }) {
  const [ending, setEnding] = useState<OnCallOverride | null>(null);
  return (
    <ul class="plain-list overrides">
      {rotation.overrides.map((one) => (
        <li key={one.override}>
          <span><b>{names(one.users)}</b> from <Time at={one.from} /> until <Time at={one.until} />{one.reason && <span class="said"> “{plainText(one.reason)}”</span>} <span class="faint">by {one.by}</span></span>
          {may("operator") && <Button kind="quiet" icon="close" title={`Take the override of ${names(one.users)} back`} onClick={() => setEnding(one)} />}
        </li>
      ))}
      {ending && (
        <Confirm title="Take the override back" verb="Take it back" onClose={() => setEnding(null)}
          onConfirm={() => change("DELETE", "/api/v1/oncall/{rotation}/overrides/{override}", { rotation: rotation.rotation, override: ending.override }, null).then(onChanged)}>
          <p>{names(ending.users)} {ending.users.length === 1 ? "is" : "are"} no longer on call in {rotation.rotation}; the turns of the file count again.</p>
        </Confirm>
      )}
    </ul>
  );
}

export function RotationCard({ rotation, onChanged }: { rotation: OnCall; onChanged: () => void }) {
  const [shifts, setShifts] = useState<readonly Shift[]>([]);
  const [problem, setProblem] = useState("");
  const [making, setMaking] = useState(false);
  const name = rotation.rotation;
  useEffect(() => {
    const leave = new AbortController();
    getText(CALENDAR, { rotation: name }, leave.signal).then((text) => { setShifts(shiftsOf(text)); setProblem(""); },
      (error: unknown) => { if (!leave.signal.aborted) setProblem(problemFrom(error).message); });
    return () => leave.abort();
  }, [rotation]);
  return (
    <section class="card rotation" aria-label={`Rotation ${name}`}>
      <header><h2>{name}</h2><span class="faint">{rotation.zone}</span><span class="spring" />
        <LinkButton icon="calendar" kind="quiet" href={`/api/v1/oncall/${encodeURIComponent(name)}/calendar.ics`} download title={`Shifts of ${name} as a calendar`} />
        {may("operator") && <Button icon="plus" onClick={() => setMaking(true)}>Override</Button>}
      </header>
      <div class="turns">
        <p><span class="faint">now</span> <b class="who-now">{names(rotation.now)}</b></p>
        <p><span class="faint">next</span> {rotation.next ? <><b>{names(rotation.next.users)}</b> <span class="soft">from <Time at={rotation.next.from} /></span></> : <span class="soft">no change in sight</span>}</p>
      </div>
      {problem ? <p class="problem">{problem}</p> : <ShiftStrip shifts={shifts} />}
      <Overrides rotation={rotation} onChanged={onChanged} />
      {making && <NewOverride rotation={name} onClose={() => setMaking(false)} onDone={onChanged} />}
    </section>
  );
}
