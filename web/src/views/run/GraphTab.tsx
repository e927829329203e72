// The tasks of the run's own version and what needs what, coloured by how they are.
import type { Run } from "../../api/schema.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { whyNot } from "../../model/run.ts";
import { useGet } from "../../state/resource.ts";
import { Graph } from "../../ui/Graph.tsx";
import { Show } from "../../ui/Notices.tsx";
import { State } from "../../ui/State.tsx";
import { taskHref } from "./Causes.tsx";

export function GraphTab({ run }: { run: Run }) {
  const structure = useGet("/api/v1/dags/{dag}/structure", { dag: run.dag }, { version: run.version });
  const tasks = new Map(run.tasks.map((task) => [task.id, task]));
  const chosen = parameter("task");
  const task = tasks.get(chosen);
  return (
    <Show from={structure} what="graph" rows={10}>{(data) => (
      <>
        <Graph label={`Graph of run ${run.run}`} chosen={chosen} onChoose={(id) => setQuery({ task: id })} hrefOf={(id) => taskHref(run.run, id)}
          tasks={data.tasks.map((spec) => { const state = tasks.get(spec.id)?.state; return { id: spec.id, needs: spec.needs, ...(state ? { state } : {}) }; })} />
        {task
          ? <p class="graph-about card"><a href={taskHref(run.run, task.id)}>{task.id}</a> <State state={task.state} label /> <span class="soft">{whyNot(task, data.tasks.find((spec) => spec.id === task.id), (id) => tasks.get(id)?.state)}</span></p>
          : <p class="faint graph-about">Choose a task to see how it is; Enter opens it.</p>}
      </>
    )}</Show>
  );
}
