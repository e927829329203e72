// When a dag runs: its schedule in words, the next times, and what became of the last ones.
import type { ComingInstant, Dag, DecidedInstant } from "../../api/schema.ts";
import { useGet } from "../../state/resource.ts";
import { Show } from "../../ui/Notices.tsx";
import { Section } from "../../ui/Page.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

const COMING: Column<ComingInstant>[] = [
  { id: "at", name: "When", main: true, cell: (row) => <Time at={row.instant} /> },
  { id: "in", name: "", wide: true, cell: (row) => <span class="soft"><Time at={row.instant} relative /></span> },
  { id: "label", name: "Label", align: "end", cell: (row) => <span class="faint">{row.label}</span> },
];

const DECIDED: Column<DecidedInstant>[] = [
  { id: "at", name: "When", main: true, cell: (row) => <Time at={row.instant} /> },
  { id: "interval", name: "Data interval", hide: "narrow", cell: (row) => row.interval_start && <span class="soft"><Time at={row.interval_start} /> – <Time at={row.interval_end} /></span> },
  { id: "what", name: "Decision", wide: true, cell: (row) => <>{row.decision.replaceAll("_", " ")}{row.reason && <span class="soft">: {row.reason}</span>}</> },
  { id: "run", name: "Run", align: "end", cell: (row) => row.run !== null && <a href={`/runs/${row.run}`}>#{row.run}</a> },
];

const MOST = 5;

export function ScheduleTab({ dag }: { dag: Dag }) {
  const timetable = useGet("/api/v1/dags/{dag}/schedule", { dag: dag.dag }, {}, ["dags", "runs"]);
  return (
    <>
      <Section title="In words">
        {dag.schedules.length === 0
          ? <p class="empty">No schedule: it runs when somebody or something starts it. A <code>schedule:</code> in {dag.file} changes that.</p>
          : <ul class="in-words">{dag.schedules.map((words) => <li key={words}>{words}</li>)}</ul>}
        {dag.paused && <p class="stale">Paused{dag.paused_by && ` by ${dag.paused_by}`}{dag.paused_reason && `: ${dag.paused_reason}`}. Nothing of this starts until it is resumed.</p>}
      </Section>
      <Show from={timetable} what="schedule" rows={8}>{(data) => (
        <>
          {data.coming.length > 0 && (
            <Section title="Next times">
              <Table rows={data.coming.slice(0, MOST)} columns={COMING} label="Next times" keyOf={(row) => row.instant ?? row.label} />
            </Section>
          )}
          {data.decided.length > 0 && (
            <Section title="What became of the last ones">
              <Table rows={data.decided} columns={DECIDED} label="Decisions" keyOf={(row) => row.instant ?? row.label} />
            </Section>
          )}
          {data.starts.length > 0 && (
            <Section title="Started by other dags">
              <ul class="lines">{data.starts.map((start, i) => <li key={i}>{start.source ?? "another dag"} {start.state}: {start.decision.replaceAll("_", " ")}{start.run !== null && <> <a href={`/runs/${start.run}`}>#{start.run}</a></>} <Time at={start.decided_at} relative fallback="" /></li>)}</ul>
            </Section>
          )}
          {data.dataset_starts.length > 0 && (
            <Section title="Started by datasets">
              <ul class="lines">{data.dataset_starts.map((start, i) => <li key={i}>{start.datasets.join(", ")}: {start.decision.replaceAll("_", " ")}{start.run !== null && <> <a href={`/runs/${start.run}`}>#{start.run}</a></>} <Time at={start.decided_at} relative fallback="" /></li>)}</ul>
            </Section>
          )}
        </>
      )}</Show>
    </>
  );
}
