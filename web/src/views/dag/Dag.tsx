// One dag: its grid, graph, calendar, schedule, versions, and the form that starts a run.
import type { Dag as DagRow } from "../../api/schema.ts";
import { parameter } from "../../lib/router.ts";
import { firstSentence } from "../../model/words.ts";
import { useGet } from "../../state/resource.ts";
import { may } from "../../state/session.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Page, Tabs } from "../../ui/Page.tsx";
import { Time } from "../../ui/Time.tsx";
import type { ViewProps } from "../../routes.ts";
import { CalendarTab } from "./Calendar.tsx";
import { Findings } from "./Findings.tsx";
import { GraphTab } from "./GraphTab.tsx";
import { GridTab } from "./GridTab.tsx";
import { PauseButton } from "./PauseButton.tsx";
import { ScheduleTab } from "./Schedule.tsx";
import { Trigger } from "./Trigger.tsx";
import { Versions } from "./Versions.tsx";

const TABS = [
  { id: "grid", name: "Grid" }, { id: "graph", name: "Graph" }, { id: "calendar", name: "Calendar" },
  { id: "schedule", name: "Schedule" }, { id: "versions", name: "Versions" }, { id: "trigger", name: "Trigger" },
];

function Sub({ dag }: { dag: DagRow }) {
  return (
    <>
      {dag.description && <span class="cut" title={dag.description}>{firstSentence(dag.description)}</span>}
      {dag.owner && <span><span class="faint">owner</span> {dag.owner}</span>}
      <span><span class="faint">next</span> {dag.paused ? "paused" : dag.next_instant ? <Time at={dag.next_instant} /> : "only by hand"}</span>
      {dag.tags.length > 0 && <span>{dag.tags.map((tag) => <a key={tag} class="tagged" href={`/dags?tag=${encodeURIComponent(tag)}`}>{tag}</a>)}</span>}
    </>
  );
}

function Tab({ dag, tab }: { dag: DagRow; tab: string }) {
  switch (tab) {
    case "graph": return <GraphTab dag={dag.dag} />;
    case "calendar": return <CalendarTab dag={dag.dag} />;
    case "schedule": return <ScheduleTab dag={dag} />;
    case "versions": return <Versions dag={dag.dag} />;
    case "trigger": return <Trigger dag={dag.dag} />;
    default: return <GridTab dag={dag.dag} />;
  }
}

export default function Dag({ at }: { at: ViewProps }) {
  const name = at["dag"] ?? "";
  const dag = useGet("/api/v1/dags/{dag}", { dag: name }, {}, ["dags"]);
  const tab = parameter("tab") || "grid";
  const trigger = `/dags/${encodeURIComponent(name)}?tab=trigger`;
  const actions = dag.data && dag.data.state !== "gone" && (
    <>
      <PauseButton dag={dag.data} />
      {may("operator", name) && dag.data.version !== null && <LinkButton kind="primary" icon="play" href={trigger}>Trigger</LinkButton>}
    </>
  );
  return (
    <Page title={name} wide={tab === "grid" || tab === "graph"} crumbs={[{ name: "DAGs", href: "/dags" }]} actions={actions} sub={dag.data && <Sub dag={dag.data} />}>
      <Show from={dag} what="dag">{(row) => (
        <>
          <Findings dag={row} />
          <Tabs tabs={TABS} current={tab} />
          <Tab dag={row} tab={tab} />
        </>
      )}</Show>
    </Page>
  );
}
