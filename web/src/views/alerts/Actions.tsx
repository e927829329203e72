// What may be done with an alert on a screen with room; a phone has the bar below the page instead.
import type { AlertDetail } from "../../api/schema.ts";
import { canAcknowledge } from "../../model/alerts.ts";
import { acknowledge, giveBack } from "../../state/alert_deeds.ts";
import { Button } from "../../ui/Button.tsx";
import type { Asked } from "./Words.tsx";

export function Actions({ alert, onAsk }: { alert: AlertDetail; onAsk: (deed: Asked) => void }) {
  return (
    <>
      {canAcknowledge(alert) && <Button kind="primary" title="Acknowledge (a)" onClick={() => void acknowledge([alert])}>Acknowledge</Button>}
      {alert.state === "acknowledged" && <Button title="Give back (u)" onClick={() => void giveBack([alert])}>Give back</Button>}
      <Button onClick={() => onAsk("acknowledge")}>With a comment …</Button>
      <Button icon="snooze" onClick={() => onAsk("snooze")}>Snooze</Button>
      <Button icon="check" onClick={() => onAsk("resolve")}>Resolve</Button>
      <Button icon="mute" onClick={() => onAsk("silence")}>Silence</Button>
    </>
  );
}
