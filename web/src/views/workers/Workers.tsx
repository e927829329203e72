// Workers with what they run, and the slots of pools with who holds them.
import { useState } from "preact/hooks";
import type { PoolUse, Worker } from "../../api/schema.ts";
import { byTrouble, fleetOf, fleetWords } from "../../model/fleet.ts";
import { plural } from "../../model/words.ts";
import { pending, useGet } from "../../state/resource.ts";
import { may } from "../../state/session.ts";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Loading, Notice, Show } from "../../ui/Notices.tsx";
import { Page, Section } from "../../ui/Page.tsx";
import { Time } from "../../ui/Time.tsx";
import { EditDialog } from "../run/EditDialog.tsx";
import { Card } from "./Card.tsx";
import { Slots } from "./Slots.tsx";

// A slot is given back when its task ends, so releasing one is setting the state of who holds it.
function Pool({ pool, onChanged }: { pool: PoolUse; onChanged: () => void }) {
  const [releasing, setReleasing] = useState("");
  return (
    <li class="pool">
      <div class="pool-head">
        <b>{pool.pool}</b><span class="soft">of <a href={`/runs/${pool.run}`}>{pool.dag} #{pool.run}</a></span>
        <Slots used={pool.used} of={pool.slots} />
        {pool.waiting > 0 ? <span class="waits">{plural(pool.waiting, "task")} {pool.waiting === 1 ? "waits" : "wait"}, the first since <Time at={pool.oldest_since} relative /></span> : <span class="faint">nobody waits</span>}
      </div>
      <ul class="holders">
        {pool.holders.map((holder) => (
          <li key={holder.task}>
            <a href={`/runs/${pool.run}/tasks/${encodeURIComponent(holder.task)}`}>{holder.task}</a>
            <span class="soft">holds {plural(holder.slots, "slot")} since <Time at={holder.since} relative />{holder.worker && <>, on {holder.worker}</>}</span>
            {may("operator", pool.dag) && <Button kind="quiet" onClick={() => setReleasing(holder.task)}>Release …</Button>}
          </li>
        ))}
      </ul>
      {releasing && <EditDialog run={pool.run} kind="mark" tasks={[releasing]} title={`Release the slot of ${pool.pool}`} first="failed" onClose={() => setReleasing("")} onDone={onChanged} />}
    </li>
  );
}

function NoWorkers() {
  return (
    <Notice icon="workers" title="No worker has ever connected">
      <code>tidemill up</code> brings one along; workers of other machines come in with a token of their own.
    </Notice>
  );
}

export default function Workers() {
  const workers = useGet("/api/v1/workers", {}, {}, ["workers", "runs"]);
  const pools = useGet("/api/v1/pools", {}, {}, ["runs", "workers"]);
  const sorted: readonly Worker[] = [...(workers.data?.workers ?? [])].sort(byTrouble);
  if (pending(workers, pools)) return <Page title="Workers" sub=" "><Loading rows={6} /></Page>;
  return (
    <Page title="Workers" sub={workers.data && <span>{fleetWords(fleetOf(sorted))}</span>}
      actions={may("admin") && <LinkButton icon="plus" href="/settings/workers">Add a worker</LinkButton>}>
      <Show from={workers} what="workers" rows={4}>{() => sorted.length === 0 ? <NoWorkers />
        : <div class="worker-cards">{sorted.map((worker) => <Card key={worker.id} worker={worker} />)}</div>}</Show>
      <Section title="Pools">
        <Show from={pools} what="pools" rows={2}>{(list) => list.pools.length === 0
          ? <p class="empty">No run that goes on has a pool. A dag sets its pools with <code>pools:</code>.</p>
          : <ul class="pools">{list.pools.map((pool) => <Pool key={`${pool.run}/${pool.pool}`} pool={pool} onChanged={pools.reload} />)}</ul>}</Show>
      </Section>
    </Page>
  );
}
