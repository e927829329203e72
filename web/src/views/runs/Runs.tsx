// All runs, newest first, by state and dag.
import { RUN_STATES, stateWords } from "../../model/words.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { useGet } from "../../state/resource.ts";
import { Button } from "../../ui/Button.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Page } from "../../ui/Page.tsx";
import { RunsTable } from "../../ui/RunsTable.tsx";
import { Choose } from "../../ui/SearchField.tsx";

const STATES = [{ value: "", name: "Every state" }, ...RUN_STATES.map((state) => ({ value: state, name: stateWords(state) }))];
const PAGE = 50;

export default function Runs() {
  const dags = useGet("/api/v1/dags", {}, {}, ["dags"]);
  const after = parameter("after");
  const runs = useGet("/api/v1/runs", {}, { dag: parameter("dag"), state: parameter("state"), after, limit: PAGE }, ["runs"]);
  const choices = [{ value: "", name: "Every dag" }, ...(dags.data?.dags ?? []).map((dag) => ({ value: dag.dag, name: dag.dag }))];
  const filtered = parameter("dag") !== "" || parameter("state") !== "";
  return (
    <Page title="Runs">
      <div class="toolbar">
        <Choose name="state" label="State" choices={STATES} />
        <Choose name="dag" label="Dag" choices={choices} />
        {filtered && <Button kind="quiet" icon="close" onClick={() => setQuery({ dag: null, state: null, after: null }, "push")}>Show all</Button>}
      </div>
      <Show from={runs} what="runs" rows={12}>{(page) => (
        <>
          {page.runs.length === 0 && (filtered || after)
            ? <p class="empty">No run is like that.</p>
            : <RunsTable runs={page.runs} label="Runs" full />}
          <div class="row pager">
            {after && <Button icon="left" onClick={() => setQuery({ after: null }, "push")}>Newest</Button>}
            {page.next && <Button icon="right" onClick={() => setQuery({ after: page.next }, "push")}>Older</Button>}
          </div>
        </>
      )}</Show>
    </Page>
  );
}
