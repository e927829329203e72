// The head of every page: search, how fresh the data is, the theme, and who is signed in.
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { deliveryWords } from "../model/channels.ts";
import { ageText } from "../model/times.ts";
import { now } from "../state/clock.ts";
import { delivery, deliveryAsked, heldBecause, openAlerts, startCounts, version } from "../state/counts.ts";
import { liveSince, liveState, retryLive } from "../state/live.ts";
import { may, session, signOut } from "../state/session.ts";
import { theme, zone } from "../state/settings.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/icons.tsx";
import { overlay } from "./overlay.ts";

// How long a cut may last before anybody is told: a restart of the scheduler takes less.
const PATIENCE_MS = 3000;

export function LiveBanner() {
  const age = now.value - liveSince.value;
  if (liveState.value === "refused") {
    return <div class="banner" role="status"><Icon name="alerts" /> Live updates were refused. <Button kind="quiet" onClick={retryLive}>Try again</Button></div>;
  }
  if (liveState.value === "cut" && age > PATIENCE_MS) {
    return <div class="banner" role="status"><Icon name="alerts" /> No connection: what you see is {ageText(age)} old. Connecting again …</div>;
  }
  if (heldBecause.value) return <div class="banner" role="status"><Icon name="pause" /> Nothing new is started: {heldBecause.value}</div>;
  return null;
}

function Live() {
  const live = liveState.value === "live";
  return <span class={live ? "live" : "live off"} title={live ? "Updates arrive as they happen" : "No live updates at the moment"}><i /><span>{live ? "Live" : "Offline"}</span></span>;
}

// Only what keeps people from being told is worth a place here.
function Messages() {
  const words = delivery.value ? deliveryWords(delivery.value, Math.max(0, now.value - deliveryAsked.value)) : "";
  if (!words) return null;
  const title = `Messages about alerts: ${words}`;
  return may("operator") ? <a class="messages" href="/settings/channels" title={title}><Icon name="mute" /><span>{words}</span></a> : <span class="messages" title={title}><Icon name="mute" /><span>{words}</span></span>;
}

const THEMES = ["system", "light", "dark"] as const;

function UserMenu() {
  const open = useSignal(false);
  useEffect(() => {
    if (!open.value) return;
    const close = (event: Event): void => {
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !(event.target instanceof Element && event.target.closest(".menu-root"))) open.value = false;
    };
    document.addEventListener("pointerdown", close);
    document.addEventListener("keydown", close);
    return () => { document.removeEventListener("pointerdown", close); document.removeEventListener("keydown", close); };
  }, [open.value]);
  const who = session.value;
  return (
    <div class="menu-root">
      <Button icon="user" kind="quiet" title={`You: ${who?.user ?? ""}`} expanded={open.value} onClick={() => { open.value = !open.value; }} />
      {open.value && (
        <div class="menu" role="group" aria-label="You">
          <p class="who"><b>{who?.user}</b><span class="faint">{who?.role}</span></p>
          <div class="choice"><span>Theme</span><span class="segments">{THEMES.map((name) => <Button key={name} kind="quiet" icon={name === "system" ? "system" : name === "light" ? "sun" : "moon"} title={`Theme: ${name}`} pressed={theme.value === name} onClick={() => { theme.value = name; }} />)}</span></div>
          <div class="choice"><span>Times</span><span class="segments">{(["local", "utc"] as const).map((name) => <Button key={name} kind="quiet" pressed={zone.value === name} onClick={() => { zone.value = name; }}>{name === "utc" ? "UTC" : "Local"}</Button>)}</span></div>
          <a href="/settings/account" onClick={() => { open.value = false; }}><Icon name="settings" />Settings</a>
          <button type="button" onClick={() => { open.value = false; overlay.value = "keys"; }}><Icon name="grid" />Keys<kbd>?</kbd></button>
          <button type="button" onClick={() => { void signOut(); }}><Icon name="signout" />Sign out</button>
          <p class="faint version">Tidemill {version.value}</p>
        </div>
      )}
    </div>
  );
}

export function Head() {
  useEffect(startCounts, []);
  const alerts = openAlerts.value;
  return (
    <header class="head">
      <button type="button" class="search" onClick={() => { overlay.value = "palette"; }}>
        <Icon name="search" /><span>Go to a dag, run or page</span><kbd>Ctrl K</kbd>
      </button>
      <span class="spring" />
      <Messages />
      <a class={alerts > 0 ? "alert-count some" : "alert-count"} href="/alerts" title={alerts === 1 ? "1 open alert" : `${alerts} open alerts`}>
        <Icon name="alerts" /><span class="num">{alerts}</span>
      </a>
      <Live />
      <UserMenu />
    </header>
  );
}
