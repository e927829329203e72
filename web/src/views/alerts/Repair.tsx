// What mends a failed run, from the page of its alert: retry what failed, or run it again with other parameters. Both
// show first exactly what would change.
import { useState } from "preact/hooks";
import { get, problemFrom } from "../../api/client.ts";
import type { AlertFailure, Run } from "../../api/schema.ts";
import { useKeys } from "../../lib/keys.ts";
import { go } from "../../lib/router.ts";
import { say } from "../../state/toasts.ts";
import { Button } from "../../ui/Button.tsx";
import { EditDialog } from "../run/EditDialog.tsx";
import { RerunDialog } from "../run/RerunDialog.tsx";

export function Repair({ failure }: { failure: AlertFailure }) {
  const [retrying, setRetrying] = useState(false);
  const [again, setAgain] = useState<Run | null>(null);
  const show = (run: number): void => go(`/runs/${run}`);
  const askAgain = (): void => {
    get("/api/v1/runs/{run}", { run: failure.run }).then(setAgain,
      (error: unknown) => say({ kind: "failed", text: "The run could not be read", detail: problemFrom(error).message }));
  };
  const mendable = failure.state === "failed" || failure.state === "partial" || failure.state === "cancelled";
  useKeys("Alert", [{ keys: "r", does: "retry what failed", run: () => setRetrying(true) }], mendable);
  if (!mendable) return null;
  return (
    <>
      <Button icon="retry" onClick={() => setRetrying(true)}>Retry failed …</Button>
      <Button icon="play" onClick={askAgain}>Run again …</Button>
      {retrying && <EditDialog run={failure.run} kind="retry" tasks={[]} onClose={() => setRetrying(false)} onDone={() => show(failure.run)} />}
      {again && <RerunDialog run={again} onClose={() => setAgain(null)} onDone={show} />}
    </>
  );
}
