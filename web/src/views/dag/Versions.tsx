// Which versions of a dag there were, and what differs between two: in words, then line by line.
import type { DagVersion, VersionDiff } from "../../api/schema.ts";
import { parameter } from "../../lib/router.ts";
import { plural } from "../../model/words.ts";
import { useGet } from "../../state/resource.ts";
import { Show } from "../../ui/Notices.tsx";
import { Section } from "../../ui/Page.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

const link = (from: number, to: number): string => `?tab=versions&from=${from}&to=${to}`;

function columnsFor(versions: readonly DagVersion[]): Column<DagVersion>[] {
  const before = new Map(versions.map((version, i) => [version.version, versions[i + 1]?.version]));
  const current = versions.find((version) => version.current)?.version;
  return [
    { id: "version", name: "Version", main: true, cell: (row) => <>{row.version}{row.current && <span class="tagged now-tag">in force</span>}</> },
    { id: "since", name: "Since", cell: (row) => <Time at={row.stored_at} /> },
    { id: "tasks", name: "Tasks", align: "end", cell: (row) => <span class="num">{row.task_count}<span class="phone-word"> {row.task_count === 1 ? "task" : "tasks"}</span></span> },
    { id: "hash", name: "Content", hide: "narrow", wide: true, cell: (row) => <code class="faint">{row.content_hash.slice(0, 12)}</code> },
    { id: "diff", name: "", align: "end", cell: (row) => {
      const older = before.get(row.version);
      return (
        <span class="row end">
          {older !== undefined && <a href={link(older, row.version)}>what it changed</a>}
          {current !== undefined && current !== row.version && <a href={link(row.version, current)}>compare with {current}</a>}
        </span>
      );
    } },
  ];
}

function InWords({ diff }: { diff: VersionDiff }) {
  const names = (tasks: readonly string[]): string => tasks.join(", ");
  const nothing = diff.added.length + diff.removed.length + diff.changed.length + diff.fields.length === 0;
  return (
    <ul class="lines">
      {diff.added.length > 0 && <li><b>{plural(diff.added.length, "task")} added:</b> {names(diff.added)}</li>}
      {diff.removed.length > 0 && <li><b>{plural(diff.removed.length, "task")} removed:</b> {names(diff.removed)}</li>}
      {diff.changed.map((change) => <li key={change.task}><b>{change.task}:</b> {change.fields.join(", ")}</li>)}
      {diff.fields.length > 0 && <li><b>of the dag:</b> {diff.fields.join(", ")}</li>}
      {nothing && <li class="faint">Nothing that matters to a run: comments, order or layout.</li>}
    </ul>
  );
}

const SIGNS = { same: " ", removed: "−", added: "+" } as const;

function Lines({ diff }: { diff: VersionDiff }) {
  return (
    <div class="diff card" role="region" aria-label="Line by line" tabIndex={0}>
      {diff.hunks.map((hunk, i) => (
        <div key={i} class="hunk">
          {hunk.lines.map((line, j) => (
            <div key={j} class={`line ${line.kind}`}><span class="no">{line.before ?? ""}</span><span class="no">{line.after ?? ""}</span><span class="sign">{SIGNS[line.kind]}</span><code>{line.text}</code></div>
          ))}
        </div>
      ))}
    </div>
  );
}

export function Versions({ dag }: { dag: string }) {
  const versions = useGet("/api/v1/dags/{dag}/versions", { dag }, {}, ["dags"]);
  const from = parameter("from"), to = Number(parameter("to"));
  const diff = useGet(from && to ? "/api/v1/dags/{dag}/versions/{version}/diff" : null, { dag, version: from }, { to });
  return (
    <>
      <Show from={versions} what="versions" rows={6}>{(page) => <Table rows={page.versions} columns={columnsFor(page.versions)} label="Versions" keyOf={(row) => row.version} />}</Show>
      {from && to > 0 && (
        <div class="diff-part"><Section title={`From version ${from} to ${to}`}>
          <Show from={diff} what="difference" rows={6}>{(data) => <><InWords diff={data} /><Lines diff={data} /></>}</Show>
        </Section></div>
      )}
    </>
  );
}
