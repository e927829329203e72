// Six hours back and six ahead: runs as bars, what is due as marks.
import type { DagSummary, RunSummary } from "../../api/schema.ts";
import { clockText } from "../../model/times.ts";
import { hourMarks, placeBlocks, type Block } from "../../model/strip.ts";
import { plural, stateWords } from "../../model/words.ts";
import { now } from "../../state/clock.ts";
import { zone } from "../../state/settings.ts";

const HOUR = 3_600_000;
const REACH = 6 * HOUR;
const LANES = 7;
const LANE_PX = 14;

function blocksOf(runs: readonly RunSummary[], dags: readonly DagSummary[], at: number): Block[] {
  const ran = runs.filter((run) => run.started_at).map((run) => {
    const from = Date.parse(run.started_at ?? "");
    const to = run.ended_at ? Date.parse(run.ended_at) : at;
    return { id: `r${run.run}`, from, to, state: run.state, href: `/runs/${run.run}`, title: `${run.dag} #${run.run}: ${stateWords(run.state)}` };
  });
  const due = dags.map((dag) => {
    const moment = Date.parse(dag.next_instant ?? "");
    return { id: `d${dag.dag}`, from: moment, to: moment, state: "due", href: `/dags/${encodeURIComponent(dag.dag)}`, title: `${dag.dag} is due at ${clockText(moment, zone.value)}` };
  });
  return [...ran, ...due];
}

export function TimeStrip({ runs, dags }: { runs: readonly RunSummary[]; dags: readonly DagSummary[] }) {
  const at = now.value;
  const from = at - REACH;
  const to = at + REACH;
  const strip = placeBlocks(blocksOf(runs, dags, at), from, to, LANES);
  const offset = zone.value === "utc" ? 0 : -new Date(at).getTimezoneOffset() * 60_000;
  const percent = (part: number): string => `${(part * 100).toFixed(3)}%`;
  return (
    <figure class="strip" aria-label="Runs of the last six hours and what is due in the next six">
      <div class="lanes" style={{ height: `${LANES * LANE_PX + 8}px` }}>
        {hourMarks(from, to, 2, offset).map((mark) => <span key={mark} class="hour" style={{ left: percent((mark - from) / (to - from)) }}><i>{clockText(mark, zone.value)}</i></span>)}
        <span class="present" />
        {strip.placed.map((block) => (
          <a key={block.id} class={`block is-${block.state}`} href={block.href} title={block.title} aria-label={block.title}
            style={{ left: percent(block.left), width: percent(block.width), top: `${4 + block.lane * LANE_PX}px` }} />
        ))}
      </div>
      {strip.hidden > 0 && <figcaption class="faint">{plural(strip.hidden, "more run")} at the same times</figcaption>}
    </figure>
  );
}
