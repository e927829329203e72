// An alert as a shape and a colour: the corners say how urgent it is, the filling whether anybody has taken it.
import { severityRank } from "../model/alerts.ts";

const OUTLINES = [
  "M5.200 1.500h5.600l3.700 3.700v5.600l-3.700 3.700H5.200l-3.700-3.700V5.200z", // critical: eight corners
  "M8 1L15 8l-7 7-7-7z", // error: four
  "M8 1.800L15 14H1z", // warning: three
  "M8 1.500a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13z", // info: none
];
const MARKS: Record<string, string> = {
  firing: "M8 4.800v3.800M8 11.200h.01", acknowledged: "M5.300 8.300l1.900 1.800L10.700 6.400", resolved: "M5.300 8.300l1.900 1.800L10.700 6.400",
  snoozed: "M6.200 6h3.600L6.200 10.200h3.600", suppressed: "M5.400 8h5.200",
};

export function AlertGlyph({ severity, state, size = 18 }: { severity: string; state: string; size?: number }) {
  const words = `${severity}, ${state === "suppressed" ? "silenced" : state}`;
  const solid = state === "firing";
  return (
    <span class={`alert-glyph sev-${severityRank(severity)} ${solid ? "" : "rests"}`} title={words}>
      <svg class="glyph" width={size} height={size} viewBox="0 0 16 16" role="img" aria-label={words}>
        <path class={solid ? "fill" : "line"} d={OUTLINES[severityRank(severity)] ?? OUTLINES[3]} />
        <path class={solid ? "mark on" : "mark"} d={MARKS[state] ?? ""} />
      </svg>
    </span>
  );
}
