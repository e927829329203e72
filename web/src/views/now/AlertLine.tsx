// One open alert in a list: how bad, what, since when, who cares for it, and the one button.
import { useSignal } from "@preact/signals";
import { change } from "../../api/client.ts";
import type { Alert } from "../../api/schema.ts";
import { may } from "../../state/session.ts";
import { attempt } from "../../state/toasts.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Time } from "../../ui/Time.tsx";

export function AlertLine({ alert }: { alert: Alert }) {
  const taken = useSignal(false); // shown before the server has said so
  const acknowledged = taken.value || alert.state === "acknowledged";
  const acknowledge = (): Promise<boolean> => attempt({
    show: () => { taken.value = true; },
    takeBack: () => { taken.value = false; },
    send: () => change("POST", "/api/v1/alerts/{alert}/acknowledge", { alert: alert.alert }, {}),
    done: "Acknowledged",
    failed: "Not acknowledged",
    undo: () => {
      taken.value = false;
      void attempt({ send: () => change("POST", "/api/v1/alerts/{alert}/unacknowledge", { alert: alert.alert }, {}), done: "Open again", failed: "Still acknowledged" });
    },
  });
  return (
    <li class={`alert-line ${alert.severity} ${acknowledged ? "taken" : ""}`}>
      <Icon name={acknowledged ? "check" : "alerts"} />
      <a class="what" href={`/alerts/${alert.alert}`}>{alert.what}</a>
      <span class="meta">
        {alert.count > 1 && <span class="num">{alert.count}×</span>}
        <span>{acknowledged ? `acknowledged${alert.by ? ` by ${alert.by}` : ""}` : alert.state}</span>
        <Time at={alert.raised_at} relative />
      </span>
      {!acknowledged && may("operator", alert.dag ?? undefined) && <Button onClick={() => void acknowledge()}>Acknowledge</Button>}
    </li>
  );
}
