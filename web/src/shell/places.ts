// The places of the navigation, and the letters that lead there after `g`.
import type { IconName } from "../ui/icons.tsx";

export interface Place { name: string; href: string; icon: IconName; letter: string; phone?: boolean }

export const PLACES: readonly Place[] = [
  { name: "Now", href: "/", icon: "now", letter: "h", phone: true },
  { name: "DAGs", href: "/dags", icon: "dags", letter: "d", phone: true },
  { name: "Runs", href: "/runs", icon: "runs", letter: "r", phone: true },
  { name: "Alerts", href: "/alerts", icon: "alerts", letter: "a", phone: true },
  { name: "On call", href: "/on-call", icon: "oncall", letter: "o" },
  { name: "Workers", href: "/workers", icon: "workers", letter: "w" },
  { name: "Approvals", href: "/approvals", icon: "approvals", letter: "p" },
  { name: "Audit", href: "/audit", icon: "audit", letter: "u" },
  { name: "Settings", href: "/settings/account", icon: "settings", letter: "s" },
];

const first = (path: string): string => path.split("/")[1] ?? "";
export const isCurrent = (place: Place, path: string): boolean => first(place.href) === first(path);
