// The navigation: a column beside the page, a bar below it on a phone.
import { path } from "../lib/router.ts";
import { useSignal } from "@preact/signals";
import { openAlerts } from "../state/counts.ts";
import { Icon } from "../ui/icons.tsx";
import { Button } from "../ui/Button.tsx";
import { isCurrent, PLACES, type Place } from "./places.ts";

export function Logo() {
  return (
    <svg class="logo" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="7.500" r="3.600" /><path d="M10 1.500v2M10 11.500v2M4 7.500h2M14 7.500h2" /><path d="M1.500 17c1.700-1.600 3.500-1.600 5.200 0s3.500 1.600 5.200 0 3.500-1.600 5.200 0" />
    </svg>
  );
}

function Item({ place }: { place: Place }) {
  const count = place.href === "/alerts" ? openAlerts.value : 0;
  return (
    <a href={place.href} title={place.name} aria-current={isCurrent(place, path.value) ? "page" : undefined} class={place.phone ? "on-phone" : undefined}>
      <Icon name={place.icon} /><span class="name">{place.name}</span>
      {count > 0 && <span class="badge" aria-label={`${count} open`}>{count > 99 ? "99+" : count}</span>}
    </a>
  );
}

export function Nav() {
  const more = useSignal(false);
  return (
    <nav class={more.value ? "nav more" : "nav"} aria-label="Tidemill" onClick={() => { if (more.value) more.value = false; }}>
      <a class="brand" href="/"><Logo /><span class="name">Tidemill</span></a>
      <div class="places">
        {PLACES.map((place) => <Item key={place.href} place={place} />)}
      </div>
      <div class="more-button"><Button icon="more" kind="quiet" title="More" expanded={more.value} onClick={() => setTimeout(() => { more.value = !more.value; })} /></div>
    </nav>
  );
}
