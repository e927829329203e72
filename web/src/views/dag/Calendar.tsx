// A year of days, coloured and marked by the worst that happened on each. A day shows its counts.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Calendar as Year, CalendarDay } from "../../api/schema.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { monthWeeks, squaresOf, totalOf } from "../../model/calendar.ts";
import { plural, RUN_STATES, stateWords } from "../../model/words.ts";
import { useGet } from "../../state/resource.ts";
import { Button } from "../../ui/Button.tsx";
import { Show } from "../../ui/Notices.tsx";
import { State } from "../../ui/State.tsx";

const SIZE = 16, TOP = 18, LEFT = 30; // px
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function Day({ day, dag }: { day: CalendarDay | undefined; dag: string }) {
  if (!day) return <p class="faint day-line">Choose a day to see its runs.</p>;
  return (
    <p class="day-line" role="status"><b>{day.day}</b>
      {RUN_STATES.filter((state) => day[state] > 0).map((state) => (
        <a key={state} href={`/runs?dag=${encodeURIComponent(dag)}&state=${state}`}><State state={state} /> {day[state]} {stateWords(state)}</a>
      ))}
    </p>
  );
}

function Squares({ year, dag }: { year: Year; dag: string }) {
  const squares = squaresOf(year.year, year.days);
  const chosen = parameter("day");
  const box = useRef<HTMLDivElement>(null);
  const week = squares.find((square) => square.day === (chosen || year.today))?.week ?? 0;
  // Where a year is wider than the window, what is looked for is in sight first.
  useLayoutEffect(() => { if (box.current) box.current.scrollLeft = LEFT + (week + 3) * SIZE - box.current.clientWidth; }, [year.year]);
  const width = LEFT + 54 * SIZE;
  const counts = year.days.reduce((sum, day) => sum + totalOf(day), 0);
  return (
    <>
      <div class="calendar" ref={box}>
        <svg width={width} height={TOP + 7 * SIZE} viewBox={`0 0 ${width} ${TOP + 7 * SIZE}`} role="group" aria-label={`${year.year}: ${plural(counts, "run")}`}>
          {monthWeeks(year.year).map((week, month) => <text key={month} x={LEFT + week * SIZE + (month > 0 ? SIZE : 0)} y="11">{MONTHS[month]}</text>)}
          {["Mon", "", "Wed", "", "Fri", "", ""].map((name, i) => <text key={i} x="0" y={TOP + i * SIZE + 11}>{name}</text>)}
          {squares.map((square) => {
            const x = LEFT + square.week * SIZE, y = TOP + square.weekday * SIZE;
            const title = `${square.day}: ${square.state ? `${plural(square.total, "run")}, ${stateWords(square.state)}` : "no runs"}`;
            return square.state === null
              ? <rect key={square.day} class={square.day === year.today ? "day today" : "day"} x={x + 1} y={y + 1} width={SIZE - 3} height={SIZE - 3} rx="2"><title>{title}</title></rect>
              : (
                <a key={square.day} class={`day-link is-${square.state} ${square.day === chosen ? "chosen" : ""}`} href={`?tab=calendar&year=${year.year}&day=${square.day}`} aria-label={title}>
                  <rect class="day some" x={x + 1} y={y + 1} width={SIZE - 3} height={SIZE - 3} rx="2" />
                  {square.state === "failed" && <path class="sign" d={`M${x + 5} ${y + 5}l5 5M${x + 10} ${y + 5}l-5 5`} />}
                  {square.state === "partial" && <path class="sign" d={`M${x + 7.5} ${y + 4}v4M${x + 7.5} ${y + 10.5}h.01`} />}
                  {square.state === "running" && <circle class="sign" cx={x + 7.5} cy={y + 7.5} r="3" />}
                  <title>{title}</title>
                </a>
              );
          })}
        </svg>
      </div>
      <Day day={year.days.find((day) => day.day === chosen)} dag={dag} />
    </>
  );
}

export function CalendarTab({ dag }: { dag: string }) {
  const year = Number(parameter("year")) || undefined;
  const calendar = useGet("/api/v1/dags/{dag}/calendar", { dag }, year === undefined ? {} : { year }, ["runs"]);
  const shown = calendar.data?.year;
  return (
    <>
      {shown !== undefined && (
        <div class="toolbar">
          <Button icon="left" title="The year before" onClick={() => setQuery({ year: String(shown - 1), day: null }, "push")} />
          <b class="num">{shown}</b>
          <Button icon="right" title="The year after" onClick={() => setQuery({ year: String(shown + 1), day: null }, "push")} />
          <span class="faint">days of {calendar.data?.zone}</span>
        </div>
      )}
      <Show from={calendar} what="calendar" rows={4}>{(data) => <Squares year={data} dag={dag} />}</Show>
    </>
  );
}
