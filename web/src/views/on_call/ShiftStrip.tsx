// Two weeks of shifts from now on; people are told apart by name, and by the tone of their block.
import { fullText } from "../../model/times.ts";
import { blocksOn, daysOn, type Shift } from "../../model/shifts.ts";
import { now } from "../../state/clock.ts";
import { zone } from "../../state/settings.ts";

const SPAN_MS = 14 * 86_400_000;
const HOUR_MS = 3_600_000;
const part = (value: number): string => `${(100 * value).toFixed(3)}%`;

export function ShiftStrip({ shifts }: { shifts: readonly Shift[] }) {
  const from = Math.floor(now.value / HOUR_MS) * HOUR_MS; // so that it is not drawn anew each second
  const until = from + SPAN_MS;
  return (
    <div class="shift-strip" role="img" aria-label={`Shifts of the next two weeks: ${blocksOn(shifts, from, until).map((block) => block.who).join(", then ") || "nobody"}`}>
      {daysOn(from, until).map((day) => <span key={day} class="day" style={{ left: part((day - from) / SPAN_MS) }}><i>{new Date(day).getDate()}</i></span>)}
      {blocksOn(shifts, from, until).map((block) => (
        <span key={block.from} class={`shift tone-${block.tone}`} style={{ left: part(block.left), width: part(block.width) }}
          title={`${block.who}: ${fullText(block.from, zone.value)} – ${fullText(block.until, zone.value)}`}>{block.who}</span>
      ))}
    </div>
  );
}
