// How fast alerts are taken and over, who is paged how often, and which alerts are noise.
import type { AlertReport, NoisyAlert, PersonPages } from "../../api/schema.ts";
import { addressOf } from "../../api/client.ts";
import { parameter } from "../../lib/router.ts";
import { aboutWords } from "../../model/alerts.ts";
import { plainText } from "../../model/plain.ts";
import { figuresOf, PERIODS, reportFrom, shareText } from "../../model/report.ts";
import { now } from "../../state/clock.ts";
import { useGet } from "../../state/resource.ts";
import { zone } from "../../state/settings.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { Show } from "../../ui/Notices.tsx";
import { Section } from "../../ui/Page.tsx";
import { Choose } from "../../ui/SearchField.tsx";
import { Table, type Column } from "../../ui/Table.tsx";

const PEOPLE: Column<PersonPages>[] = [
  { id: "person", name: "Who", main: true, wide: true, cell: (row) => <b>{row.person === null ? "a channel alone" : plainText(row.person)}</b> },
  { id: "week", name: "A week", align: "end", cell: (row) => <span class="num">{row.per_week.toFixed(1)} a week</span> },
  { id: "pages", name: "Pages", align: "end", cell: (row) => <span class="num">{row.pages} in all</span> },
  { id: "late", name: "Out of hours", align: "end", cell: (row) => <span class="num">{shareText(row.out_of_hours, row.pages)} out of hours</span> },
];
const NOISY: Column<NoisyAlert>[] = [
  { id: "about", name: "Alerts of", main: true, wide: true, cell: (row) => <><a href={row.dag ? `/alerts?state=resolved&dag=${encodeURIComponent(row.dag)}` : "/alerts"}>{plainText(aboutWords(row))}</a> <span class="soft">{plainText(row.cause)}</span></> },
  { id: "flaps", name: "", cell: (row) => row.flaps && <span class="tagged mark">flaps</span> },
  { id: "episodes", name: "Opened", align: "end", cell: (row) => <span class="num">opened {row.episodes}×</span> },
  { id: "raised", name: "Raised", align: "end", cell: (row) => <span class="num">raised {row.raised}×</span> },
];

function Report({ report }: { report: AlertReport }) {
  return (
    <>
      <ul class="figures" aria-label="Figures">
        {figuresOf(report).map((figure) => <li key={figure.name} class="card"><span class="soft">{figure.name}</span><b class="num">{figure.value}</b><span class="faint">{figure.about}</span></li>)}
      </ul>
      <div class="report-columns">
        <Section title="Pages by person">{report.pages.length === 0 ? <p class="empty">Nobody was paged.</p>
          : <Table rows={report.pages} columns={PEOPLE} label="Pages by person" keyOf={(row) => row.person ?? ""} />}</Section>
        <Section title="The noisiest">{report.noisiest.length === 0 ? <p class="empty">No alert was raised.</p>
          : <Table rows={report.noisiest} columns={NOISY} label="The noisiest alerts" keyOf={(row) => `${row.dag}/${row.task}/${row.cause}`} />}</Section>
      </div>
    </>
  );
}

export function Reports() {
  const query = { from: reportFrom(parameter("period"), now.value), zone: zone.value === "utc" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone };
  const report = useGet("/api/v1/reports/alerts", {}, query, ["alerts"]);
  return (
    <>
      <div class="toolbar">
        <Choose name="period" label="Period" choices={PERIODS} />
        <span class="spring" />
        <LinkButton icon="download" href={addressOf("/api/v1/reports/alerts.csv", {}, query)} download>CSV</LinkButton>
      </div>
      <Show from={report} what="reports" rows={6}>{(found) => <Report report={found} />}</Show>
    </>
  );
}
