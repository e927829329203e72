// The first page of a new user: choose a dag, press Run, and one watches it. Two clicks.
import { useSignal } from "@preact/signals";
import { change, problemFrom } from "../../api/client.ts";
import type { DagSummary } from "../../api/schema.ts";
import { go } from "../../lib/router.ts";
import { firstSentence } from "../../model/words.ts";
import { useGet } from "../../state/resource.ts";
import { may, session } from "../../state/session.ts";
import { say } from "../../state/toasts.ts";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Page, Section } from "../../ui/Page.tsx";

const EXAMPLE = `version: 1
name: first
tasks:
  greet:
    run: echo hello
  count:
    needs: [greet]
    run: seq 10
`;

function Choice({ dag }: { dag: DagSummary }) {
  const busy = useSignal(false);
  const href = `/dags/${encodeURIComponent(dag.dag)}`;
  const start = async (): Promise<void> => {
    busy.value = true;
    try {
      const { run } = await change("POST", "/api/v1/dags/{dag}/runs", { dag: dag.dag }, {});
      go(`/runs/${run}`);
    } catch (error) {
      busy.value = false;
      // A parameter that is needed has a field in the form.
      say({ kind: "failed", text: `${dag.dag} was not started`, detail: problemFrom(error).message });
      if (problemFrom(error).status === 400) go(`${href}?tab=trigger`);
    }
  };
  return (
    <li class="card choice-card">
      <h3><Icon name="dags" /><a href={href}>{dag.dag}</a></h3>
      <p class="soft">{firstSentence(dag.description) || "No description."}</p>
      {may("operator", dag.dag) && dag.version !== null
        ? <Button kind="primary" icon="play" disabled={busy.value} onClick={() => void start()}>{busy.value ? "Starting …" : "Run"}</Button>
        : <LinkButton href={href}>Look at it</LinkButton>}
    </li>
  );
}

function NoDags({ folder }: { folder: string }) {
  return (
    <div class="welcome-none">
      <p>This scheduler watches <code>{folder}</code>. Save this there as <code>first.yaml</code>, and it appears here by itself:</p>
      <pre class="card">{EXAMPLE}</pre>
    </div>
  );
}

function Then() {
  return (
    <Section title="Then">
      <ul class="lines then">
        <li><Icon name="now" /><span><a href="/">Now</a> shows what is wrong, what runs and what is due.</span></li>
        <li><Icon name="alerts" /><span>What fails raises an <a href="/alerts">alert</a>, which somebody acknowledges.</span></li>
        <li><Icon name="settings" /><span>Set your password, and let others in, in <a href="/settings/account">Settings</a>.</span></li>
        <li><Icon name="search" /><span><kbd>Ctrl</kbd> <kbd>K</kbd> goes anywhere, <kbd>?</kbd> shows every key.</span></li>
      </ul>
    </Section>
  );
}

export default function Welcome() {
  const dags = useGet("/api/v1/dags", {}, {}, ["dags"]);
  return (
    <Page title="Welcome" sub={<span>You are signed in as <b>{session.value?.user}</b>. Tidemill runs dags: tasks that need each other, on a schedule or by hand.</span>}>
      <Show from={dags} what="dags" rows={8}>{(list) => {
        const there = list.dags.filter((dag) => dag.state !== "gone");
        return (
          <>
            <Section title="Choose a dag and run it">{there.length === 0 ? <NoDags folder={list.folder} /> : <ul class="dag-choices">{there.slice(0, 12).map((dag) => <Choice key={dag.dag} dag={dag} />)}</ul>}</Section>
            <Then />
          </>
        );
      }}</Show>
    </Page>
  );
}
