// A new run like this one: on which version, with which parameters, from where. What would be other
// than before is shown before it starts.
import { useLayoutEffect, useState } from "preact/hooks";
import { change, problemFrom, type Problem } from "../../api/client.ts";
import type { Rerun, RerunAnswer, Run } from "../../api/schema.ts";
import { changedParams, paramText } from "../../model/rerun_params.ts";
import { Confirm } from "../../ui/Dialog.tsx";
import { listText } from "../../model/run.ts";

function Differences({ plan }: { plan: RerunAnswer }) {
  const lines = [
    plan.added.length > 0 ? `New tasks: ${listText(plan.added, 6)}` : "", plan.removed.length > 0 ? `Gone: ${listText(plan.removed, 6)}` : "",
    ...plan.changed.map((task) => `${task.task} has another ${task.fields.join(", ")}`), plan.fields.length > 0 ? `The dag has another ${plan.fields.join(", ")}` : "",
  ].filter(Boolean);
  if (lines.length + plan.params.length === 0) return <p class="soft">Everything else is as it was.</p>;
  return (
    <ul class="changes" aria-label="What is other than before">
      {plan.params.map((param) => <li key={param.param}><b>{param.param}</b><span class="why mono">{paramText(param.before)} → {paramText(param.after)}</span></li>)}
      {lines.map((line) => <li key={line}>{line}</li>)}
    </ul>
  );
}

export function RerunDialog({ run, onClose, onDone }: { run: Run; onClose: () => void; onDone: (run: number) => void }) {
  const [latest, setLatest] = useState(false);
  const [fromFailed, setFromFailed] = useState(run.state !== "succeeded");
  const [texts, setTexts] = useState(() => Object.fromEntries(Object.entries(run.params).map(([name, value]) => [name, paramText(value)])));
  const [plan, setPlan] = useState<RerunAnswer | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const wish: Rerun = { version: latest ? "latest" : "same", from_failed: fromFailed, params: changedParams(run.params, texts) };
  const address = JSON.stringify(wish);
  useLayoutEffect(() => {
    let current = true;
    setPlan(null); // what is started is what was shown
    const timer = setTimeout(() => {
      change("POST", "/api/v1/runs/{run}/rerun", { run: run.run }, { ...wish, dry_run: true }).then(
        (answer) => { if (current) { setPlan(answer); setProblem(null); } },
        (error: unknown) => { if (current) { setPlan(null); setProblem(problemFrom(error)); } });
    }, 200);
    return () => { current = false; clearTimeout(timer); };
  }, [address]);
  return (
    <Confirm title={`Run ${run.dag} again`} verb="Start the run" ready={plan !== null} onClose={onClose}
      onConfirm={async () => {
        const made = await change("POST", "/api/v1/runs/{run}/rerun", { run: run.run }, wish);
        if (made.run !== null) onDone(made.run);
      }}>
      <div class="checks">
        <label><input type="checkbox" checked={fromFailed} onChange={(event) => setFromFailed(event.currentTarget.checked)} /> Keep what succeeded, and begin where it failed</label>
        <label><input type="checkbox" checked={latest} onChange={(event) => setLatest(event.currentTarget.checked)} /> Use the latest version of the dag</label>
      </div>
      {Object.entries(texts).map(([name, text]) => (
        <label key={name} class="field"><span>{name}</span>
          <input class="mono" value={text} disabled={text === "***"} onInput={(event) => setTexts({ ...texts, [name]: event.currentTarget.value })} /></label>
      ))}
      {problem ? <p class="problem" role="alert">{problem.message}</p> : plan && <Differences plan={plan} />}
    </Confirm>
  );
}
