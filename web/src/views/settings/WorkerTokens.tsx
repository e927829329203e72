// Tokens with which workers of other machines come in.
import { useState } from "preact/hooks";
import { change } from "../../api/client.ts";
import { useGet } from "../../state/resource.ts";
import { Button } from "../../ui/Button.tsx";
import { Confirm } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/Fields.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Once } from "../../ui/Once.tsx";
import { Table } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

export function WorkerTokens() {
  const tokens = useGet("/api/v1/worker-tokens", {}, {}, ["workers"]);
  const [name, setName] = useState<string | null>(null);
  const [secret, setSecret] = useState("");
  const [revoking, setRevoking] = useState("");
  const make = async (): Promise<void> => {
    const made = await change("POST", "/api/v1/worker-tokens", {}, { worker: (name ?? "").trim() });
    setSecret(made.secret);
    tokens.reload();
  };
  return (
    <>
      <div class="toolbar"><span class="soft">The worker beside the scheduler needs none.</span><span class="spring" /><Button icon="plus" onClick={() => setName("")}>New worker token</Button></div>
      <Show from={tokens} what="worker tokens" rows={3}>{(list) => list.tokens.length === 0 ? <p class="empty">No worker of another machine has a token.</p>
        : <Table rows={list.tokens} label="Worker tokens" keyOf={(row) => row.prefix} faintOf={(row) => row.state !== "good"} columns={[
          { id: "worker", name: "Worker", main: true, wide: true, cell: (row) => <><b>{row.worker}</b> <code class="faint">{row.prefix}…</code></> },
          { id: "by", name: "Made by", cell: (row) => row.created_by },
          { id: "at", name: "When", cell: (row) => <Time at={row.created_at} relative /> },
          { id: "act", name: "", align: "end", cell: (row) => row.state === "good" ? <Button kind="quiet" onClick={() => setRevoking(row.worker)}>Revoke</Button> : <span class="faint">revoked</span> },
        ]} />}</Show>
      {name !== null && (
        <Confirm title="A token for a worker" verb="Make the token" ready={name.trim() !== ""} onClose={() => setName(null)} onConfirm={make}>
          <TextField label="Name of the worker" value={name} set={setName} needed hint="It comes in under this name alone." />
        </Confirm>
      )}
      {secret && name === null && <Once title="Token of the worker" text={secret} about="It is shown this once. Put it into a file of mode 0600 on that machine, and start tidemill worker with --token-file." onClose={() => setSecret("")} />}
      {revoking && (
        <Confirm title={`Revoke the token of ${revoking}`} verb="Revoke" danger onClose={() => setRevoking("")}
          onConfirm={() => change("DELETE", "/api/v1/worker-tokens/{worker}", { worker: revoking }, null).then(tokens.reload)}>
          <p>Worker <b>{revoking}</b> is disconnected at once and cannot come back with this token. What it runs counts as lost when its lease ends.</p>
        </Confirm>
      )}
    </>
  );
}
