// Every attempt: why it ended, what came next, and what it used.
import type { Attempt, AttemptTold, Task } from "../../api/schema.ts";
import { bytesText } from "../../model/times.ts";
import { useGet } from "../../state/resource.ts";
import { Show } from "../../ui/Notices.tsx";
import { State } from "../../ui/State.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Duration, Time, Told } from "../../ui/Time.tsx";

interface Row { number: number; told: AttemptTold | undefined; used: Attempt | undefined }

export function Attempts({ run, task }: { run: string; task: Task }) {
  const timeline = useGet("/api/v1/runs/{run}/timeline", { run }, { task: task.id }, [`run:${run}`]);
  const href = (row: Row): string => `?attempt=${row.number}`;
  const columns: Column<Row>[] = [
    { id: "state", name: "", cell: (row) => <State state={!row.told ? task.state : row.told.cause === "none" ? "succeeded" : row.told.cause === "cancelled" ? "cancelled" : "failed"} /> },
    { id: "number", name: "Attempt", main: true, cell: (row) => <a href={href(row)}>{row.number}</a> },
    { id: "why", name: "How it ended", wide: true, cell: (row) => row.told ? <>{row.told.sentence}{row.told.next && <span class="soft"> → <Told text={row.told.next} /></span>}{row.number === task.attempts && task.retry_at && <span class="soft">, <Time at={task.retry_at} relative /></span>}</> : <span class="soft">it goes on</span> },
    { id: "worker", name: "Worker", hide: "narrow", cell: (row) => row.told?.worker },
    { id: "at", name: "Started", align: "end", hide: "narrow", cell: (row) => <Time at={row.told?.started_at ?? task.started_at} /> },
    { id: "took", name: "Took", align: "end", hide: "narrow", cell: (row) => row.used ? <Duration ms={row.used.duration_ms} /> : <Duration since={task.started_at} /> },
    { id: "cpu", name: "CPU", align: "end", hide: "narrow", cell: (row) => row.used && <Duration ms={row.used.cpu_ms} /> },
    { id: "memory", name: "Memory", align: "end", hide: "narrow", cell: (row) => row.used && row.used.peak_memory > 0 && <span class="num">{bytesText(row.used.peak_memory)}</span> },
    { id: "log", name: "Log", align: "end", hide: "narrow", cell: (row) => row.used && <a href={href(row)}>{bytesText(row.used.log_bytes)}</a> },
  ];
  return (
    <Show from={timeline} what="attempts" rows={3}>{(wire) => {
      const told = wire.tasks[0]?.attempts ?? [];
      const rows: Row[] = Array.from({ length: task.attempts }, (_, i) => i + 1).reverse().map((number) => ({
        number, told: told.find((one) => one.number === number), used: task.attempts_ended.find((one) => one.number === number) }));
      if (rows.length === 0) return <p class="empty">It has not started in this run.</p>;
      return <Table rows={rows} columns={columns} keyOf={(row) => row.number} hrefOf={(row) => `/runs/${run}/tasks/${encodeURIComponent(task.id)}${href(row)}`} label="Attempts" />;
    }}</Show>
  );
}
