// Runs in a list: on Now, on the page of runs, and on the page of a dag.
import type { RunSummary } from "../api/schema.ts";
import { isOver, plural, triggerWords } from "../model/words.ts";
import { useGet } from "../state/resource.ts";
import { State } from "./State.tsx";
import { Table, type Column } from "./Table.tsx";
import { Duration, Time } from "./Time.tsx";

export function TaskProgress({ run }: { run: RunSummary }) {
  const { total, succeeded, failed, other_end: other } = run.tasks;
  const part = (count: number): number => (64 * count) / Math.max(1, total);
  return (
    <span class="progress" title={`${succeeded} succeeded, ${failed} failed, ${other} ended otherwise, of ${total} tasks`}>
      <svg width="64" height="6" viewBox="0 0 64 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="rest" width="64" height="6" /><rect class="good" width={part(succeeded)} height="6" />
        <rect class="bad" x={part(succeeded)} width={part(failed)} height="6" />
      </svg>
      <span class="num">{succeeded + failed + other}/{total}</span>
    </span>
  );
}

// Why a run has no end yet: beside its name where there is room, else in two lines below it that are
// there before the answer is.
function Why({ run }: { run: RunSummary }) {
  const why = useGet("/api/v1/runs/{run}/explain", { run: run.run }, {}, ["runs"]);
  return <> <span class="soft why">{why.data?.sentence}</span></>;
}

const MOST_WHY = 20; // each asks for its own

const state: Column<RunSummary> = { id: "state", name: "", cell: (run) => <State state={run.state} /> };
const nameOf = (explained: ReadonlySet<number>): Column<RunSummary> => ({
  id: "dag", name: "Run", main: true, wide: true,
  cell: (run) => <><a href={`/runs/${run.run}`}>{run.dag}</a> <span class="faint">#{run.run}</span>{run.reason ? <span class="soft"> · {run.reason}</span> : explained.has(run.run) && <Why run={run} />}</>,
});
const trigger: Column<RunSummary> = { id: "trigger", name: "Started", hide: "narrow", cell: (run) => <span class="soft">{triggerWords(run.trigger)}</span> };
const tasks: Column<RunSummary> = { id: "tasks", name: "Tasks", cell: (run) => isOver(run.state) ? <TaskProgress run={run} /> : <span class="soft num">{plural(run.tasks.total, "task")}</span> };
const took: Column<RunSummary> = { id: "took", name: "Took", align: "end", cell: (run) => run.ended_at ? <Duration ms={run.duration_ms} /> : <Duration since={run.started_at} /> };
const when: Column<RunSummary> = { id: "at", name: "When", align: "end", cell: (run) => <Time at={run.ended_at ?? run.started_at ?? run.created_at} /> };
const interval: Column<RunSummary> = { id: "interval", name: "Data interval", hide: "narrow", cell: (run) => run.interval_start ? <span class="soft"><Time at={run.interval_start} /> – <Time at={run.interval_end} /></span> : null };

export function RunsTable({ runs, label, full = false }: { runs: readonly RunSummary[]; label: string; full?: boolean }) {
  if (runs.length === 0) return <p class="empty">None yet. A run starts by its schedule, or by hand from its <a href="/dags">dag</a>.</p>;
  const explained = new Set(runs.filter((run) => !isOver(run.state)).slice(0, MOST_WHY).map((run) => run.run));
  const name = nameOf(explained);
  return <Table rows={runs} columns={full ? [state, name, trigger, interval, tasks, took, when] : [state, name, trigger, tasks, took, when]}
    label={label} keyOf={(run) => run.run} hrefOf={(run) => `/runs/${run.run}`} />;
}
