// Moments and durations. They follow the switch between local time and UTC, and tick while they are seen.
import { durationText, fullText, momentsIn, momentText, relativeText } from "../model/times.ts";
import { now } from "../state/clock.ts";
import { zone } from "../state/settings.ts";

// `relative`: "3 min ago" with the moment in the tooltip; otherwise the other way round.
export function Time({ at, relative = false, fallback = "–" }: { at: string | null | undefined; relative?: boolean; fallback?: string }) {
  const ms = at ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(ms)) return <span class="faint">{fallback}</span>;
  const distance = relativeText(ms, now.value);
  const full = fullText(ms, zone.value);
  return relative
    ? <time dateTime={at ?? ""} title={full}>{distance}</time>
    : <time dateTime={at ?? ""} title={`${full}, ${distance}`}>{momentText(ms, now.value, zone.value)}</time>;
}

// A duration that is known, or one that still grows since `since`.
export function Duration({ ms, since }: { ms?: number | null; since?: string | null }) {
  if (ms !== null && ms !== undefined) return <span class="num">{durationText(ms)}</span>;
  const from = since ? Date.parse(since) : Number.NaN;
  if (Number.isNaN(from)) return <span class="faint">–</span>;
  return <span class="num">{durationText(now.value - from)}</span>;
}

// A sentence of the server; the moments in it are said as everywhere else.
export function Told({ text }: { text: string }) {
  return <>{momentsIn(text).map((part, i) => part.at === null ? part.text : <Time key={i} at={part.at} />)}</>;
}
