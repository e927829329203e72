// What the run was given: parameters, data interval, version.
import type { Run } from "../../api/schema.ts";
import { paramText } from "../../model/rerun_params.ts";
import { Section } from "../../ui/Page.tsx";
import { Time } from "../../ui/Time.tsx";

export function ParamsTab({ run }: { run: Run }) {
  const params = Object.entries(run.params);
  return (
    <>
      <Section title="Parameters">
        {params.length === 0 ? <p class="empty">This dag has no parameters.</p>
          : <dl class="facts">{params.map(([name, value]) => <><dt key={name} class="mono">{name}</dt><dd key={`${name}=`} class="mono">{value === null ? <span class="faint">none</span> : paramText(value)}</dd></>)}</dl>}
      </Section>
      <Section title="What it ran for">
        <dl class="facts">
          <dt>Scheduled for</dt><dd><Time at={run.scheduled_for} /></dd>
          <dt>Data interval</dt><dd>{run.interval_start ? <><Time at={run.interval_start} /> – <Time at={run.interval_end} /></> : <span class="faint">none</span>}</dd>
          <dt>Made</dt><dd><Time at={run.created_at} /> by {run.origin}</dd>
          <dt>Version</dt><dd>{run.version} <span class="faint mono">{run.content_hash.slice(0, 12)}</span></dd>
          {run.reopened > 0 && <><dt>Taken up again</dt><dd>{run.reopened} times</dd></>}
        </dl>
      </Section>
    </>
  );
}
