// The report on alerts in figures that can be read at a glance. Pure.
import type { AlertReport } from "../api/schema.ts";
import { durationText } from "./times.ts";

const HOUR = 3_600_000, DAY = 24 * HOUR;
export const PERIODS = [{ value: "", name: "4 weeks", days: 28 }, { value: "7", name: "A week", days: 7 }, { value: "91", name: "A quarter", days: 91 }] as const;

// From when a report is asked for: full hours, so that a page that is opened twice asks the same.
export function reportFrom(period: string, now: number): string {
  const days = PERIODS.find((one) => one.value === period)?.days ?? PERIODS[0].days;
  return new Date(Math.floor(now / HOUR) * HOUR - days * DAY).toISOString();
}

export const shareText = (part: number, whole: number): string => (whole > 0 ? `${Math.round((100 * part) / whole)} %` : "–");
const meanText = (seconds: number | null): string => (seconds === null ? "–" : durationText(Math.round(seconds) * 1000));

export interface Figure { name: string; value: string; about: string }

export function figuresOf(report: AlertReport): Figure[] {
  const pages = report.pages.reduce((sum, person) => sum + person.pages, 0);
  const late = report.pages.reduce((sum, person) => sum + person.out_of_hours, 0);
  return [
    { name: "Alerts", value: String(report.episodes), about: `${report.resolved} over, ${report.flapping} flapped` },
    { name: "Until acknowledged", value: meanText(report.mean_to_acknowledge_s), about: `mean of ${report.acknowledged} (MTTA)` },
    { name: "Until over", value: meanText(report.mean_to_resolve_s), about: `mean of ${report.resolved} (MTTR)` },
    { name: "Ended by themselves", value: shareText(report.resolved_alone, report.resolved), about: "before anybody took them" },
    { name: "Out of hours", value: shareText(report.out_of_hours, report.episodes), about: "of alerts, not Monday to Friday 9 to 18" },
    { name: "Pages", value: String(pages), about: `${shareText(late, pages)} out of hours` },
  ];
}
