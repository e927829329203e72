// Pausing a dag: no runs by its schedule. Shown at once, and taken back when it is refused.
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { change } from "../../api/client.ts";
import { may } from "../../state/session.ts";
import { attempt } from "../../state/toasts.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";

const send = (dag: string, paused: boolean, missed: "none" | "last" | "all"): Promise<unknown> => paused
  ? change("POST", "/api/v1/dags/{dag}/pause", { dag }, {})
  : change("POST", "/api/v1/dags/{dag}/unpause", { dag }, { missed });

const CHOICES = [["none", "Leave them out"], ["last", "Run only the latest one"], ["all", "Run all of them, oldest first"]] as const;

export function PauseButton({ dag, small = false }: { dag: { dag: string; paused: boolean; state: string; schedules: readonly string[] }; small?: boolean }) {
  const deed = useSignal<boolean | null>(null); // what was just asked for, until there is news of the dag
  const busy = useRef(false);
  const asking = useSignal(false);
  useEffect(() => { if (!busy.current) deed.value = null; }, [dag]);
  if (!may("editor", dag.dag) || dag.state === "gone") return null;
  const set = (paused: boolean, missed: "none" | "last" | "all" = "none"): void => {
    asking.value = false;
    busy.current = true;
    void attempt({
      show: () => { deed.value = paused; },
      takeBack: () => { deed.value = null; },
      send: () => send(dag.dag, paused, missed),
      done: paused ? `${dag.dag} is paused` : `${dag.dag} runs by its schedule again`,
      failed: paused ? `${dag.dag} was not paused` : `${dag.dag} is still paused`,
      ...(paused ? { undo: () => set(false) } : {}),
    }).then(() => { busy.current = false; });
  };
  const shown = deed.value ?? dag.paused;
  const press = (): void => { if (!shown) set(true); else if (dag.schedules.length > 0) asking.value = true; else set(false); };
  const words = shown ? "Resume the schedule" : "Pause the schedule";
  return (
    <>
      <Button icon={shown ? "play" : "pause"} kind={small ? "quiet" : "plain"} title={small ? `${words} of ${dag.dag}` : words} onClick={press}>
        {small ? undefined : shown ? "Resume" : "Pause"}
      </Button>
      {asking.value && (
        <Dialog title={`Resume ${dag.dag}`} narrow onClose={() => { asking.value = false; }}>
          <p class="consequences">What becomes of the runs that were due while it was paused?</p>
          <div class="stack">{CHOICES.map(([missed, name]) => <Button key={missed} kind={missed === "none" ? "primary" : "plain"} onClick={() => set(false, missed)}>{name}</Button>)}</div>
        </Dialog>
      )}
    </>
  );
}
