// A moment to the millisecond, where the order of things is asked for.
import { clockText, fullText } from "../../model/times.ts";
import { zone } from "../../state/settings.ts";

export function Moment({ at }: { at: string | null }) {
  const ms = at ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(ms)) return <span class="faint">–</span>;
  return <time class="num" dateTime={at ?? ""} title={fullText(ms, zone.value)}>{clockText(ms, zone.value, true)}.{String(Math.floor(ms % 1000)).padStart(3, "0")}</time>;
}
