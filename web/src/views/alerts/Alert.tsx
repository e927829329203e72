// One alert: what failed, why, what changed, what it holds up and until when, what to do, and who was told.
import { useState } from "preact/hooks";
import { useKeys } from "../../lib/keys.ts";
import { aboutWords, canAcknowledge, isOpen, stateSentence } from "../../model/alerts.ts";
import { acknowledge, giveBack, shown } from "../../state/alert_deeds.ts";
import { plainText } from "../../model/plain.ts";
import { useGet } from "../../state/resource.ts";
import { may } from "../../state/session.ts";
import type { ViewProps } from "../../routes.ts";
import { AlertGlyph } from "../../ui/AlertGlyph.tsx";
import { Button } from "../../ui/Button.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Page, Section } from "../../ui/Page.tsx";
import { Time } from "../../ui/Time.tsx";
import { NewSilence } from "../on_call/NewSilence.tsx";
import { Actions } from "./Actions.tsx";
import { Blocked } from "./Blocked.tsx";
import { Changes, Failure, LastLines, Runbook, Timeline, ToDo } from "./Story.tsx";
import type { AlertDetail } from "../../api/schema.ts";
import { Words, type Asked } from "./Words.tsx";

const crumbs = [{ name: "Alerts", href: "/alerts" }];

function Facts({ alert }: { alert: AlertDetail }) {
  return (
    <>
      <span class={`severity sev-text-${alert.severity}`}>{alert.severity}</span>
      <span>{alert.dag ? <a href={`/dags/${encodeURIComponent(alert.dag)}`}>{aboutWords(alert)}</a> : aboutWords(alert)}</span>
      <span>since <Time at={alert.raised_at} /> (<Time at={alert.raised_at} relative />)</span>
      {alert.count > 1 && <span class="num">raised {alert.count} times</span>}
      {alert.reopened > 0 && <span class="num">opened again {alert.reopened === 1 ? "once" : `${alert.reopened} times`}</span>}
    </>
  );
}

function Taken({ alert }: { alert: AlertDetail }) {
  if (alert.state === "firing") return null;
  return (
    <p class="taken-by">
      <b>{stateSentence(alert)}</b>{alert.until && <> until <Time at={alert.until} /></>}
      {alert.comment && <span class="said"> “{plainText(alert.comment)}”</span>}
    </p>
  );
}

function One({ alert, onChanged }: { alert: AlertDetail; onChanged: () => void }) {
  const [asking, setAsking] = useState<Asked | null>(null);
  const mine = may("operator", alert.dag ?? undefined);
  const open = mine && isOpen(alert);
  useKeys("Alert", [
    { keys: "a", does: "acknowledge", run: () => void acknowledge([alert]) },
    { keys: "shift+A", does: "acknowledge with a comment", run: () => setAsking("acknowledge") },
    { keys: "s", does: "snooze", run: () => setAsking("snooze") },
    { keys: "shift+R", does: "resolve", run: () => setAsking("resolve") },
    { keys: "u", does: "give back", run: () => { if (alert.state === "acknowledged") void giveBack([alert]); } },
  ], open);
  return (
    <Page title={plainText(alert.what)} crumbs={crumbs} glyph={<AlertGlyph severity={alert.severity} state={alert.state} size={22} />} sub={<Facts alert={alert} />}
      actions={open && <Actions alert={alert} onAsk={setAsking} />}>
      <div class={open ? "alert-page with-bar" : "alert-page"}>
        <Taken alert={alert} />
        <div class="alert-columns">
          <div>
            <Failure alert={alert} mend={open} />
            <LastLines alert={alert} />
            <Changes alert={alert} />
          </div>
          <div>
            <Blocked alert={alert} />
            <ToDo alert={alert} />
            <Runbook alert={alert} />
            <Section title="What happened"><Timeline alert={alert} /></Section>
            {open && (
              <div class="row phone-only">
                <Button onClick={() => setAsking("acknowledge")}>Acknowledge with a comment …</Button>
                <Button icon="mute" onClick={() => setAsking("silence")}>Silence</Button>
              </div>
            )}
          </div>
        </div>
      </div>
      {open && (
        <div class="thumb-bar">
          {canAcknowledge(alert)
            ? <Button kind="primary" onClick={() => void acknowledge([alert])}>Acknowledge</Button>
            : <Button onClick={() => void giveBack([alert])}>Give back</Button>}
          <Button icon="snooze" title="Snooze" onClick={() => setAsking("snooze")} />
          <Button icon="check" title="Resolve" onClick={() => setAsking("resolve")} />
        </div>
      )}
      {asking === "silence" && <NewSilence about={{ dag: alert.dag ?? "*", task: alert.task ?? "", cause: "" }} onClose={() => setAsking(null)} onDone={onChanged} />}
      {asking && asking !== "silence" && <Words deed={asking} alerts={[alert]} onClose={() => setAsking(null)} />}
    </Page>
  );
}

export default function Alert({ at }: { at: ViewProps }) {
  const number = at["alert"] ?? "";
  const alert = useGet("/api/v1/alerts/{alert}", { alert: number }, {}, ["alerts", "runs"]);
  if (alert.data) return <Show from={alert} what="alert">{(found) => <One alert={shown(found)} onChanged={alert.reload} />}</Show>;
  return <Page title={`Alert ${number}`} crumbs={crumbs}><Show from={alert} what="alert" rows={10}>{() => null}</Show></Page>;
}
