// One task of a run: how it is and why, its log, every attempt, and what it left.
import { useSignal } from "@preact/signals";
import type { Explanation, Task } from "../../api/schema.ts";
import { useKeys } from "../../lib/keys.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { isLive } from "../../model/run.ts";
import { isOver } from "../../model/words.ts";
import type { ViewProps } from "../../routes.ts";
import { pending, useGet } from "../../state/resource.ts";
import { may } from "../../state/session.ts";
import { Button } from "../../ui/Button.tsx";
import { Loading, Show } from "../../ui/Notices.tsx";
import { Page, Tabs } from "../../ui/Page.tsx";
import { State } from "../../ui/State.tsx";
import { Duration, Time, Told } from "../../ui/Time.tsx";
import { EditDialog, type EditKind } from "../run/EditDialog.tsx";
import { Attempts } from "./Attempts.tsx";
import { Definition } from "./Definition.tsx";
import { Log } from "./Log.tsx";
import { countResults, Results } from "./Results.tsx";

function Facts({ task }: { task: Task }) {
  return (
    <>
      <State state={task.state} label />
      {task.started_at && <span>started <Time at={task.started_at} /></span>}
      {task.started_at && <span>{isOver(task.state) && task.ended_at ? <>took <Duration ms={Date.parse(task.ended_at) - Date.parse(task.started_at)} /></> : isLive(task.state) ? <>running for <Duration since={task.started_at} /></> : null}</span>}
      {task.retry_at && <span>next attempt <Time at={task.retry_at} relative /></span>}
      {task.marked && <span class="tagged">set by hand</span>}
    </>
  );
}

function Why({ why, state }: { why: Explanation; state: string }) {
  return (
    <section class="verdicts" aria-label="Why it is as it is">
      <div class="verdict"><State state={state} /><div>
        <p><Told text={why.sentence} /></p>
        {why.details.map((detail) => <p key={detail} class="soft"><Told text={detail} /></p>)}
      </div></div>
    </section>
  );
}

function AttemptChoice({ count, attempt }: { count: number; attempt: number }) {
  if (count < 2) return null;
  const numbers = Array.from({ length: Math.min(count, 12) }, (_, i) => count - Math.min(count, 12) + 1 + i);
  return (
    <div class="row attempts-row"><span class="soft">Attempt</span><span class="segments" role="group" aria-label="Attempt">
      {numbers.map((number) => <Button key={number} pressed={number === attempt} onClick={() => setQuery({ attempt: number === count ? null : String(number), at: null, error: null }, "push")}>{number}</Button>)}
    </span></div>
  );
}

function Body({ run, task }: { run: string; task: Task }) {
  const tab = parameter("tab") || "log";
  const attempt = Math.min(task.attempts, Number(parameter("attempt")) || task.attempts);
  const asks = task.state !== "succeeded";
  const why = useGet(asks ? "/api/v1/runs/{run}/tasks/{task}/explain" : null, { run, task: task.id }, {}, [`run:${run}`]);
  if (asks && pending(why)) return <Loading rows={12} />;
  const tabs = [{ id: "log", name: "Log" }, { id: "attempts", name: "Attempts", count: task.attempts },
    { id: "results", name: "Results", count: countResults(task.result) }, { id: "definition", name: "Definition" }];
  return (
    <>
      {asks && why.data && <Why why={why.data} state={task.state} />}
      <Tabs tabs={tabs} current={tab} />
      {tab === "log" && (task.attempts === 0 ? <p class="empty">It has not started, so there is no log yet.</p>
        : <><AttemptChoice count={task.attempts} attempt={attempt} /><Log key={attempt} run={run} task={task.id} attempt={attempt} going={attempt === task.attempts && isLive(task.state)} /></>)}
      {tab === "attempts" && <Attempts run={run} task={task} />}
      {tab === "results" && <Results run={run} task={task} />}
      {tab === "definition" && <Definition task={task} />}
    </>
  );
}

export default function TaskView({ at }: { at: ViewProps }) {
  const run = at["run"] ?? "", name = at["task"] ?? "";
  const task = useGet("/api/v1/runs/{run}/tasks/{task}", { run, task: name }, {}, [`run:${run}`]);
  const whole = useGet("/api/v1/runs/{run}", { run }, {}, []);
  const asking = useSignal<EditKind | "">("");
  const dag = whole.data?.dag;
  const allowed = may("operator", dag) && task.data !== null;
  const ask = (kind: EditKind) => (): void => { asking.value = kind; };
  useKeys("Task", [
    { keys: "shift+C", does: "run again", run: ask("clear") }, { keys: "shift+S", does: "set the state by hand", run: ask("mark") },
  ], allowed);
  const actions = allowed && <><Button icon="check" onClick={ask("mark")}>Set state</Button><Button icon="retry" onClick={ask("clear")}>Run again</Button></>;
  return (
    <Page title={name} glyph={task.data && <State state={task.data.state} size={20} />} actions={actions} sub={task.data && <Facts task={task.data} />}
      crumbs={[{ name: "Runs", href: "/runs" }, ...(dag ? [{ name: dag, href: `/dags/${encodeURIComponent(dag)}` }] : []), { name: `#${run}`, href: `/runs/${run}` }]}>
      <Show from={task} what="task" rows={12}>{(data) => <Body run={run} task={data} />}</Show>
      {asking.value && <EditDialog run={Number(run)} kind={asking.value} tasks={[name]} onClose={() => { asking.value = ""; }} onDone={task.reload} />}
    </Page>
  );
}
