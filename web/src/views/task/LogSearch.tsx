// Looks through the whole log on the server, however large it is, and leads to what it finds.
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { get, problemFrom } from "../../api/client.ts";
import type { LogLine } from "../../api/schema.ts";
import { parameter, setQuery } from "../../lib/router.ts";
import { marked } from "../../model/log.ts";
import { Button } from "../../ui/Button.tsx";
import { SearchField } from "../../ui/SearchField.tsx";

const PAGE = 100;
const PATIENCE_MS = 300;

export function LogSearch({ run, task, attempt }: { run: string; task: string; attempt: number }) {
  const words = parameter("q");
  const found = useSignal<readonly LogLine[]>([]);
  const next = useSignal<number | null>(null); // where to look on; null = all was looked at
  const state = useSignal<"" | "looking" | "done">("");
  const problem = useSignal("");
  const look = async (from: number, before: readonly LogLine[], isCurrent: () => boolean): Promise<void> => {
    state.value = "looking";
    try {
      const page = await get("/api/v1/runs/{run}/tasks/{task}/log/search", { run, task }, { attempt, q: words, from, limit: PAGE });
      if (!isCurrent()) return;
      found.value = [...before, ...page.lines];
      next.value = page.next;
      // A part without a hit is no end of a large log.
      if (page.next !== null && page.lines.length === 0) return await look(page.next, found.value, isCurrent);
      state.value = "done";
    } catch (error) {
      if (!isCurrent()) return;
      problem.value = problemFrom(error).message;
      state.value = "done";
    }
  };
  const asked = useRef(0); // counts what was looked for: an answer to older words is dropped
  const lookFrom = (from: number, before: readonly LogLine[]): void => {
    const mine = asked.current;
    void look(from, before, () => mine === asked.current);
  };
  useEffect(() => {
    asked.current++;
    found.value = [];
    next.value = null;
    problem.value = "";
    state.value = "";
    if (!words) return;
    const timer = setTimeout(() => lookFrom(0, []), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [words, run, task, attempt]);
  const at = parameter("at");
  return (
    <>
      <SearchField label="Search the whole log" />
      {state.value && (
        <div class="hits card" role="region" aria-label="Found lines">
          <p class="soft">{state.value === "looking" ? "Looking …" : problem.value || (found.value.length === 0 ? "No line has that." : `${found.value.length}${next.value === null ? "" : " or more"} ${found.value.length === 1 ? "line" : "lines"}`)}</p>
          <ol>{found.value.map((line) => (
            <li key={line.offset}><button type="button" class={String(line.offset) === at ? "now" : undefined} onClick={() => setQuery({ at: String(line.offset) }, "push")}>
              {marked(line.text.slice(0, 300), words).map((part, i) => (part.hit ? <mark key={i}>{part.text}</mark> : part.text))}
            </button></li>
          ))}</ol>
          {state.value === "done" && next.value !== null && <Button onClick={() => lookFrom(next.value ?? 0, found.value)}>Look for more</Button>}
        </div>
      )}
    </>
  );
}
