// What the task left: summary, outputs, metrics, checks, artifacts. All of it is text that a task wrote.
import type { CheckValue, MetricValue, Task, TaskResult } from "../../api/schema.ts";
import { paramText } from "../../model/rerun_params.ts";
import { bytesText } from "../../model/times.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { Markdown } from "../../ui/Markdown.tsx";
import { Section } from "../../ui/Page.tsx";
import { State } from "../../ui/State.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { ArtifactFiles } from "./ArtifactFiles.tsx";

export const countResults = (result: TaskResult | null): number =>
  result ? Object.keys(result.outputs).length + result.metrics.length + result.checks.length + result.artifacts.length + (result.summary ? 1 : 0) : 0;

const METRICS: readonly Column<MetricValue>[] = [
  { id: "name", name: "Metric", main: true, cell: (metric) => metric.name },
  { id: "slice", name: "Slice", wide: true, cell: (metric) => <span class="soft">{metric.slice ?? ""}{metric.step === null ? "" : ` step ${metric.step}`}</span> },
  { id: "value", name: "Value", align: "end", cell: (metric) => <span class="num mono">{metric.value ?? "not a number"}</span> },
];
const CHECKS: readonly Column<CheckValue>[] = [
  { id: "state", name: "", cell: (check) => <State state={check.success ? "succeeded" : check.severity === "error" ? "failed" : "partial"} /> },
  { id: "check", name: "Check", main: true, cell: (check) => check.check },
  { id: "column", name: "", wide: true, cell: (check) => <span class="soft">{[check.column, check.expected && `expected ${check.expected}`, check.actual && `found ${check.actual}`].filter(Boolean).join(", ")}</span> },
];

export function Results({ run, task }: { run: string; task: Task }) {
  const result = task.result;
  if (!result || countResults(result) === 0) return <p class="empty">It left nothing{task.state === "succeeded" ? "" : "; results are kept of attempts that succeed"}.</p>;
  const outputs = Object.entries(result.outputs);
  const base = `/api/v1/runs/${run}/tasks/${encodeURIComponent(task.id)}/artifacts/`;
  return (
    <>
      {result.summary && <Section title="Summary"><div class="summary card"><Markdown text={result.summary} /></div></Section>}
      {outputs.length > 0 && <Section title="Outputs"><dl class="facts mono">{outputs.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{paramText(value)}</dd></div>)}</dl></Section>}
      {result.metrics.length > 0 && <Section title="Metrics"><Table rows={result.metrics} columns={METRICS} keyOf={(metric) => `${metric.name} ${metric.slice ?? ""} ${metric.step ?? ""}`} label="Metrics" /></Section>}
      {result.checks.length > 0 && <Section title="Checks"><Table rows={result.checks} columns={CHECKS} keyOf={(check) => `${check.check} ${check.column ?? ""}`} label="Checks" /></Section>}
      {result.artifacts.length > 0 && (
        <Section title="Artifacts"><ul class="changes" aria-label="Artifacts">{result.artifacts.map((artifact) => (
          <li key={artifact.name}>
            <b>{artifact.name}</b><span class="why">{bytesText(artifact.bytes)} <span class="mono faint">{artifact.hash.slice(0, 12)}</span></span>
            <span class="to">{artifact.is_directory ? null : <LinkButton icon="download" href={base + encodeURIComponent(artifact.name)} download title={`Download ${artifact.name}`} />}</span>
            {artifact.is_directory && <ArtifactFiles run={run} task={task.id} artifact={artifact.name} base={base} />}
          </li>))}</ul></Section>)}
    </>
  );
}
