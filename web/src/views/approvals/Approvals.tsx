// Questions that runs ask people.
import type { Approval } from "../../api/schema.ts";
import { byNeed } from "../../model/approvals.ts";
import { parameter } from "../../lib/router.ts";
import { useGet } from "../../state/resource.ts";
import { Notice, Show } from "../../ui/Notices.tsx";
import { Page } from "../../ui/Page.tsx";
import { Question } from "./Question.tsx";

const keyOf = (approval: Approval): string => `${approval.run}/${approval.task}`;

export default function Approvals() {
  const approvals = useGet("/api/v1/approvals", {}, { dag: parameter("dag") }, ["runs", "approvals"]);
  return (
    <Page title="Approvals">
      <Show from={approvals} what="approvals" rows={5}>{(list) => list.approvals.length === 0
        ? <Notice icon="approvals" title="Nothing is asked at the moment">A task with <code>uses: approval</code> asks here, and waits without a slot until somebody answers.</Notice>
        : <ul class="questions">{[...list.approvals].sort(byNeed).map((approval) => <Question key={keyOf(approval)} approval={approval} onAnswered={approvals.reload} />)}</ul>}</Show>
    </Page>
  );
}
