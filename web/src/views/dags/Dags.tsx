// Every dag: its last runs as glyphs, when it is due, whose it is.
import type { DagSummary, RunMark } from "../../api/schema.ts";
import { distinct, keepDags } from "../../model/dag_list.ts";
import { firstSentence, stateWords } from "../../model/words.ts";
import { parameter } from "../../lib/router.ts";
import { useGet } from "../../state/resource.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Notice, Show } from "../../ui/Notices.tsx";
import { Page } from "../../ui/Page.tsx";
import { Choose, SearchField } from "../../ui/SearchField.tsx";
import { State } from "../../ui/State.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";
import { PauseButton } from "../dag/PauseButton.tsx";

const SHOWN_RUNS = 12;
const hrefOf = (dag: DagSummary): string => `/dags/${encodeURIComponent(dag.dag)}`;

export function LastRuns({ runs }: { runs: readonly RunMark[] }) {
  return <span class="last-runs">{[...runs].reverse().map((run) => <a key={run.run} href={`/runs/${run.run}`} title={`#${run.run}: ${stateWords(run.state)}`} aria-label={`Run ${run.run}: ${stateWords(run.state)}`}><State state={run.state} size={14} /></a>)}</span>;
}

function Name({ dag }: { dag: DagSummary }) {
  return (
    <>
      <a href={hrefOf(dag)}>{dag.dag}</a>
      {dag.state === "broken" && <span class="mark bad"><Icon name="alerts" size={13} />file has mistakes</span>}
      {dag.state === "gone" && <span class="mark"><Icon name="close" size={13} />no file</span>}
      {dag.paused && <span class="mark" title={dag.paused_reason ?? undefined}><Icon name="pause" size={13} />paused</span>}
      <span class="soft about">{firstSentence(dag.description)}</span>
    </>
  );
}

const COLUMNS: Column<DagSummary>[] = [
  { id: "dag", name: "Dag", main: true, wide: true, cell: (dag) => <Name dag={dag} /> },
  { id: "runs", name: "Last runs", align: "end", cell: (dag) => <LastRuns runs={dag.last_runs ?? []} /> },
  { id: "next", name: "Next", cell: (dag) => dag.next_instant && !dag.paused ? <span title={dag.schedules.join(", ")}><Time at={dag.next_instant} relative /></span> : <span class="faint">{dag.schedules.length > 0 ? "–" : "no schedule"}</span> },
  { id: "owner", name: "Owner", hide: "narrow", cell: (dag) => dag.owner ?? "" },
  { id: "tags", name: "Tags", hide: "narrow", cell: (dag) => dag.tags.map((tag) => <a key={tag} class="tagged" href={`/dags?tag=${encodeURIComponent(tag)}`}>{tag}</a>) },
  { id: "pause", name: "", cell: (dag) => <PauseButton dag={dag} small /> },
];

const SHOW = [{ value: "", name: "All" }, { value: "scheduled", name: "With a schedule" }, { value: "paused", name: "Paused" },
  { value: "broken", name: "With mistakes" }, { value: "gone", name: "Without a file" }];

export default function Dags() {
  const dags = useGet("/api/v1/dags", {}, { last_runs: SHOWN_RUNS }, ["dags", "runs"]);
  const all = dags.data?.dags ?? [];
  const choice = (name: string, values: readonly string[]) => [{ value: "", name }, ...values.map((value) => ({ value, name: value }))];
  return (
    <Page title="DAGs" sub={<span>in <code>{dags.data?.folder ?? " "}</code></span>}>
      <div class="toolbar">
        <SearchField label="Filter by name or tag" />
        <Choose name="show" label="Which" choices={SHOW} />
        <Choose name="tag" label="Tag" choices={choice("Every tag", distinct(all.flatMap((dag) => dag.tags)))} />
        <Choose name="owner" label="Owner" choices={choice("Every owner", distinct(all.map((dag) => dag.owner)))} />
      </div>
      <Show from={dags} what="dags" rows={10}>{(list) => {
        const kept = keepDags(list.dags, { text: parameter("q"), tag: parameter("tag"), owner: parameter("owner"), show: parameter("show") });
        return (
          <>
            {list.problem && <p class="problem">{list.problem}</p>}
            {list.dags.length === 0
              ? <Notice icon="dags" title="No dags yet" action={<LinkButton kind="primary" href="/welcome">Start here</LinkButton>}>Save a YAML file in <code>{list.folder}</code>, and it stands here.</Notice>
              : kept.length === 0 ? <p class="empty">No dag is like that. <a href="/dags">Show all</a></p>
                : <Table rows={kept} columns={COLUMNS} label="Dags" keyOf={(dag) => dag.dag} hrefOf={hrefOf} faintOf={(dag) => dag.paused || dag.state === "gone"} />}
          </>
        );
      }}</Show>
    </Page>
  );
}
