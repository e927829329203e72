// One user: role, grants, a link to sign in, disabled or not, and their end.
import { useState } from "preact/hooks";
import { change, problemFrom } from "../../api/client.ts";
import type { UserRow } from "../../api/schema.ts";
import { grantedOf, grantsOf, roleChoice, roleOf, ROLES } from "../../model/people.ts";
import { session } from "../../state/session.ts";
import { Button } from "../../ui/Button.tsx";
import { Confirm, Dialog } from "../../ui/Dialog.tsx";
import { ChoiceField } from "../../ui/Fields.tsx";

const GRANTED = (["viewer", "operator", "editor", "admin"] as const).map((role) => ({ value: role, name: role }));

export function EditUser({ user, onChanged, onClose, onLink }: { user: UserRow; onChanged: () => void; onClose: () => void; onLink: () => Promise<void> }) {
  const [problem, setProblem] = useState("");
  const [dag, setDag] = useState("");
  const [granted, setGranted] = useState("operator");
  const [deleting, setDeleting] = useState(false);
  const name = { user: user.user };
  const isMe = session.value?.user === user.user;
  // Each change is sent at once; the row behind shows what the server made of it.
  const send = (deed: Promise<unknown>): void => {
    setProblem("");
    deed.then(onChanged, (error: unknown) => { setProblem(problemFrom(error).message); onChanged(); });
  };
  const grant = (): void => {
    if (!dag.trim()) return;
    send(change("PUT", "/api/v1/users/{user}/grants/{granted}", { ...name, granted: dag.trim() }, { role: grantedOf(granted) }));
    setDag("");
  };
  if (deleting) {
    return (
      <Confirm title={`Delete ${user.user}`} verb="Delete" danger onClose={() => setDeleting(false)}
        onConfirm={() => change("DELETE", "/api/v1/users/{user}", name, null).then(() => { onChanged(); onClose(); })}>
        <p>{user.user} is signed out everywhere, and their tokens stop working. What they did stays in the audit log. This cannot be undone; to lock somebody out for a while, disable them instead.</p>
      </Confirm>
    );
  }
  return (
    <Dialog title={user.user} onClose={onClose}>
      <ChoiceField label="Role, for every dag" value={user.role} choices={ROLES.map(roleChoice)}
        set={(role) => send(change("PATCH", "/api/v1/users/{user}", name, { role: roleOf(role) }))} />
      <fieldset class="grants"><legend>Grants</legend>
        <ul>
          {grantsOf(user.grants).map((one) => (
            <li key={one.dag}><code>{one.dag}</code><span class="soft">{one.role}</span><span class="spring" />
              <Button icon="close" kind="quiet" title={`Take back ${one.role} for ${one.dag}`} onClick={() => send(change("DELETE", "/api/v1/users/{user}/grants/{granted}", { ...name, granted: one.dag }, null))} /></li>
          ))}
        </ul>
        <form class="row" onSubmit={(event) => { event.preventDefault(); grant(); }}>
          <input class="grant-dag" aria-label="Dag" placeholder="Dag" value={dag} autoCapitalize="none" spellcheck={false} onInput={(event) => setDag(event.currentTarget.value)} />
          <select aria-label="Role for this dag" value={granted} onChange={(event) => setGranted(event.currentTarget.value)}>{GRANTED.map((one) => <option key={one.value} value={one.value}>{one.name}</option>)}</select>
          <Button type="submit">Grant</Button>
        </form>
      </fieldset>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="row">
        <Button icon="link" onClick={() => { onLink().catch((error: unknown) => setProblem(problemFrom(error).message)); }}>Link to sign in</Button>
        <Button disabled={isMe} onClick={() => send(change("PATCH", "/api/v1/users/{user}", name, { disabled: !user.disabled }))}>{user.disabled ? "Enable" : "Disable"}</Button>
        <Button disabled={isMe} onClick={() => setDeleting(true)}>Delete …</Button>
      </div>
    </Dialog>
  );
}
