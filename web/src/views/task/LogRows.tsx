// The lines in sight of the window: number, time, text. Whatever a task wrote goes out as text.
import { pieces } from "../../model/ansi.ts";
import { marked, numberAt, type LineSpan, type LogRow, type LogWindow } from "../../model/log.ts";
import { clockText } from "../../model/times.ts";
import { zone } from "../../state/settings.ts";
import { Icon } from "../../ui/icons.tsx";

function Text({ text, words }: { text: string; words: string }) {
  return <>{pieces(text).map((piece, i) => (
    <span key={i} class={piece.cls || undefined}>{marked(piece.text, words).map((part, j) => (part.hit ? <mark key={j}>{part.text}</mark> : part.text))}</span>
  ))}</>;
}

function Clock({ time }: { time: string }) {
  const ms = Date.parse(time);
  return <time class="at" dateTime={time}>{Number.isNaN(ms) ? "" : `${clockText(ms, zone.value, true)}.${String(Math.floor(ms % 1000)).padStart(3, "0")}`}</time>;
}

export function LogRows({ rows, window, span, target, words, onChoose, onFold }: {
  rows: readonly LogRow[]; window: LogWindow; span: LineSpan | null; target: number; words: string;
  onChoose: (line: number, more: boolean) => void; onFold: (offset: number) => void }) {
  return (
    <>{rows.map((row) => {
      const number = numberAt(window, row.index);
      const chosen = row.line.offset === target || (span !== null && number !== null && number >= span.first && number <= span.last);
      return (
        <div key={row.line.offset} class={`log-row ${row.kind} ${row.line.stream === "stderr" ? "err" : ""} ${chosen ? "chosen" : ""}`} data-offset={row.line.offset}>
          {number === null ? <span class="no" /> : (
            <a class="no" href={`#L${number}`} aria-label={`Line ${number}`} tabIndex={-1}
              onClick={(event) => { event.preventDefault(); onChoose(number, event.shiftKey); }}>{number}</a>)}
          <Clock time={row.line.time} />
          <span class="text" style={row.depth > 0 ? { paddingLeft: `${row.depth * 14}px` } : undefined}>
            {row.kind === "group"
              ? <button type="button" aria-expanded={!row.folded} onClick={() => onFold(row.line.offset)}><Icon name={row.folded ? "right" : "down"} size={12} /><Text text={row.text} words={words} /></button>
              : <Text text={row.text} words={words} />}
          </span>
        </div>
      );
    })}</>
  );
}
