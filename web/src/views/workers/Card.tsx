// One worker: how it is, what it has, what it runs, and what an administrator may do with it.
import { useState } from "preact/hooks";
import { change } from "../../api/client.ts";
import type { Worker } from "../../api/schema.ts";
import { busyOf, giveUpWords, workerWords } from "../../model/fleet.ts";
import { bytesText } from "../../model/times.ts";
import { may } from "../../state/session.ts";
import { attempt } from "../../state/toasts.ts";
import { Button } from "../../ui/Button.tsx";
import { Confirm } from "../../ui/Dialog.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Time } from "../../ui/Time.tsx";
import { Slots } from "./Slots.tsx";

const said = (reason: string): { reason?: string } => (reason ? { reason } : {});

function Resources({ worker }: { worker: Worker }) {
  const { cpu, gpu, memory } = worker.resources;
  return (
    <p class="soft worker-facts">
      {cpu > 0 && <span>{cpu} CPU</span>}{gpu > 0 && <span>{gpu} GPU</span>}{memory > 0 && <span>{bytesText(memory)}</span>}
      {worker.version && <span>version {worker.version}</span>}
      {worker.labels.map((label) => <span class="tagged" key={label}>{label}</span>)}
    </p>
  );
}

function Running({ worker }: { worker: Worker }) {
  if (worker.attempts.length === 0) return <p class="faint">Runs nothing.</p>;
  return (
    <ul class="holders">
      {worker.attempts.map((one) => (
        <li key={`${one.run}/${one.task}`}><a href={`/runs/${one.run}/tasks/${encodeURIComponent(one.task)}`}>{one.task}</a><span class="soft">of {one.dag} #{one.run}</span></li>
      ))}
    </ul>
  );
}

function Lease({ worker }: { worker: Worker }) {
  if (worker.state === "connected" || worker.state === "draining") return null;
  return (
    <p class="lease"><Icon name="clock" /><span>
      Last heard of <Time at={worker.last_seen} relative />.
      {worker.state === "unreachable" && worker.lease_ends && <> What it runs counts as lost <Time at={worker.lease_ends} relative />.</>}
    </span></p>
  );
}

export function Card({ worker }: { worker: Worker }) {
  const [asking, setAsking] = useState<"drain" | "give-up" | null>(null);
  const name = { worker: worker.worker };
  const undrain = (): void => {
    void attempt({ send: () => change("POST", "/api/v1/workers/{worker}/undrain", name, {}), done: `${worker.worker} takes tasks again`, failed: `${worker.worker} is still draining` });
  };
  const gone = worker.state === "unreachable" || worker.state === "lost";
  return (
    <section class={`card worker is-${worker.state}`} aria-label={`Worker ${worker.worker}`}>
      <header>
        <h2>{worker.worker}</h2>
        <span class="worker-state">{workerWords(worker.state)}</span>
        <Slots used={busyOf(worker)} of={worker.slots} />
      </header>
      <Resources worker={worker} />
      <Lease worker={worker} />
      <Running worker={worker} />
      {may("admin") && (
        <div class="row">
          {worker.draining ? <Button icon="play" onClick={undrain}>Take tasks again</Button> : <Button icon="pause" onClick={() => setAsking("drain")}>Drain</Button>}
          {gone && <Button kind="danger" onClick={() => setAsking("give-up")}>Give up</Button>}
        </div>
      )}
      {asking === "drain" && (
        <Confirm title={`Drain ${worker.worker}`} verb="Drain" withReason onClose={() => setAsking(null)}
          onConfirm={(reason) => change("POST", "/api/v1/workers/{worker}/drain", name, said(reason))}>
          <p>It gets no new tasks, also after a restart, until somebody undoes this. What it runs goes on{worker.attempts.length > 0 ? ":" : "; it runs nothing now."}</p>
          {worker.attempts.length > 0 && <Running worker={worker} />}
        </Confirm>
      )}
      {asking === "give-up" && (
        <Confirm title={`Give up ${worker.worker}`} verb="Give up" danger withReason onClose={() => setAsking(null)}
          onConfirm={(reason) => change("POST", "/api/v1/workers/{worker}/give-up", name, said(reason))}>
          <p>{giveUpWords(worker)}</p>
          {worker.attempts.length > 0 && <Running worker={worker} />}
          <p class="soft">This cannot be undone. Do it only when the machine is gone for good.</p>
        </Confirm>
      )}
    </section>
  );
}
