// The parts of an alert's page: the failure, the end of its log, what changed, the runbook, the timeline.
import type { AlertDetail } from "../../api/schema.ts";
import { errorLine } from "../../model/alerts.ts";
import { isWebAddress } from "../../model/markdown.ts";
import { plainText } from "../../model/plain.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { Markdown } from "../../ui/Markdown.tsx";
import { Section } from "../../ui/Page.tsx";
import { Time } from "../../ui/Time.tsx";
import { Repair } from "./Repair.tsx";

export function Failure({ alert, mend }: { alert: AlertDetail; mend: boolean }) {
  const { failure, links } = alert;
  if (!failure) return null;
  const task = failure.task ? `/runs/${failure.run}/tasks/${encodeURIComponent(failure.task)}` : null;
  return (
    <Section title="What failed" aside={<a href={`/runs/${failure.run}`}>Run {failure.run}</a>}>
      <p class="cause">{plainText(failure.reason || alert.what)}</p>
      <p class="soft">
        {failure.task && <>task <code>{failure.task}</code></>}
        {failure.attempt !== null && <>, attempt {failure.attempt}</>}{failure.worker && <> on {failure.worker}</>}
        {failure.ended_at && <>, ended <Time at={failure.ended_at} /></>}
      </p>
      <div class="row story-links">
        <LinkButton icon="graph" href={`/runs/${failure.run}`}>Open the run</LinkButton>
        {task && <LinkButton icon="log" href={links.log?.startsWith("/") ? links.log : task}>Whole log</LinkButton>}
        {mend && <Repair failure={failure} />}
      </div>
    </Section>
  );
}

export function LastLines({ alert }: { alert: AlertDetail }) {
  const { lines, first_error: firstError } = alert.log;
  if (lines.length === 0 && !firstError) return null;
  const at = errorLine(lines, firstError);
  return (
    <Section title="The end of its log">
      {firstError && at < 0 && <p class="first-error"><span class="faint">first error</span> <code>{plainText(firstError)}</code></p>}
      <pre class="last-lines" tabIndex={0}>{lines.map((line, i) => <span key={i} class={i === at ? "line error" : "line"}>{plainText(line)}{"\n"}</span>)}</pre>
    </Section>
  );
}

export function Changes({ alert }: { alert: AlertDetail }) {
  if (!alert.good) return null;
  return (
    <Section title="What changed since it last succeeded" aside={<><a href={`/runs/${alert.good.run}`}>Run {alert.good.run}</a>, <Time at={alert.good.ended_at} relative /></>}>
      {alert.changes.length === 0 && <p class="soft">Nothing that is known: the same dag, parameters, inputs and worker.</p>}
      <ul class="plain-list">
        {alert.changes.map((change, i) => (
          <li key={i}>
            <span class="tagged">{change.kind}</span> {plainText(change.text)}
            {change.diff.length > 0 && <pre class="story-diff" tabIndex={0}>{change.diff.map((line, n) => <span key={n} class={line.startsWith("+") ? "line add" : line.startsWith("-") ? "line del" : "line"}>{plainText(line)}{"\n"}</span>)}</pre>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function ToDo({ alert }: { alert: AlertDetail }) {
  if (alert.to_do.length === 0) return null;
  return <Section title="What to do"><ol class="to-do">{alert.to_do.map((step, i) => <li key={i}>{plainText(step)}</li>)}</ol></Section>;
}

export function Runbook({ alert }: { alert: AlertDetail }) {
  const book = alert.runbook;
  if (!book) return null;
  const url = book.url && isWebAddress(book.url) ? book.url : null;
  return (
    <Section title="Runbook" aside={url && <a href={url} target="_blank" rel="noreferrer noopener">Open it</a>}>
      {book.problem && <p class="problem">{book.problem}</p>}
      {book.text && <div class="card runbook"><Markdown text={book.text} />{book.cut && <p class="faint">The rest is in the file.</p>}</div>}
      {!book.text && book.url && <p class="soft">{url ? <a href={url} target="_blank" rel="noreferrer noopener">{url}</a> : book.url}</p>}
    </Section>
  );
}

export function Timeline({ alert }: { alert: AlertDetail }) {
  return <ol class="timeline">{alert.timeline.map((line, i) => <li key={i}><Time at={line.at} /><span>{plainText(line.text)}</span></li>)}</ol>;
}
