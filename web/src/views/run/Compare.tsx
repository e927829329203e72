// This run beside another of its dag: parameters, version, how long tasks took, what they left.
import type { Run, RunComparison, TaskComparison } from "../../api/schema.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { differing, otherRun, ratioText } from "../../model/compare.ts";
import { paramText } from "../../model/rerun_params.ts";
import { listText } from "../../model/run.ts";
import { stateWords } from "../../model/words.ts";
import { useGet } from "../../state/resource.ts";
import { Show } from "../../ui/Notices.tsx";
import { Section } from "../../ui/Page.tsx";
import { State } from "../../ui/State.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Duration } from "../../ui/Time.tsx";

const side = (one: TaskComparison["before"]) => one === null ? <span class="faint">not there</span> : <span class="side"><State state={one.state} /><Duration ms={one.duration_ms} /></span>;
const left = (task: TaskComparison) => differing(task).map((row) => `${row.name}: ${paramText(row.before) || "none"} → ${paramText(row.after) || "none"}`);

function Sides({ both }: { both: RunComparison }) {
  const columns: Column<TaskComparison>[] = [
    { id: "task", name: "Task", main: true, cell: (task) => task.task },
    { id: "before", name: `#${both.before.run}`, cell: (task) => side(task.before) },
    { id: "after", name: `#${both.after.run}`, cell: (task) => side(task.after) },
    { id: "ratio", name: "", cell: (task) => <span class="soft">{ratioText(task.before?.duration_ms, task.after?.duration_ms)}</span> },
    { id: "left", name: "What it left", wide: true, cell: (task) => <span class="soft mono" title={left(task).join("\n")}>{left(task).join("; ")}</span> },
  ];
  const { version } = both;
  const changes = [version.added.length > 0 && `new: ${listText(version.added, 5)}`, version.removed.length > 0 && `gone: ${listText(version.removed, 5)}`,
    version.changed.length > 0 && `changed: ${listText(version.changed.map((task) => `${task.task} (${task.fields.join(", ")})`), 5)}`,
    version.fields.length > 0 && `of the dag: ${version.fields.join(", ")}`].filter(Boolean);
  return (
    <>
      <dl class="facts compared">
        <dt>Ended as</dt><dd>{stateWords(both.before.state)} → {stateWords(both.after.state)}</dd>
        <dt>Took</dt><dd><Duration ms={both.before.duration_ms} /> → <Duration ms={both.after.duration_ms} /></dd>
        <dt>Version</dt><dd>{both.before.version === both.after.version ? "the same" : `${both.before.version} → ${both.after.version}`}{changes.length > 0 && `: ${changes.join("; ")}`}</dd>
        <dt>Parameters</dt><dd>{both.params.length === 0 ? "the same" : both.params.map((param) => <div key={param.param} class="mono">{param.param}: {paramText(param.before) || "none"} → {paramText(param.after) || "none"}</div>)}</dd>
      </dl>
      <Section title="Tasks"><Table rows={both.tasks} columns={columns} keyOf={(task) => task.task} label="Tasks of both runs" /></Section>
    </>
  );
}

export function Compare({ run }: { run: Run }) {
  const runs = useGet("/api/v1/runs", {}, { dag: run.dag, limit: 50 });
  const others = (runs.data?.runs ?? []).filter((one) => one.run !== run.run);
  const other = parameter("with") || otherRun(run, others);
  const both = useGet(other ? "/api/v1/runs/{run}/compare/{other}" : null, { run: other || 0, other: run.run });
  if (runs.data && others.length === 0) return <p class="empty">{run.dag} has no other run to compare this one with.</p>;
  return (
    <>
      <div class="toolbar"><label class="row">Compare with <select value={String(other)} aria-label="Another run" onChange={(event) => setQuery({ with: event.currentTarget.value }, "push")}>
        {others.map((one) => <option key={one.run} value={String(one.run)}>#{one.run}, {stateWords(one.state)}</option>)}
      </select></label></div>
      {other ? <Show from={both} what="comparison" rows={8}>{(data) => <Sides both={data} />}</Show> : null}
    </>
  );
}
