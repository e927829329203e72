// What can be done with a run, each after its consequences were seen.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { change } from "../../api/client.ts";
import type { Run } from "../../api/schema.ts";
import { go } from "../../lib/router.ts";
import { useKeys } from "../../lib/keys.ts";
import { deedsFor } from "../../model/run.ts";
import { isOver } from "../../model/words.ts";
import { may } from "../../state/session.ts";
import { attempt } from "../../state/toasts.ts";
import { Button } from "../../ui/Button.tsx";
import { Confirm } from "../../ui/Dialog.tsx";
import { EditDialog } from "./EditDialog.tsx";
import { RerunDialog } from "./RerunDialog.tsx";

type Asking = "" | "cancel" | "retry" | "rerun" | "pause";

function CancelDialog({ run, onClose, onDone }: { run: Run; onClose: () => void; onDone: () => void }) {
  const force = useSignal(false);
  const live = run.tasks.filter((task) => task.state === "running" || task.state === "dispatched");
  const open = run.tasks.filter((task) => !isOver(task.state));
  return (
    <Confirm title={`Cancel run ${run.run}`} verb="Cancel the run" danger withReason onClose={onClose}
      onConfirm={async (reason) => {
        await change("POST", "/api/v1/runs/{run}/cancel", { run: run.run }, { reason, force: force.value });
        onDone();
      }}>
      <p>{live.length > 0 ? `${live.map((task) => task.id).slice(0, 5).join(", ")}${live.length > 5 ? ` and ${live.length - 5} more` : ""} ${live.length === 1 ? "is" : "are"} stopped.` : "Nothing runs now."} {open.length - live.length > 0 && `${open.length - live.length} more will not start.`} What has ended stays as it is.</p>
      <label class="row"><input type="checkbox" checked={force.value} onChange={(event) => { force.value = event.currentTarget.checked; }} /> Kill at once, without time to tidy up</label>
    </Confirm>
  );
}

function PauseDialog({ run, onClose, onDone }: { run: Run; onClose: () => void; onDone: () => void }) {
  return (
    <Confirm title={`Pause run ${run.run}`} verb="Pause" withReason onClose={onClose}
      onConfirm={async (reason) => { await change("POST", "/api/v1/runs/{run}/pause", { run: run.run }, { reason }); onDone(); }}>
      <p>What runs goes on to its end; nothing new is started until somebody lets the run go on.</p>
    </Confirm>
  );
}

export function RunActions({ run, reload }: { run: Run; reload: () => void }) {
  const asking = useSignal<Asking>("");
  const can = deedsFor(run);
  const allowed = may("operator", run.dag);
  const ask = (what: Asking) => () => { asking.value = what; };
  const close = ask("");
  const send = (what: "resume" | "hurry", done: string) => () => void attempt({
    send: () => change("POST", `/api/v1/runs/{run}/${what}`, { run: run.run }, {}), done, failed: "Nothing was changed" }).then(reload);
  useKeys("Run", [{ keys: "r", does: "retry what failed, or run again", run: () => { if (allowed) asking.value = can.retry ? "retry" : can.rerun ? "rerun" : ""; } }], allowed);
  if (!allowed) return null;
  const dialogs: Record<Asking, ComponentChildren> = {
    "": null,
    cancel: <CancelDialog run={run} onClose={close} onDone={reload} />,
    pause: <PauseDialog run={run} onClose={close} onDone={reload} />,
    retry: <EditDialog run={run.run} kind="retry" tasks={[]} onClose={close} onDone={reload} />,
    rerun: <RerunDialog run={run} onClose={close} onDone={(next) => go(`/runs/${next}`)} />,
  };
  return (
    <>
      {can.hurry && <Button icon="bolt" onClick={send("hurry", "Tried again now")}>Retry now</Button>}
      {can.resume && <Button icon="play" kind="primary" onClick={send("resume", "The run goes on")}>Go on</Button>}
      {can.pause && <Button icon="pause" onClick={ask("pause")}>Pause</Button>}
      {can.cancel && <Button icon="stop" onClick={ask("cancel")}>Cancel</Button>}
      {can.rerun && <Button icon="play" onClick={ask("rerun")}>Run again</Button>}
      {can.retry && <Button icon="retry" kind={can.rerun ? "primary" : "plain"} onClick={ask("retry")}>Retry failed</Button>}
      {dialogs[asking.value]}
    </>
  );
}
