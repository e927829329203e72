// The strip of time around now: what ran, what runs, what is due, each in a lane so that nothing
// overlaps. Pure; times are ms.

export interface Block { id: string; from: number; to: number; state: string; href: string; title: string }
export interface Placed extends Block { lane: number; left: number; width: number } // left, width: parts of the whole, 0..1

export interface Strip { placed: Placed[]; lanes: number; hidden: number }

const LEAST = 0.004; // of the width; a shorter run is still to be seen and hit

// Every block in the first lane that is free. Beyond `most` lanes blocks are left out and counted.
export function placeBlocks(blocks: readonly Block[], from: number, to: number, most: number): Strip {
  const span = to - from;
  const ends: number[] = [];
  const placed: Placed[] = [];
  let hidden = 0;
  const seen = blocks.filter((block) => block.to >= from && block.from <= to).sort((a, b) => a.from - b.from || a.to - b.to);
  for (const block of seen) {
    const left = Math.max(0, (block.from - from) / span);
    const width = Math.max(LEAST, Math.min(1, (block.to - from) / span) - left);
    const free = ends.findIndex((end) => end <= left);
    const lane = free >= 0 ? free : ends.length;
    if (lane >= most) { hidden++; continue; }
    ends[lane] = left + width + LEAST / 2;
    placed.push({ ...block, lane, left: Math.min(left, 1 - LEAST), width });
  }
  return { placed, lanes: ends.length, hidden };
}

// Full hours of the span, `every` hours apart in the zone whose offset from UTC is given.
export function hourMarks(from: number, to: number, every: number, offsetMs: number): number[] {
  const step = every * 3_600_000;
  const marks: number[] = [];
  for (let at = Math.ceil((from + offsetMs) / step) * step - offsetMs; at <= to; at += step) marks.push(at);
  return marks;
}
