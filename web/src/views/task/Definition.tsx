// What the dag says about the task, as the run's version had it.
import type { Json, Task } from "../../api/schema.ts";
import { paramText } from "../../model/rerun_params.ts";

const isSaid = (value: Json): boolean => value !== null && value !== "" && value !== false && value !== 0 && !(Array.isArray(value) && value.length === 0);

const shown = (value: Json): string => (Array.isArray(value) ? value.map(paramText).join(", ") : paramText(value));

export function Definition({ task }: { task: Task }) {
  const rows = Object.entries(task.spec).filter(([name, value]) => name !== "id" && isSaid(value));
  return <dl class="facts">{rows.map(([name, value]) => <div key={name}><dt>{name.replace(/_ms$/, " (ms)").replaceAll("_", " ")}</dt><dd class="mono">{shown(value)}</dd></div>)}</dl>;
}
