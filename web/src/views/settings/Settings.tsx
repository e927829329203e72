// Settings: oneself, and what administrators look after.
import type { ComponentType } from "preact";
import type { ViewProps } from "../../routes.ts";
import { may } from "../../state/session.ts";
import { Notice } from "../../ui/Notices.tsx";
import { Page, TabBar } from "../../ui/Page.tsx";
import { Account } from "./Account.tsx";
import { Backfills } from "./Backfills.tsx";
import { Channels } from "./Channels.tsx";
import { Freezes } from "./Freezes.tsx";
import { Secrets } from "./Secrets.tsx";
import { Tokens } from "./Tokens.tsx";
import { Users } from "./Users.tsx";
import { WorkerTokens } from "./WorkerTokens.tsx";

interface Part { id: string; name: string; admin?: boolean; operator?: boolean; view: ComponentType }
const PARTS: readonly Part[] = [
  { id: "account", name: "You", view: Account }, { id: "tokens", name: "API tokens", view: Tokens },
  { id: "channels", name: "Channels", operator: true, view: Channels },
  { id: "users", name: "Users", admin: true, view: Users }, { id: "secrets", name: "Secrets", admin: true, view: Secrets },
  { id: "workers", name: "Worker tokens", admin: true, view: WorkerTokens }, { id: "freezes", name: "Freezes", view: Freezes },
  { id: "backfills", name: "Backfills", view: Backfills },
];

export default function Settings({ at }: { at: ViewProps }) {
  const id = at["part"] ?? "";
  const part = PARTS.find((one) => one.id === id);
  const allowed = (one: Part): boolean => (!one.admin || may("admin")) && (!one.operator || may("operator"));
  const offered = PARTS.filter(allowed);
  return (
    <Page title={part ? part.name : "Settings"} crumbs={[{ name: "Settings", href: "/settings/account" }]}>
      <TabBar label="Settings" current={id}>
        {offered.map((one) => <a key={one.id} href={`/settings/${one.id}`} aria-current={one.id === id ? "page" : undefined}>{one.name}</a>)}
      </TabBar>
      {!part && <Notice icon="search" title="Not found">There is no such part of the settings.</Notice>}
      {part && (!allowed(part)
        ? <Notice icon="user" title={`You may not see ${part.name.toLowerCase()}`}>They are for {part.admin ? "administrators" : "operators"}.</Notice>
        : <part.view />)}
    </Page>
  );
}
