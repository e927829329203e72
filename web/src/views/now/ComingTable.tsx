import type { DagSummary } from "../../api/schema.ts";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

const COLUMNS: Column<DagSummary>[] = [
  { id: "at", name: "When", cell: (dag) => <Time at={dag.next_instant} relative /> },
  { id: "dag", name: "Dag", main: true, wide: true, cell: (dag) => <a href={`/dags/${encodeURIComponent(dag.dag)}`}>{dag.dag}</a> },
  { id: "moment", name: "", align: "end", cell: (dag) => <span class="soft"><Time at={dag.next_instant} /></span> },
];

export function ComingTable({ dags }: { dags: readonly DagSummary[] }) {
  if (dags.length === 0) return <p class="empty">No dag has a schedule. Give one a <code>schedule:</code>, or start it by hand.</p>;
  return <Table rows={dags} columns={COLUMNS} label="Dags by the time they are due" keyOf={(dag) => dag.dag} hrefOf={(dag) => `/dags/${encodeURIComponent(dag.dag)}`} />;
}
