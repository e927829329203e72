// Secrets by name. A value can be set and never read.
import { useState } from "preact/hooks";
import { change } from "../../api/client.ts";
import { useGet } from "../../state/resource.ts";
import { Button } from "../../ui/Button.tsx";
import { Confirm } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/Fields.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Table } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

function SetSecret({ name: given, onClose, onDone }: { name: string; onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState(given);
  const [value, setValue] = useState("");
  return (
    <Confirm title={given ? `A new value for ${given}` : "A new secret"} verb="Set" ready={name.trim() !== "" && value !== ""} onClose={onClose}
      onConfirm={() => change("PUT", "/api/v1/secrets/{secret}", { secret: name.trim() }, { value }).then(onDone)}>
      {!given && <TextField label="Name" value={name} set={setName} needed hint="As dags name it" />}
      <TextField label="Value" type="password" value={value} set={setValue} needed auto="new-password" hint="It is encrypted, never shown again, and masked in logs." />
    </Confirm>
  );
}

export function Secrets() {
  const secrets = useGet("/api/v1/secrets", {});
  const [setting, setSetting] = useState<string | null>(null);
  const [deleting, setDeleting] = useState("");
  return (
    <>
      <div class="toolbar"><span class="soft">Names only: nobody can read a value here.</span><span class="spring" /><Button icon="plus" onClick={() => setSetting("")}>New secret</Button></div>
      <Show from={secrets} what="secrets" rows={3}>{(list) => list.secrets.length === 0 ? <p class="empty">No secrets yet. A dag asks for them by name.</p>
        : <Table rows={list.secrets} label="Secrets" keyOf={(row) => row.secret} columns={[
          { id: "name", name: "Name", main: true, wide: true, cell: (row) => <code>{row.secret}</code> },
          { id: "by", name: "Set by", cell: (row) => row.updated_by },
          { id: "at", name: "When", cell: (row) => <Time at={row.updated_at} relative /> },
          { id: "act", name: "", align: "end", cell: (row) => <><Button kind="quiet" onClick={() => setSetting(row.secret)}>New value</Button><Button kind="quiet" onClick={() => setDeleting(row.secret)}>Delete</Button></> },
        ]} />}</Show>
      {setting !== null && <SetSecret name={setting} onClose={() => setSetting(null)} onDone={secrets.reload} />}
      {deleting && (
        <Confirm title={`Delete ${deleting}`} verb="Delete" danger onClose={() => setDeleting("")}
          onConfirm={() => change("DELETE", "/api/v1/secrets/{secret}", { secret: deleting }, null).then(secrets.reload)}>
          <p>Tasks that ask for <code>{deleting}</code> fail from now on. The value cannot be brought back.</p>
        </Confirm>
      )}
    </>
  );
}
