// What a view shows when it has nothing to show: still loading, empty, not allowed, gone, or failed.
import type { ComponentChildren } from "preact";
import type { Problem } from "../api/client.ts";
import type { Loaded } from "../state/resource.ts";
import { Button } from "./Button.tsx";
import { Icon, type IconName } from "./icons.tsx";

// Grey rows of the size of what comes, so that nothing jumps. Seen only after a moment, by its style.
export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, i) => <div key={i} class="bar" />)}
    </div>
  );
}

export function Notice({ icon, title, children, action }: { icon?: IconName; title: string; children?: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="notice">
      {icon && <Icon name={icon} size={24} />}
      <h2>{title}</h2>
      {children && <div class="why">{children}</div>}
      {action && <div class="row">{action}</div>}
    </div>
  );
}

export function ProblemNotice({ problem, what, retry }: { problem: Problem; what: string; retry?: () => void }) {
  const again = retry && <Button icon="retry" onClick={retry}>Try again</Button>;
  if (problem.isForbidden) return <Notice icon="user" title={`You may not see ${what}`}>{problem.detail}. Ask an administrator for it.</Notice>;
  if (problem.isGone) return <Notice icon="search" title="Not found">There is no such {what}, or you may not see it.</Notice>;
  return <Notice icon="alerts" title={problem.isOffline ? "No connection" : `Cannot show ${what}`} action={again}>{problem.message}</Notice>;
}

// One resource in each of its states. Old data stays visible, with a note, when a reload fails.
export function Show<T>({ from, what, rows, children }: { from: Loaded<T>; what: string; rows?: number; children: (data: T) => ComponentChildren }) {
  if (from.data !== null) {
    return (
      <>
        {from.problem && <p class="stale" role="status">This may be old: {from.problem.message} <Button kind="quiet" onClick={from.reload}>Try again</Button></p>}
        {children(from.data)}
      </>
    );
  }
  if (from.problem) return <ProblemNotice problem={from.problem} what={what} retry={from.reload} />;
  return <Loading {...(rows === undefined ? {} : { rows })} />;
}
