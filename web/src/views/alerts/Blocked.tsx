// What an alert holds up, and how long there is until the nearest deadline of any of it.
import type { AlertDetail } from "../../api/schema.ts";
import { durationText } from "../../model/times.ts";
import { plural } from "../../model/words.ts";
import { now } from "../../state/clock.ts";
import { Section } from "../../ui/Page.tsx";
import { Time } from "../../ui/Time.tsx";
import { Icon } from "../../ui/icons.tsx";

const MOST = 8;

function Deadline({ deadline }: { deadline: NonNullable<AlertDetail["deadline"]> }) {
  const left = Date.parse(deadline.due_at ?? "") - now.value;
  return (
    <p class={left < 0 ? "countdown over" : "countdown"}>
      <Icon name="clock" />
      <span><b class="num">{durationText(Math.abs(left))}</b> {left < 0 ? "after" : "until"} the deadline of {" "}
        {deadline.run ? <a href={`/runs/${deadline.run}`}>{deadline.dag} #{deadline.run}</a> : <a href={`/dags/${encodeURIComponent(deadline.dag)}`}>{deadline.dag}</a>}, <Time at={deadline.due_at} /></span>
    </p>
  );
}

function Tasks({ tasks }: { tasks: readonly string[] }) {
  if (tasks.length === 0) return null;
  const rest = tasks.length - MOST;
  return <li>{plural(tasks.length, "task")} of the same run: {tasks.slice(0, MOST).map((task) => <code class="tagged" key={task}>{task}</code>)}{rest > 0 && `and ${rest} more`}</li>;
}

export function Blocked({ alert }: { alert: AlertDetail }) {
  const { tasks, dags, waiting, hidden } = alert.blocked;
  const nothing = tasks.length + dags.length + waiting.length + hidden === 0;
  if (nothing && !alert.deadline) return null;
  return (
    <Section title="What it holds up">
      {alert.deadline && <Deadline deadline={alert.deadline} />}
      {!nothing && (
        <ul class="plain-list">
          <Tasks tasks={tasks} />
          {dags.map((one) => <li key={one.dag}><a href={`/dags/${encodeURIComponent(one.dag)}`}>{one.dag}</a> <span class="soft">{one.why}</span></li>)}
          {waiting.map((one) => <li key={`${one.run}/${one.task}`}><a href={`/runs/${one.run}/tasks/${encodeURIComponent(one.task)}`}>{one.task} of {one.dag} #{one.run}</a> <span class="soft">waits for {one.dataset}</span></li>)}
          {hidden > 0 && <li class="soft">and {hidden} more that you may not see</li>}
        </ul>
      )}
    </Section>
  );
}
