// One alert of the inbox.
import type { Alert } from "../../api/schema.ts";
import { aboutWords, canAcknowledge, stateSentence } from "../../model/alerts.ts";
import { plainText } from "../../model/plain.ts";
import { acknowledge } from "../../state/alert_deeds.ts";
import { may } from "../../state/session.ts";
import { AlertGlyph } from "../../ui/AlertGlyph.tsx";
import { Button } from "../../ui/Button.tsx";
import { Time } from "../../ui/Time.tsx";

export function Row({ alert, current, selected, onSelect, onPoint }: {
  alert: Alert; current: boolean; selected: boolean; onSelect: () => void; onPoint: () => void }) {
  const mine = may("operator", alert.dag ?? undefined);
  return (
    <li class={`inbox-row ${current ? "current" : ""} ${selected ? "selected" : ""}`} data-alert={alert.alert} onFocusCapture={onPoint}>
      {mine && <label class="pick"><input type="checkbox" checked={selected} onChange={onSelect} aria-label={`Select alert ${alert.alert}`} /></label>}
      <AlertGlyph severity={alert.severity} state={alert.state} />
      <a class="what" href={`/alerts/${alert.alert}`} aria-current={current ? "true" : undefined}>{plainText(alert.what)}</a>
      <span class="meta">
        <span>{aboutWords(alert)}</span>
        {alert.count > 1 && <span class="num" title="how often it was raised">{alert.count} times</span>}
        {alert.state !== "firing" && <span>{stateSentence(alert)}{alert.until && <> until <Time at={alert.until} /></>}</span>}
        {alert.comment && <span class="said">“{plainText(alert.comment)}”</span>}
      </span>
      <span class="age"><Time at={alert.raised_at} relative /></span>
      <span class="act">{mine && canAcknowledge(alert) && <Button onClick={() => void acknowledge([alert])}>Acknowledge</Button>}</span>
    </li>
  );
}
