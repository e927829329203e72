// API tokens: one's own, and for administrators everybody's. A token is shown once, when it is made.
import { useState } from "preact/hooks";
import { change } from "../../api/client.ts";
import type { TokenRow } from "../../api/schema.ts";
import { dagsWords, expiryOf, grantedOf, LIFETIMES, namesIn, roleChoice } from "../../model/people.ts";
import { now } from "../../state/clock.ts";
import { useGet } from "../../state/resource.ts";
import { session } from "../../state/session.ts";
import { Button } from "../../ui/Button.tsx";
import { Confirm } from "../../ui/Dialog.tsx";
import { ChoiceField, TextField } from "../../ui/Fields.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Once } from "../../ui/Once.tsx";
import { Table, type Column } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

const SCOPES = (["viewer", "operator", "editor", "admin"] as const).map(roleChoice);

function NewToken({ onClose, onMade }: { onClose: () => void; onMade: (secret: string) => void }) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState("viewer");
  const [dags, setDags] = useState("");
  const [life, setLife] = useState("90");
  const make = async (): Promise<void> => {
    const names = namesIn(dags);
    const made = await change("POST", "/api/v1/tokens", {}, { token: name.trim(), owner: session.value?.user ?? "", scope: grantedOf(scope),
      expires_at: expiryOf(life, now.value), ...(names.length > 0 ? { dags: names } : {}) });
    onMade(made.secret);
  };
  return (
    <Confirm title="A new API token" verb="Make the token" ready={name.trim() !== ""} onClose={onClose} onConfirm={make}>
      <TextField label="Name" value={name} set={setName} needed hint="What it is for: laptop, ci" />
      <ChoiceField label="At most" value={scope} set={setScope} choices={SCOPES} hint="Never more than you may yourself." />
      <TextField label="Only these dags" value={dags} set={setDags} hint="Names with commas; empty for all that you may see" />
      <ChoiceField label="Good for" value={life} set={setLife} choices={LIFETIMES} />
    </Confirm>
  );
}

const columns = (revoke: (token: TokenRow) => void): Column<TokenRow>[] => [
  { id: "token", name: "Token", main: true, cell: (row) => <><b>{row.token}</b> <code class="faint">{row.prefix}…</code></> },
  { id: "owner", name: "Owner", cell: (row) => row.owner },
  { id: "scope", name: "At most", cell: (row) => row.scope },
  { id: "dags", name: "Dags", wide: true, cell: (row) => <span class="soft">{dagsWords(row.dags)}</span> },
  { id: "used", name: "Last used", cell: (row) => <Time at={row.last_used} relative fallback="never" /> },
  { id: "ends", name: "Ends", cell: (row) => row.state === "revoked" ? <span class="faint">revoked</span> : <Time at={row.expires_at} relative fallback="no end" /> },
  { id: "act", name: "", align: "end", cell: (row) => row.state === "good" && <Button kind="quiet" onClick={() => revoke(row)}>Revoke</Button> },
];

export function Tokens() {
  const tokens = useGet("/api/v1/tokens", {});
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState("");
  const [revoking, setRevoking] = useState<TokenRow | null>(null);
  return (
    <>
      <div class="toolbar"><span class="soft">For programs: <code>Authorization: Bearer tm_…</code></span><span class="spring" /><Button icon="plus" onClick={() => setMaking(true)}>New token</Button></div>
      <Show from={tokens} what="tokens" rows={4}>{(list) => list.tokens.length === 0 ? <p class="empty">No tokens yet.</p>
        : <Table rows={list.tokens} columns={columns(setRevoking)} label="API tokens" keyOf={(row) => `${row.owner}/${row.token}`} faintOf={(row) => row.state !== "good"} />}</Show>
      {making && <NewToken onClose={() => setMaking(false)} onMade={(made) => { setSecret(made); tokens.reload(); }} />}
      {secret && !making && <Once title="Your new token" text={secret} about="It is shown this once; nobody can look it up later." onClose={() => setSecret("")} />}
      {revoking && (
        <Confirm title={`Revoke ${revoking.token}`} verb="Revoke" danger onClose={() => setRevoking(null)}
          onConfirm={() => change("DELETE", "/api/v1/tokens/{owner}/{token}", { owner: revoking.owner, token: revoking.token }, null).then(tokens.reload)}>
          <p>Programs that use the token <b>{revoking.token}</b> of {revoking.owner} are refused from now on{revoking.last_used ? <>; it was last used <Time at={revoking.last_used} relative /></> : "; it was never used"}. This cannot be undone.</p>
        </Confirm>
      )}
    </>
  );
}
