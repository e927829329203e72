// One run: why it failed or waits first, then where its time went, its tasks, and what led to it.
import { causesOf } from "../../model/run.ts";
import { isOver, triggerWords } from "../../model/words.ts";
import type { Run } from "../../api/schema.ts";
import { parameter } from "../../lib/router.ts";
import type { ViewProps } from "../../routes.ts";
import { useGet } from "../../state/resource.ts";
import { Show } from "../../ui/Notices.tsx";
import { Page, Tabs } from "../../ui/Page.tsx";
import { State } from "../../ui/State.tsx";
import { Duration, Time } from "../../ui/Time.tsx";
import { Causes, Why } from "./Causes.tsx";
import { Compare } from "./Compare.tsx";
import { GanttTab } from "./Gantt.tsx";
import { GraphTab } from "./GraphTab.tsx";
import { HistoryTab } from "./History.tsx";
import { ParamsTab } from "./Params.tsx";
import { RunActions } from "./RunActions.tsx";
import { TasksTab } from "./Tasks.tsx";

const TABS = [
  { id: "timeline", name: "Timeline" }, { id: "graph", name: "Graph" }, { id: "tasks", name: "Tasks" },
  { id: "history", name: "History" }, { id: "params", name: "Parameters" }, { id: "compare", name: "Compare" },
] as const;

function Facts({ run }: { run: Run }) {
  return (
    <>
      <span>{triggerWords(run.trigger)}{run.origin && run.trigger !== "schedule" ? ` · ${run.origin}` : ""}</span>
      <span>{run.started_at ? <>started <Time at={run.started_at} /></> : <>made <Time at={run.created_at} /></>}</span>
      <span>{run.ended_at ? <>took <Duration ms={run.duration_ms} /></> : run.started_at ? <>running for <Duration since={run.started_at} /></> : "not started"}</span>
      {run.interval_start && run.interval_start !== run.interval_end && <span>data <Time at={run.interval_start} /> – <Time at={run.interval_end} /></span>}
      {run.due_at && (run.deadline_missed || !isOver(run.state)) && <span class={run.deadline_missed ? "late" : ""}>{run.deadline_missed ? "late: was due " : "due "}<Time at={run.due_at} relative /></span>}
      <a href={`/dags/${encodeURIComponent(run.dag)}?tab=versions`}>version {run.version}</a>
      {run.paused && <span class="tagged">{run.pause_note ?? "paused"}</span>}
    </>
  );
}

function Body({ run, reload }: { run: Run; reload: () => void }) {
  const tab = parameter("tab") || "timeline";
  const failed = causesOf(run.tasks);
  return (
    <>
      {run.state === "failed" && failed.length > 0 ? <Causes run={run} failed={failed} /> : !isOver(run.state) ? <Why run={run} /> : null}
      <Tabs tabs={TABS.map((one) => (one.id === "tasks" ? { ...one, count: run.counts.total } : one))} current={tab} />
      {tab === "timeline" && <GanttTab run={run} />}
      {tab === "graph" && <GraphTab run={run} />}
      {tab === "tasks" && <TasksTab run={run} reload={reload} />}
      {tab === "history" && <HistoryTab run={run} />}
      {tab === "params" && <ParamsTab run={run} />}
      {tab === "compare" && <Compare run={run} />}
    </>
  );
}

export default function RunView({ at }: { at: ViewProps }) {
  const id = at["run"] ?? "";
  const run = useGet("/api/v1/runs/{run}", { run: id }, {}, [`run:${id}`]);
  const known = run.data;
  return (
    <Page title={known ? `${known.dag} #${known.run}` : `Run ${id}`} glyph={known && <State state={known.state} size={20} />}
      crumbs={[{ name: "Runs", href: "/runs" }, ...(known ? [{ name: known.dag, href: `/dags/${encodeURIComponent(known.dag)}` }] : [])]}
      actions={known && <RunActions run={known} reload={run.reload} />} sub={known && <Facts run={known} />}>
      <Show from={run} what="run" rows={10}>{(data) => <Body run={data} reload={run.reload} />}</Show>
    </Page>
  );
}
