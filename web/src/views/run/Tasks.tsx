// The tasks of a run, what asks for eyes first, with why each is as it is.
import { useSignal } from "@preact/signals";
import type { Run, TaskRun } from "../../api/schema.ts";
import { parameter } from "../../lib/router.ts";
import { byUrgency, countText, whyNot } from "../../model/run.ts";
import { may } from "../../state/session.ts";
import { useGet } from "../../state/resource.ts";
import { Button } from "../../ui/Button.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { State } from "../../ui/State.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Duration, Time } from "../../ui/Time.tsx";
import { taskHref } from "./Causes.tsx";
import { EditDialog } from "./EditDialog.tsx";

const MOST = 500;

export function TasksTab({ run, reload }: { run: Run; reload: () => void }) {
  const structure = useGet("/api/v1/dags/{dag}/structure", { dag: run.dag }, { version: run.version });
  const clearing = useSignal("");
  const specs = new Map([...(structure.data?.tasks ?? []), ...(structure.data?.hooks ?? [])].map((spec) => [spec.id, spec]));
  const states = new Map(run.tasks.map((task) => [task.id, task.state]));
  const typed = parameter("q").toLowerCase();
  const tasks = byUrgency(run.tasks).filter((task) => !typed || task.id.toLowerCase().includes(typed) || task.state.includes(typed));
  const why = (task: TaskRun): string => whyNot(task, specs.get(task.id), (name) => states.get(name));
  const columns: Column<TaskRun>[] = [
    { id: "state", name: "", cell: (task) => <State state={task.state} /> },
    { id: "task", name: "Task", main: true, cell: (task) => <a href={taskHref(run.run, task.id)}>{task.id}</a> },
    { id: "why", name: "", wide: true, cell: (task) => <span class="soft">{why(task)}</span> },
    { id: "attempts", name: "Attempts", align: "end", hide: "narrow", cell: (task) => <span class="num">{task.attempts || ""}</span> },
    { id: "took", name: "Took", align: "end", cell: (task) => task.started_at === null ? null : task.ended_at ? <Duration ms={Date.parse(task.ended_at) - Date.parse(task.started_at)} /> : <Duration since={task.started_at} /> },
    { id: "at", name: "Ended", align: "end", hide: "narrow", cell: (task) => task.ended_at && <Time at={task.ended_at} /> },
    ...(may("operator", run.dag) ? [{ id: "do", name: "", hide: "narrow" as const, cell: (task: TaskRun) => task.attempts > 0
      ? <Button kind="quiet" icon="retry" title={`Run ${task.id} again`} onClick={() => { clearing.value = task.id; }} /> : null }] : []),
  ];
  return (
    <>
      <div class="toolbar"><SearchField label="Find a task" /><span class="soft">{countText(run.tasks)}</span></div>
      {tasks.length === 0 ? <p class="empty">No task is called that.</p>
        : <Table rows={tasks.slice(0, MOST)} columns={columns} keyOf={(task) => task.id} hrefOf={(task) => taskHref(run.run, task.id)} label="Tasks" />}
      {tasks.length > MOST && <p class="empty">{tasks.length - MOST} more. Type a part of their names to see them.</p>}
      {clearing.value && <EditDialog run={run.run} kind="clear" tasks={[clearing.value]} onClose={() => { clearing.value = ""; }} onDone={reload} />}
    </>
  );
}
