// Six hours back and six ahead: runs as bars, what is due as marks.
import type { TimeStrip as Strip } from "../../api/schema.ts";
import { clockText } from "../../model/times.ts";
import { hourMarks, placeBlocks, type Block } from "../../model/strip.ts";
import { plural, stateWords } from "../../model/words.ts";
import { now } from "../../state/clock.ts";
import { zone } from "../../state/settings.ts";

const HOUR = 3_600_000;
const REACH = 6 * HOUR;
const LANES = 7;
const LANE_PX = 14;

function blocksOf(strip: Strip, at: number): Block[] {
  const begin = Date.parse(strip.from ?? "");
  return strip.rows.flatMap(({ dag, runs, due }) => {
    const ran = runs.map(([run = 0, state = 0, start = 0, took = 0]) => {
      const from = begin + start;
      const word = strip.states[state] ?? "queued";
      return { id: `r${run}`, from, to: took < 0 ? at : from + took, state: word, href: `/runs/${run}`, title: `${dag} #${run}: ${stateWords(word)}` };
    });
    const coming = due.map((after, i) => {
      const moment = begin + after;
      return { id: `d${dag}/${i}`, from: moment, to: moment, state: "due", href: `/dags/${encodeURIComponent(dag)}`, title: `${dag} is due at ${clockText(moment, zone.value)}` };
    });
    return [...ran, ...coming];
  });
}

export function TimeStrip({ strip: wire }: { strip: Strip }) {
  const at = now.value;
  const from = at - REACH;
  const to = at + REACH;
  const strip = placeBlocks(blocksOf(wire, at), from, to, LANES);
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
