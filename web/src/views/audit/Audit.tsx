// Who did what, newest first, and whether anybody wrote into the log by other means.
import { useState } from "preact/hooks";
import { get, problemFrom, type Problem } from "../../api/client.ts";
import type { AuditEntry, AuditVerdict } from "../../api/schema.ts";
import { parameter, query, setQuery } from "../../lib/router.ts";
import { actionWords, detailLines, isRefusal } from "../../model/audit.ts";
import { plainText } from "../../model/plain.ts";
import { plural } from "../../model/words.ts";
import { useGet } from "../../state/resource.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Page } from "../../ui/Page.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

const PAGE = 100;
const FILTERS = [["who", "Who"], ["action", "Action, as dag.pause"], ["object", "Object, as run 12"], ["dag", "Dag"]] as const;

function Detail({ entry }: { entry: AuditEntry }) {
  const lines = detailLines(entry.detail);
  if (lines.length === 0) return null;
  return (
    <details class="audit-detail">
      <summary>{lines.map((line) => line.name || line.text).join(", ")}</summary>
      <dl class="facts">{lines.map((line) => [<dt key={`${line.name}.`}>{line.name || "detail"}</dt>, <dd key={line.name}>{plainText(line.text)}</dd>])}</dl>
    </details>
  );
}

const COLUMNS: Column<AuditEntry>[] = [
  { id: "at", name: "When", cell: (entry) => <Time at={entry.at} /> },
  { id: "who", name: "Who", main: true, cell: (entry) => <><a href={`/audit?who=${encodeURIComponent(entry.who)}`}>{plainText(entry.who)}</a>{entry.via !== entry.who && <span class="faint" title={entry.address ?? undefined}> {entry.via}</span>}</> },
  { id: "action", name: "Did", cell: (entry) => <a class="quiet-link" href={`/audit?action=${encodeURIComponent(entry.action)}`}>{actionWords(entry.action)}</a> },
  { id: "object", name: "To", wide: true, cell: (entry) => <>{plainText(entry.object)}{entry.dag && !entry.object.includes(entry.dag) && <span class="faint"> {entry.dag}</span>}<Detail entry={entry} /></> },
  { id: "outcome", name: "Outcome", align: "end", cell: (entry) => isRefusal(entry.outcome) ? <span class="refused"><Icon name="close" size={13} />{entry.outcome}</span> : <span class="faint">{entry.outcome}</span> },
];

type Verified = { verdict: AuditVerdict } | { problem: Problem } | null;

function Verdict({ found }: { found: Verified }) {
  if (!found) return null;
  if ("problem" in found) return <p class="problem" role="alert">{found.problem.message}</p>;
  const { whole, rows, first_broken: broken, what } = found.verdict;
  return whole ? <p class="audit-verdict" role="status"><Icon name="check" />The log is whole: each of {plural(rows, "entry", "entries")} fits the one before it.</p>
    : <p class="problem" role="alert">The log was changed by other means, from entry {broken ?? "?"} on: {what}</p>;
}

export default function Audit() {
  const asked = Object.fromEntries(FILTERS.map(([name]) => [name, parameter(name)]));
  const page = useGet("/api/v1/audit", {}, { ...asked, limit: PAGE, after: parameter("after") });
  const [found, setFound] = useState<Verified>(null);
  const [busy, setBusy] = useState(false);
  const verify = (): void => {
    setBusy(true);
    get("/api/v1/audit/verify", {}).then((verdict) => setFound({ verdict }), (error: unknown) => setFound({ problem: problemFrom(error) }))
      .finally(() => setBusy(false));
  };
  const filtered = FILTERS.some(([name]) => query.value.has(name));
  return (
    <Page title="Audit" actions={<><Button icon="retry" onClick={page.reload}>Load again</Button><Button icon="check" disabled={busy} onClick={verify}>Verify the log</Button></>}>
      <Verdict found={found} />
      <div class="toolbar filters">
        {FILTERS.map(([name, label]) => <SearchField key={name} name={name} label={label} />)}
        {filtered && <Button kind="quiet" icon="close" onClick={() => setQuery({ who: null, action: null, object: null, dag: null, after: null }, "push")}>Show all</Button>}
      </div>
      <Show from={page} what="the audit log" rows={12}>{(list) => (
        <>
          {list.entries.length === 0 ? <p class="empty">{filtered ? "No entry is like that. Filters are exact." : "Nothing yet."}</p>
            : <Table rows={list.entries} columns={COLUMNS} label="Audit log" keyOf={(entry) => entry.seq} />}
          <div class="row pager">
            {parameter("after") && <Button icon="left" onClick={() => setQuery({ after: null }, "push")}>Newest</Button>}
            {list.next && <Button icon="right" onClick={() => setQuery({ after: list.next }, "push")}>Older</Button>}
          </div>
        </>
      )}</Show>
    </Page>
  );
}
