// The grid with what belongs to it: how many runs, older ones, and a line about the cell one is at.
import { parameter, setQuery } from "../../lib/router.ts";
import { useGet } from "../../state/resource.ts";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Notice, Show } from "../../ui/Notices.tsx";
import { Choose } from "../../ui/SearchField.tsx";
import { Grid } from "./Grid.tsx";

const COUNTS = [{ value: "", name: "28 runs" }, { value: "60", name: "60 runs" }, { value: "200", name: "200 runs" }];

export function GridTab({ dag }: { dag: string }) {
  const before = Number(parameter("before")) || undefined;
  const grid = useGet("/api/v1/dags/{dag}/grid", { dag },
    { runs: Number(parameter("runs")) || 28, ...(before === undefined ? {} : { before }) }, ["runs"]);
  return (
    <Show from={grid} what="runs" rows={12}>{(data) => data.runs.length === 0
      ? <Notice icon="runs" title="No runs yet" action={<LinkButton kind="primary" icon="play" href={`/dags/${encodeURIComponent(dag)}?tab=trigger`}>Trigger a run</LinkButton>}>Its runs will stand here, one column each.</Notice>
      : (
        <>
          <div class="toolbar">
            <Choose name="runs" label="How many runs" choices={COUNTS} />
            {data.next && <Button icon="left" onClick={() => setQuery({ before: data.next }, "push")}>Older</Button>}
            {before !== undefined && <Button icon="right" onClick={() => setQuery({ before: null }, "push")}>Newest</Button>}
            <span class="spring" />
            <span class="faint keys-hint">arrows move, <kbd>Enter</kbd> opens</span>
          </div>
          <Grid grid={data} />
        </>
      )}</Show>
  );
}
