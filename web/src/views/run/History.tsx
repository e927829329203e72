// What happened to the run, sentence by sentence.
import type { Run } from "../../api/schema.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { useGet } from "../../state/resource.ts";
import { Button } from "../../ui/Button.tsx";
import { Show } from "../../ui/Notices.tsx";
import { taskHref } from "./Causes.tsx";
import { Moment } from "./Moment.tsx";

export function HistoryTab({ run }: { run: Run }) {
  const after = parameter("after");
  const history = useGet("/api/v1/runs/{run}/history", { run: run.run }, { after, limit: 200 }, [`run:${run.run}`]);
  return (
    <Show from={history} what="history" rows={10}>{(told) => (
      <>
        <ol class="told" aria-label="What happened">
          {told.events.map((event, i) => (
            <li key={`${event.seq}-${i}`}><Moment at={event.at} /><span>{event.task ? <a href={taskHref(run.run, event.task)}>{event.sentence}</a> : event.sentence}</span></li>
          ))}
        </ol>
        <div class="row pager">
          {after && <Button icon="left" onClick={() => setQuery({ after: null }, "push")}>From the beginning</Button>}
          {told.next && <Button icon="right" onClick={() => setQuery({ after: told.next }, "push")}>Later</Button>}
        </div>
      </>
    )}</Show>
  );
}
