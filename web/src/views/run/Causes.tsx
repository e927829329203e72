// The cause first: what failed and where its log says so; for a run that goes on, what it waits for.
import type { Run, TaskRun } from "../../api/schema.ts";
import { useGet } from "../../state/resource.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { State } from "../../ui/State.tsx";
import { Told } from "../../ui/Time.tsx";

export const taskHref = (run: number, task: string, query = ""): string => `/runs/${run}/tasks/${encodeURIComponent(task)}${query}`;

const MOST = 3;

export function Causes({ run, failed }: { run: Run; failed: readonly TaskRun[] }) {
  return (
    <section class="verdicts" aria-label="Why it failed">
      {failed.slice(0, MOST).map((task) => (
        <div key={task.id} class="verdict">
          <State state="failed" />
          <p><a href={taskHref(run.run, task.id)}>{task.id}</a> failed{task.reason ? `: ${task.reason}` : ""}</p>
          <LinkButton icon="log" href={taskHref(run.run, task.id, "?error=first")}>First error</LinkButton>
        </div>
      ))}
      {failed.length > MOST && <p class="more"><a href="?tab=tasks">{failed.length - MOST} more failed</a></p>}
    </section>
  );
}

export function Why({ run }: { run: Run }) {
  const why = useGet("/api/v1/runs/{run}/explain", { run: run.run }, {}, [`run:${run.run}`]);
  return (
    <section class="verdicts" aria-label="Why it is as it is">
      <div class="verdict">
        <State state={run.state} />
        <div>
          <p><Told text={why.data?.sentence ?? " "} /></p>
          {why.data?.details.map((detail) => <p key={detail} class="soft"><Told text={detail} /></p>)}
        </div>
      </div>
    </section>
  );
}
