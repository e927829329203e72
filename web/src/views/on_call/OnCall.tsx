// Who is on call now and next, and what nobody is told about.
import type { OnCall as Rotation } from "../../api/schema.ts";
import { parameter } from "../../lib/router.ts";
import { useGet } from "../../state/resource.ts";
import { Notice, Show } from "../../ui/Notices.tsx";
import { Page, Tabs } from "../../ui/Page.tsx";
import { Reports } from "./Reports.tsx";
import { RotationCard } from "./RotationCard.tsx";
import { Silences } from "./Silences.tsx";

const TABS = [{ id: "now", name: "Who is on call" }, { id: "silences", name: "Silences" }, { id: "reports", name: "Reports" }] as const;

function Rotations() {
  const rotations = useGet("/api/v1/oncall", {}, {}, ["notes"]);
  return (
    <Show from={rotations} what="rotations" rows={6}>{(list) => list.rotations.length === 0
      ? <Notice icon="oncall" title="There are no rotations yet">They stand in the file of alerts, which <code>tidemill up --alerts FILE</code> reads. Without one, alerts are listed here and nobody is called.</Notice>
      : <div class="rotations">{list.rotations.map((rotation: Rotation) => <RotationCard key={rotation.rotation} rotation={rotation} onChanged={rotations.reload} />)}</div>}</Show>
  );
}

export default function OnCall() {
  const tab = parameter("tab") || "now";
  return (
    <Page title="On call">
      <Tabs tabs={TABS} current={tab} />
      {tab === "silences" ? <Silences /> : tab === "reports" ? <Reports /> : <Rotations />}
    </Page>
  );
}
