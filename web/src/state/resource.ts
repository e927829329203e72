// What a view shows from the server: loaded when the view comes, again when something happened that
// concerns it, and shown from memory at once when one comes back. Each answer is newer than the one before.
import { useEffect, useRef, useState } from "preact/hooks";
import { addressOf, getAddress, lastAnswer, problemFrom, type Answer, type Captures, type GetPath, type Problem, type Query } from "../api/client.ts";
import { again } from "../lib/again.ts";
import { watch } from "./live.ts";

export interface Loaded<T> {
  data: T | null;
  problem: Problem | null; // of the last try; `data` may be older and still there
  busy: boolean;
  reload: () => void;
}

const PATIENCE_MS = 60_000; // for an answer; then one may try again

interface Held<T> { address: string; data: T | null; problem: Problem | null; busy: boolean }

// `topics`: of the event stream, see docs/api.md. A null path loads nothing.
export function useGet<Path extends GetPath>(
  path: Path | null, captures: Captures<Path>, query: Query<Path> = {}, topics: string[] = []): Loaded<Answer<Path>> {
  type T = Answer<Path>;
  const address = path === null ? "" : addressOf(path, captures, query);
  // The server's word, as in client.ts.
  const remembered = (): T | null => (lastAnswer(address) as T | undefined) ?? null;
  const [held, setHeld] = useState<Held<T>>(() => ({ address, data: remembered(), problem: null, busy: true }));
  const reload = useRef((): void => {});

  useEffect(() => {
    let current = true; // what comes when the view asks for something else is too late
    const load = again(async () => {
      if (!address || !current) return;
      try {
        const data = await getAddress(address, AbortSignal.timeout(PATIENCE_MS));
        if (current) setHeld({ address, data: data as T, problem: null, busy: false });
      } catch (error) {
        const problem = problemFrom(error);
        if (current) setHeld((before) => ({ address, data: before.address === address && !problem.isGone ? before.data : null, problem, busy: false }));
      }
    });
    reload.current = load;
    setHeld({ address, data: remembered(), problem: null, busy: true });
    load();
    const leave = topics.length > 0 ? watch(topics, load) : () => {};
    return () => { current = false; leave(); };
  }, [address, topics.join(",")]);

  const fits = held.address === address;
  return { data: fits ? held.data : remembered(), problem: fits ? held.problem : null, busy: !fits || held.busy, reload: () => reload.current() };
}

// True until each has an answer, good or bad: a page of several parts that appears at once does not jump.
export const pending = (...parts: readonly Loaded<unknown>[]): boolean => parts.some((part) => part.data === null && part.problem === null);
