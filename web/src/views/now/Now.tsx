// The first page: what is wrong, what runs, what is late and what comes, with six hours to each side.
import type { Alert, DagSummary, RunSummary } from "../../api/schema.ts";
import { byUrgency } from "../../model/alerts.ts";
import { plural } from "../../model/words.ts";
import { pending, useGet } from "../../state/resource.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { Loading, Notice, Show } from "../../ui/Notices.tsx";
import { Page, Section } from "../../ui/Page.tsx";
import { RunsTable } from "../../ui/RunsTable.tsx";
import { AlertLine } from "./AlertLine.tsx";
import { ComingTable } from "./ComingTable.tsx";
import { TimeStrip } from "./TimeStrip.tsx";

const MOST_ALERTS = 5;

function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  if (alerts.length === 0) return <p class="empty">No open alerts.</p>;
  return (
    <>
      <ul class="alert-lines">{[...alerts].sort(byUrgency).slice(0, MOST_ALERTS).map((alert) => <AlertLine key={alert.alert} alert={alert} />)}</ul>
      {alerts.length > MOST_ALERTS && <p><a href="/alerts">{plural(alerts.length - MOST_ALERTS, "more open alert")}</a></p>}
    </>
  );
}

const active = (dags: readonly DagSummary[]): DagSummary[] => dags.filter((dag) => dag.state !== "gone");
const coming = (dags: readonly DagSummary[]): DagSummary[] =>
  active(dags).filter((dag) => dag.next_instant !== null && !dag.paused).sort((a, b) => (a.next_instant ?? "").localeCompare(b.next_instant ?? ""));
const late = (runs: readonly RunSummary[]): RunSummary[] => runs.filter((run) => run.deadline_missed);

function Empty() {
  return (
    <Notice icon="dags" title="No dags yet" action={<LinkButton kind="primary" href="/welcome">Start here</LinkButton>}>
      A dag is a YAML file in the folder that this scheduler watches. It appears here as soon as it is saved.
    </Notice>
  );
}

export default function Now() {
  const alerts = useGet("/api/v1/alerts", {}, { state: "open", limit: 100 }, ["alerts", "runs"]);
  const dags = useGet("/api/v1/dags", {}, {}, ["dags", "runs"]);
  const running = useGet("/api/v1/runs", {}, { state: "running", limit: 100 }, ["runs"]);
  const queued = useGet("/api/v1/runs", {}, { state: "queued", limit: 100 }, ["runs"]);
  const strip = useGet("/api/v1/timeline", {}, {}, ["runs", "dags"]);
  const recent = useGet("/api/v1/runs", {}, { limit: 30 }, ["runs"]);
  const unfinished = [...(running.data?.runs ?? []), ...(queued.data?.runs ?? [])];
  const inTime = unfinished.filter((run) => !run.deadline_missed);
  if (dags.data && active(dags.data.dags).length === 0) return <Page title="Now"><Empty /></Page>;
  if (pending(alerts, dags, running, queued, strip, recent)) return <Page title="Now"><Loading rows={12} /></Page>;
  return (
    <Page title="Now">
      <Section title="Open alerts" aside={<a href="/alerts">All alerts</a>}>
        <Show from={alerts} what="alerts" rows={1}>{(list) => <Alerts alerts={list.alerts} />}</Show>
      </Section>
      <div class="strip-room"><Show from={strip} what="runs" rows={3}>{(data) => <TimeStrip strip={data} />}</Show></div>
      <div class="now-columns">
        <div>
          {late(unfinished).length > 0 && <Section title="Late"><RunsTable runs={late(unfinished)} label="Late runs" /></Section>}
          <Section title="Running" aside={queued.data && queued.data.runs.length > 0 ? `${queued.data.runs.length} queued` : undefined}>
            <Show from={running} what="runs" rows={2}>{() => inTime.length > 0 ? <RunsTable runs={inTime} label="Running and queued runs" /> : <p class="empty">{unfinished.length > 0 ? "Nothing else runs at the moment." : "Nothing runs at the moment."}</p>}</Show>
          </Section>
          <Section title="Latest" aside={<a href="/runs">All runs</a>}>
            <Show from={recent} what="runs" rows={6}>{(page) => <RunsTable runs={page.runs.filter((run) => run.ended_at !== null).slice(0, 10)} label="Latest runs" />}</Show>
          </Section>
        </div>
        <Section title="Next due" aside={<a href="/dags">All dags</a>}>
          <Show from={dags} what="dags" rows={6}>{(list) => <ComingTable dags={coming(list.dags).slice(0, 12)} />}</Show>
        </Section>
      </div>
    </Page>
  );
}
