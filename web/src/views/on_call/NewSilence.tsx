// Lets alerts not be told for a while: which, for how long, and why.
import { useState } from "preact/hooks";
import { change } from "../../api/client.ts";
import { untilText } from "../../model/alerts.ts";
import { SILENCE_SPANS, silenceWords } from "../../model/silences.ts";
import { now } from "../../state/clock.ts";
import { say } from "../../state/toasts.ts";
import { Confirm } from "../../ui/Dialog.tsx";
import { ChoiceField, TextField } from "../../ui/Fields.tsx";

const KINDS = [{ value: "silence", name: "A silence: known and being worked on" }, { value: "maintenance", name: "Maintenance: planned work" }] as const;

export function NewSilence({ about, onClose, onDone }: { about: { dag: string; task: string; cause: string }; onClose: () => void; onDone: () => void }) {
  const [dag, setDag] = useState(about.dag);
  const [task, setTask] = useState(about.task);
  const [cause, setCause] = useState(about.cause);
  const [kind, setKind] = useState("silence");
  const [span, setSpan] = useState(SILENCE_SPANS[1]?.value ?? "");
  const [reason, setReason] = useState("");
  const of = { dag: dag.trim(), task: task.trim() || "*", cause: cause.trim() || "*", severities: [] };
  const send = async (): Promise<void> => {
    const made = await change("POST", "/api/v1/silences", {}, { dag: of.dag, task: of.task, cause: of.cause,
      kind: kind === "maintenance" ? "maintenance" : "silence", reason: reason.trim(), ends_at: untilText(now.value, Number(span)) });
    say({ kind: "done", text: `Alerts of ${silenceWords(of)} are silenced${made.alerts.length > 0 ? `, ${made.alerts.length} open now` : ""}` });
    onDone();
  };
  return (
    <Confirm title="Silence alerts" verb="Silence" ready={of.dag !== "" && reason.trim() !== ""} onClose={onClose} onConfirm={send}>
      <p class="soft">They are still raised, listed and counted; nobody is told until it ends. The end of an alert is told in any case.</p>
      <TextField label="Dag" value={dag} set={setDag} needed hint="A name, or a pattern with * and ?" />
      <TextField label="Task" value={task} set={setTask} hint="Empty for every task" />
      <TextField label="Cause" value={cause} set={setCause} hint="exit, timeout, oom, deadline …; empty for every cause" />
      <ChoiceField label="Kind" value={kind} set={setKind} choices={KINDS} />
      <ChoiceField label="For" value={span} set={setSpan} choices={SILENCE_SPANS} />
      <TextField label="Reason" value={reason} set={setReason} needed />
    </Confirm>
  );
}
