// What is wrong with the file of a dag, each with its line.
import type { Dag } from "../../api/schema.ts";
import { plural } from "../../model/words.ts";
import { Icon } from "../../ui/icons.tsx";

const MOST = 50;

export function Findings({ dag }: { dag: Dag }) {
  if (dag.state === "gone") return <p class="problem">The file {dag.file} is not there any more. What ran stays; nothing new starts.</p>;
  if (dag.findings.length === 0) return null;
  return (
    <details class={dag.state === "broken" ? "findings card broken" : "findings card"} open={dag.state === "broken"}>
      <summary><Icon name={dag.state === "broken" ? "alerts" : "audit"} />{dag.state === "broken" ? `The file has mistakes${dag.version === null ? "" : `; version ${dag.version} stays in force`}` : plural(dag.findings.length, "remark")}</summary>
      <ul>
        {dag.findings.slice(0, MOST).map((finding, i) => (
          <li key={i} class={finding.severity}>
            <code>{finding.file}:{finding.line}:{finding.column}</code> {finding.message}
            {finding.hint && <span class="soft"> {finding.hint}</span>}
          </li>
        ))}
        {dag.findings.length > MOST && <li class="soft">and {dag.findings.length - MOST} more: <code>tidemill validate {dag.file}</code></li>}
      </ul>
    </details>
  );
}
