// Users, their roles, and the grants that give them more for single dags.
import { useState } from "preact/hooks";
import { change } from "../../api/client.ts";
import type { UserRow } from "../../api/schema.ts";
import { grantsOf, roleChoice, roleOf, ROLES } from "../../model/people.ts";
import { plainText } from "../../model/plain.ts";
import { useGet } from "../../state/resource.ts";
import { Button } from "../../ui/Button.tsx";
import { Confirm } from "../../ui/Dialog.tsx";
import { ChoiceField, TextField } from "../../ui/Fields.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Once } from "../../ui/Once.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";
import { EditUser } from "./EditUser.tsx";

const CHOICES = ROLES.map(roleChoice);
const linkOf = async (user: string): Promise<string> => location.origin + (await change("POST", "/api/v1/users/{user}/sign-in-link", { user }, null)).path;

function NewUser({ onClose, onMade }: { onClose: () => void; onMade: (link: string) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState("viewer");
  const make = async (): Promise<void> => {
    await change("POST", "/api/v1/users", {}, { user: name.trim(), role: roleOf(role) });
    onMade(await linkOf(name.trim()));
  };
  return (
    <Confirm title="A new user" verb="Make the user" ready={name.trim() !== ""} onClose={onClose} onConfirm={make}>
      <TextField label="Name" value={name} set={setName} needed />
      <ChoiceField label="Role" value={role} set={setRole} choices={CHOICES} hint="For every dag. Grants can give more for single ones." />
      <p class="soft">You get a link for them to sign in with, good once.</p>
    </Confirm>
  );
}

const COLUMNS: Column<UserRow>[] = [
  { id: "user", name: "User", main: true, cell: (row) => <b>{plainText(row.user)}</b> },
  { id: "role", name: "Role", cell: (row) => row.role },
  { id: "grants", name: "Grants", wide: true, cell: (row) => grantsOf(row.grants).map((grant) => <span class="tagged" key={grant.dag}>{grant.dag}: {grant.role}</span>) },
  { id: "state", name: "", cell: (row) => <span class="faint">{row.disabled ? "disabled" : row.has_password ? "" : "no password yet"}</span> },
  { id: "since", name: "Since", hide: "narrow", cell: (row) => <Time at={row.created_at} /> },
];

export function Users() {
  const users = useGet("/api/v1/users", {});
  const [making, setMaking] = useState(false);
  const [link, setLink] = useState("");
  const [editing, setEditing] = useState("");
  const edited = users.data?.users.find((row) => row.user === editing);
  const edit: Column<UserRow> = { id: "act", name: "", align: "end", cell: (row) => <Button kind="quiet" title={`Change ${row.user}`} onClick={() => setEditing(row.user)}>Change</Button> };
  return (
    <>
      <div class="toolbar"><span class="spring" /><Button icon="plus" onClick={() => setMaking(true)}>New user</Button></div>
      <Show from={users} what="users" rows={4}>{(list) => list.users.length === 0 ? <p class="empty">No users yet: only who may use the scheduler's own socket gets in.</p>
        : <Table rows={list.users} columns={[...COLUMNS, edit]} label="Users" keyOf={(row) => row.user} faintOf={(row) => row.disabled} />}</Show>
      {making && <NewUser onClose={() => setMaking(false)} onMade={(made) => { setLink(made); users.reload(); }} />}
      {edited && <EditUser user={edited} onChanged={users.reload} onClose={() => setEditing("")}
        onLink={() => linkOf(edited.user).then((made) => { setEditing(""); setLink(made); })} />}
      {link && !making && <Once title="A link to sign in" text={link} about="Good once, and for a short time. Give it to nobody else than this user." onClose={() => setLink("")} />}
    </>
  );
}
