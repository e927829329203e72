// Retry, clear and mark: the server says exactly what would change, and that is what is confirmed.
import { useLayoutEffect, useState } from "preact/hooks";
import { change, problemFrom, type Problem } from "../../api/client.ts";
import type { Clear, EditPlan, Mark } from "../../api/schema.ts";
import { plural, stateWords } from "../../model/words.ts";
import { Confirm } from "../../ui/Dialog.tsx";
import { Loading } from "../../ui/Notices.tsx";

export type EditKind = "retry" | "clear" | "mark";
type Reach = NonNullable<Clear["reach"]>;
type To = NonNullable<Mark["to"]>;

const TITLES: Record<EditKind, string> = { retry: "Retry what failed", clear: "Run again", mark: "Set the state by hand" };
const REACHES: readonly (readonly [Reach, string])[] = [
  ["downstream", "and everything after it"], ["only", "alone"], ["upstream", "and everything before it"], ["both", "and everything before and after it"],
];
const STATES: readonly To[] = ["succeeded", "skipped", "failed"];

function send(run: number, kind: EditKind, tasks: string[], reach: Reach, to: To, reason: string, dry: boolean): Promise<EditPlan> {
  const more = dry ? { dry_run: true } : {};
  if (kind === "retry") return change("POST", "/api/v1/runs/{run}/retry", { run }, { ...(tasks.length > 0 ? { tasks } : {}), reason, ...more });
  if (kind === "clear") return change("POST", "/api/v1/runs/{run}/clear", { run }, { tasks, reach, reason, ...more });
  return change("POST", "/api/v1/runs/{run}/mark", { run }, { tasks, to, reason: reason || "a look", ...more });
}

function Preview({ plan }: { plan: EditPlan }) {
  if (plan.tasks.length === 0) return <p class="empty">Nothing would change.</p>;
  return (
    <>
      <p>{plural(plan.tasks.length, "task")} will change{plan.reopens ? ", and the run is taken up again" : ""}:</p>
      <ul class="changes" aria-label="What will change">
        {plan.tasks.map((task) => (
          <li key={task.task}><b>{task.task}</b><span class="why">{task.why}</span><span class="to">{task.live ? "is stopped first, then " : ""}{stateWords(task.to)}</span></li>
        ))}
      </ul>
    </>
  );
}

// `title` and `first`: for a use of its own, as releasing a slot is one of setting a state.
export function EditDialog({ run, kind, tasks, title = TITLES[kind], first = "succeeded", onClose, onDone }: {
  run: number; kind: EditKind; tasks: string[]; title?: string; first?: To; onClose: () => void; onDone: () => void }) {
  const [reach, setReach] = useState<Reach>("downstream");
  const [to, setTo] = useState<To>(first);
  const [plan, setPlan] = useState<EditPlan | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useLayoutEffect(() => {
    let current = true;
    setPlan(null); // what is confirmed is what was shown
    setProblem(null);
    send(run, kind, tasks, reach, to, "", true).then(
      (answer) => { if (current) setPlan(answer); },
      (error: unknown) => { if (current) setProblem(problemFrom(error)); });
    return () => { current = false; };
  }, [run, kind, reach, to, tasks.join(" ")]);
  const verb = { retry: "Retry", clear: "Run again", mark: `Set ${to}` }[kind];
  return (
    <Confirm title={`${title}${tasks.length > 0 ? `: ${tasks.join(", ")}` : ""}`} verb={verb} withReason danger={kind === "mark"} onClose={onClose}
      ready={plan !== null && plan.tasks.length > 0}
      onConfirm={async (reason) => {
        if (kind === "mark" && !reason) throw new Error("Say why: the reason stays with the run.");
        await send(run, kind, tasks, reach, to, reason, false);
        onDone();
      }}>
      {kind === "clear" && <label class="field"><span>How far</span><select value={reach} onChange={(event) => setReach(REACHES.find(([one]) => one === event.currentTarget.value)?.[0] ?? "only")}>
        {REACHES.map(([one, name]) => <option key={one} value={one}>{tasks.join(", ")} {name}</option>)}</select></label>}
      {kind === "mark" && <label class="field"><span>State</span><select value={to} onChange={(event) => setTo(STATES.find((one) => one === event.currentTarget.value) ?? "succeeded")}>
        {STATES.map((one) => <option key={one} value={one}>{one}</option>)}</select></label>}
      {problem ? <p class="problem" role="alert">{problem.message}</p> : plan ? <Preview plan={plan} /> : <Loading rows={2} />}
    </Confirm>
  );
}
