// Slots as boxes, the taken ones filled; many of them as a bar.
import { MOST_BOXES } from "../../model/fleet.ts";

export function Slots({ used, of }: { used: number; of: number }) {
  const width = of <= MOST_BOXES ? of * 10 : 120;
  return (
    <span class="slots" title={`${used} of ${of} slots taken`}>
      <svg width={width} height="12" viewBox={`0 0 ${width} 12`} aria-hidden="true">
        {of <= MOST_BOXES
          ? Array.from({ length: of }, (_, i) => <rect key={i} class={i < used ? "taken" : "free"} x={i * 10 + 0.5} y="1.500" width="8" height="9" rx="1.500" />)
          : <><rect class="free" x=".5" y="1.500" width={width - 1} height="9" rx="2" /><rect class="taken" x=".5" y="1.500" width={Math.max(0, (width * Math.min(used, of)) / of - 1)} height="9" rx="2" /></>}
      </svg>
      <span class="num">{used}/{of}</span>
    </span>
  );
}
