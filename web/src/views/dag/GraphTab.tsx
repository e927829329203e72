// The tasks of the present version and what needs what, coloured by the last run.
import type { DagStructure } from "../../api/schema.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { durationText } from "../../model/times.ts";
import { plural } from "../../model/words.ts";
import { useGet } from "../../state/resource.ts";
import { Graph } from "../../ui/Graph.tsx";
import { Show } from "../../ui/Notices.tsx";
import { State } from "../../ui/State.tsx";

function About({ structure, task, run, state }: { structure: DagStructure; task: string; run: number | undefined; state: string | undefined }) {
  const spec = structure.tasks.find((one) => one.id === task);
  if (!spec) return <p class="faint graph-about">{plural(structure.tasks.length, "task")}. Choose one to see what it needs<span class="keys-hint">; Ctrl and the wheel zoom</span>.</p>;
  return (
    <div class="graph-about card">
      <h2>{run === undefined ? spec.id : <a href={`/runs/${run}/tasks/${encodeURIComponent(spec.id)}`}>{spec.id}</a>} {state && <State state={state} label />}</h2>
      {spec.description && <p class="soft">{spec.description}</p>}
      <dl class="facts">
        <dt>needs</dt><dd>{spec.needs_expression ?? (spec.needs.length > 0 ? spec.needs.join(", ") : "nothing")}{spec.needs.length > 0 && spec.trigger_rule !== "all_success" && ` (${spec.trigger_rule.replaceAll("_", " ")})`}</dd>
        {spec.if && <><dt>only if</dt><dd><code>{spec.if}</code></dd></>}
        {spec.retry && spec.retry.limit > 0 && <><dt>retries</dt><dd>up to {spec.retry.limit}, first after {durationText(spec.retry.delay_ms)}</dd></>}
        {spec.timeout_ms > 0 && <><dt>timeout</dt><dd>{durationText(spec.timeout_ms)}</dd></>}
        {spec.pool && <><dt>pool</dt><dd>{spec.pool}, {plural(spec.slots, "slot")}</dd></>}
        {spec.outputs.length > 0 && <><dt>outputs</dt><dd>{spec.outputs.join(", ")}</dd></>}
        {spec.publishes && <><dt>publishes</dt><dd>{spec.publishes}</dd></>}
      </dl>
    </div>
  );
}

export function GraphTab({ dag }: { dag: string }) {
  const structure = useGet("/api/v1/dags/{dag}/structure", { dag }, {}, ["dags"]);
  const last = useGet("/api/v1/dags/{dag}/grid", { dag }, { runs: 1 }, ["runs"]);
  const run = last.data?.runs[0];
  const states = new Map((last.data?.tasks ?? []).map((task, i) => [task, last.data?.states[run?.cells[i]?.[0] ?? -1]]));
  const chosen = parameter("task");
  return (
    <Show from={structure} what="graph" rows={10}>{(data) => (
      <>
        <Graph label={`Graph of ${dag}`} chosen={chosen} onChoose={(task) => setQuery({ task })}
          tasks={data.tasks.map((task) => { const state = states.get(task.id); return { id: task.id, needs: task.needs, ...(state ? { state } : {}) }; })}
          {...(run ? { hrefOf: (task: string) => `/runs/${run.run}/tasks/${encodeURIComponent(task)}` } : {})} />
        <About structure={data} task={chosen} run={run?.run} state={states.get(chosen)} />
      </>
    )}</Show>
  );
}
