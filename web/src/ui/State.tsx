// A state as a shape and a colour, never by colour alone: what is over is filled, what failed has
// corners, what waits is hollow.
import { stateWords } from "../model/words.ts";

const CIRCLE = "M8 1.500a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13z";
const SQUARE = "M3.300 2h9.400A1.300 1.300 0 0 1 14 3.300v9.400a1.300 1.300 0 0 1-1.300 1.300H3.300A1.300 1.300 0 0 1 2 12.700V3.300A1.300 1.300 0 0 1 3.300 2z";
const TRIANGLE = "M8 1.800L15 14H1z";

interface Shape { fill?: string; line?: string; mark?: string; dash?: string }

// fill: a filled outline. line: a stroked one. mark: what stands inside, in the colour of the ground
// when filled.
const SHAPES: Record<string, Shape> = {
  succeeded: { fill: CIRCLE, mark: "M5 8.300l2.100 2L11 6.200" },
  failed: { fill: SQUARE, mark: "M5.600 5.600l4.800 4.800M10.400 5.600l-4.800 4.800" },
  partial: { fill: TRIANGLE, mark: "M8 6.500v3.200M8 11.800h.01" },
  cancelled: { line: CIRCLE, mark: "M4.600 11.400l6.800-6.800" },
  running: { line: "M8 2.200a5.800 5.800 0 1 1-5.800 5.800", mark: "M8 8h.01" },
  queued: { line: CIRCLE, dash: "2.400 2.700" },
  waiting: { line: "M8 3.500a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9z" },
  ready: { line: CIRCLE, mark: "M6.300 5.200L10.500 8l-4.200 2.800z" },
  dispatched: { line: CIRCLE, mark: "M4.800 8h5.400M8.300 5.800L10.500 8l-2.200 2.200" },
  retry_wait: { line: "M13.300 8A5.300 5.300 0 1 1 11.500 4M11.700 1.600V4.400H8.900" },
  awaiting_input: { fill: "M8 .9L15.100 8 8 15.100.9 8z", mark: "M6.600 6.600c0-2 3-2 3 0 0 1.200-1.500 1.200-1.500 2.500M8.100 11.100h.01" },
  upstream_failed: { line: SQUARE, mark: "M8 11V5.300M5.600 7.500L8 5.100l2.400 2.400" },
  skipped: { line: CIRCLE, mark: "M5.200 8h5.600" },
};

// The same shapes as masks, for pictures with thousands of them: one element each, `class="stamp is-failed"`.
// The rules are made by script, which the policy allows as it allows no text of styles.
let stamped = false;
export function useStamps(): void {
  if (stamped) return;
  stamped = true;
  const sheet = new CSSStyleSheet();
  for (const [state, { fill, line, mark, dash }] of Object.entries(SHAPES)) {
    const stroke = "fill='none' stroke='black' stroke-linecap='round' stroke-linejoin='round' stroke-width='1.7'";
    // What stands inside a filled shape is a hole in it.
    const inside = fill
      ? `<mask id='m'><path fill='white' d='${fill}'/><path ${stroke} d='${mark ?? ""}'/></mask><path mask='url(%23m)' d='${fill}'/>`
      : `<path ${stroke} stroke-dasharray='${dash ?? "none"}' d='${line ?? CIRCLE}'/><path ${stroke} d='${mark ?? ""}'/>`;
    sheet.insertRule(`.stamp.is-${state} { --stamp: url("data:image/svg+xml,${`<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>${inside}</svg>`.replaceAll("<", "%3C").replaceAll(">", "%3E")}"); }`);
  }
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

export function State({ state, label = false, size = 16 }: { state: string; label?: boolean; size?: number }) {
  const shape = SHAPES[state] ?? { line: CIRCLE };
  const words = stateWords(state);
  const glyph = (
    <svg class={`glyph ${state === "running" ? "turns" : ""}`} width={size} height={size} viewBox="0 0 16 16"
      role={label ? undefined : "img"} aria-label={label ? undefined : words} aria-hidden={label ? "true" : undefined}>
      {shape.fill && <path class="fill" d={shape.fill} />}
      {shape.line && <path class="line" d={shape.line} stroke-dasharray={shape.dash} />}
      {shape.mark && <path class={shape.fill ? "mark on" : "mark"} d={shape.mark} />}
    </svg>
  );
  return <span class={`state is-${state}`} title={label ? undefined : words}>{glyph}{label && <span class="words">{words}</span>}</span>;
}
