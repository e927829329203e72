// The inbox: what is open by state and urgency, taken with one key, one by one or many at once.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Alert } from "../../api/schema.ts";
import { go, parameter, query, setQuery } from "../../lib/router.ts";
import { useKeys } from "../../lib/keys.ts";
import { ALERT_STATES, canAcknowledge, grouped, isOpen, matching, type Group } from "../../model/alerts.ts";
import { plural } from "../../model/words.ts";
import { acknowledge, shown } from "../../state/alert_deeds.ts";
import { useGet } from "../../state/resource.ts";
import { may } from "../../state/session.ts";
import { Button } from "../../ui/Button.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Page, TabBar } from "../../ui/Page.tsx";
import { Choose, SearchField } from "../../ui/SearchField.tsx";
import { Row } from "./Row.tsx";
import { Words, type Deed } from "./Words.tsx";

const MOST = 200;
const STATES = ["", ...ALERT_STATES] as const;
const HEADS: Record<string, string> = {
  firing: "Nobody has taken it", acknowledged: "Acknowledged", snoozed: "Snoozed", suppressed: "Silenced", resolved: "Resolved" };
const TABS: Record<string, string> = { ...HEADS, firing: "Firing" };
const SEVERITIES = ["", "critical", "error", "warning", "info"].map((value) => ({ value, name: value || "Any severity" }));

const mine = (alert: Alert): boolean => may("operator", alert.dag ?? undefined);

// Keys and selection of what is listed. The alert under the keys is the one that has the focus, or had it last.
function Inbox({ groups, next }: { groups: readonly Group[]; next: string | null }) {
  const list = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const [asking, setAsking] = useState<{ deed: Deed; alerts: readonly Alert[] } | null>(null);
  const alerts = groups.flatMap((group) => group.alerts);
  const selected = alerts.filter((alert) => picked.has(alert.alert));
  const current = alerts.find((alert) => alert.alert === at);
  // The keys mean what is selected, or else the alert they stand on.
  const meant = (): Alert[] => (selected.length > 0 ? selected : current ? [current] : []).filter(mine);

  const move = (by: number): void => {
    const from = alerts.findIndex((alert) => alert.alert === at);
    const target = alerts[from < 0 ? 0 : Math.min(alerts.length - 1, Math.max(0, from + by))];
    if (!target) return;
    setAt(target.alert);
    list.current?.querySelector<HTMLElement>(`[data-alert="${target.alert}"] .what`)?.focus();
  };
  const toggle = (alert: number): void => {
    const after = new Set(picked);
    if (!after.delete(alert)) after.add(alert);
    setPicked(after);
  };
  const take = (): void => {
    const open = meant().filter(canAcknowledge);
    if (open.length > 0) void acknowledge(open);
    setPicked(new Set());
  };
  const ask = (deed: Deed): void => {
    const open = meant().filter(isOpen);
    if (open.length > 0) setAsking({ deed, alerts: open });
  };
  useKeys("Alerts", [
    { keys: "j", does: "next alert", run: () => move(1) }, { keys: "ArrowDown", does: "next alert", run: () => move(1) },
    { keys: "k", does: "alert before", run: () => move(-1) }, { keys: "ArrowUp", does: "alert before", run: () => move(-1) },
    { keys: "o", does: "open", run: () => { if (current) go(`/alerts/${current.alert}`); } },
    { keys: "x", does: "select", run: () => { if (current && mine(current)) toggle(current.alert); } },
    { keys: "a", does: "acknowledge", run: take }, { keys: "s", does: "snooze", run: () => ask("snooze") },
    { keys: "shift+R", does: "resolve", run: () => ask("resolve") },
    { keys: "Escape", does: "select nothing", run: () => setPicked(new Set()) },
  ]);
  // What is no longer listed is no longer selected: it could not be seen any more.
  useEffect(() => {
    const listed = new Set(alerts.map((alert) => alert.alert));
    if ([...picked].some((alert) => !listed.has(alert))) setPicked(new Set([...picked].filter((alert) => listed.has(alert))));
  });
  return (
    <div ref={list}>
      {groups.map((group) => (
        <section class="section" key={group.state} aria-label={HEADS[group.state]}>
          <header><h2>{HEADS[group.state]}<span class="count">{group.alerts.length}</span></h2></header>
          <ul class="inbox">
            {group.alerts.map((alert) => <Row key={alert.alert} alert={alert} current={alert.alert === at} selected={picked.has(alert.alert)}
              onSelect={() => toggle(alert.alert)} onPoint={() => setAt(alert.alert)} />)}
          </ul>
        </section>
      ))}
      <div class="row pager">
        {parameter("after") && <Button icon="left" onClick={() => setQuery({ after: null }, "push")}>Newest</Button>}
        {next && <Button icon="right" onClick={() => setQuery({ after: next }, "push")}>Older</Button>}
      </div>
      {selected.length > 0 && (
        <div class="bulk" role="toolbar" aria-label="Selected alerts">
          <b>{plural(selected.length, "alert")}</b>
          <Button kind="primary" onClick={take}>Acknowledge</Button>
          <Button icon="snooze" onClick={() => ask("snooze")}>Snooze</Button>
          <Button icon="check" onClick={() => ask("resolve")}>Resolve</Button>
          <Button icon="close" kind="quiet" title="Select nothing" onClick={() => setPicked(new Set())} />
        </div>
      )}
      {asking && <Words deed={asking.deed} alerts={asking.alerts} onClose={() => { setAsking(null); setPicked(new Set()); }} />}
    </div>
  );
}

function Empty({ filtered, state }: { filtered: boolean; state: string }) {
  if (filtered) return <p class="empty">No alert is like that. <a href="/alerts">Show all open ones</a></p>;
  if (state) return <p class="empty">No alert is {state === "suppressed" ? "silenced" : state}.</p>;
  return <p class="empty all-well">Nothing is wrong. An alert opens by itself when a task fails after its last retry, a run is late, or a dag file breaks.</p>;
}

export default function Alerts() {
  const state = parameter("state");
  const alerts = useGet("/api/v1/alerts", {}, { state: state || "open", dag: parameter("dag"), limit: MOST, after: parameter("after") }, ["alerts", "runs"]);
  const filtered = ["q", "severity", "dag"].some((name) => query.value.has(name));
  return (
    <Page title="Alerts">
      <TabBar label="By state" current={state}>
        {STATES.map((one) => <a key={one} href={one ? `/alerts?state=${one}` : "/alerts"} aria-current={one === state ? "page" : undefined}>{one ? TABS[one] : "Open"}</a>)}
      </TabBar>
      <div class="toolbar">
        <Choose name="severity" label="Severity" choices={SEVERITIES} />
        <SearchField label="Filter alerts" />
        {parameter("dag") && <Button icon="close" onClick={() => setQuery({ dag: null, after: null }, "push")}>Only {parameter("dag")}</Button>}
      </div>
      <Show from={alerts} what="alerts" rows={8}>{(page) => {
        const groups = grouped(matching(page.alerts.map(shown), parameter("q"), parameter("severity")));
        return groups.length === 0 ? <Empty filtered={filtered} state={state} /> : <Inbox groups={groups} next={page.next} />;
      }}</Show>
    </Page>
  );
}
