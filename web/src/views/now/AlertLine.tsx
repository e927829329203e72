// One open alert in a list: how bad, what, since when, who cares for it, and the one button.
import type { Alert } from "../../api/schema.ts";
import { acknowledge, shown } from "../../state/alert_deeds.ts";
import { may } from "../../state/session.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Time } from "../../ui/Time.tsx";

export function AlertLine({ alert: told }: { alert: Alert }) {
  const alert = shown(told);
  const acknowledged = alert.state === "acknowledged";
  return (
    <li class={`alert-line ${alert.severity} ${acknowledged ? "taken" : ""}`}>
      <Icon name={acknowledged ? "check" : "alerts"} />
      <a class="what" href={`/alerts/${alert.alert}`}>{alert.what}</a>
      <span class="meta">
        {alert.count > 1 && <span class="num">{alert.count}×</span>}
        <span>{acknowledged ? `acknowledged${alert.by ? ` by ${alert.by}` : ""}` : alert.state}</span>
        <Time at={alert.raised_at} relative />
      </span>
      {!acknowledged && may("operator", alert.dag ?? undefined) && <Button onClick={() => void acknowledge([alert])}>Acknowledge</Button>}
    </li>
  );
}
