// Every view by its address. A view is loaded when it is first opened; `:name` parts become its props.
import type { ComponentType } from "preact";

export type ViewProps = Readonly<Record<string, string>>;
type View = { default: ComponentType<{ at: ViewProps }> };

export const ROUTES: readonly (readonly [pattern: string, load: () => Promise<View>])[] = [
  ["/", () => import("./views/now/Now.tsx")],
  ["/welcome", () => import("./views/welcome/Welcome.tsx")],
  ["/dags", () => import("./views/dags/Dags.tsx")],
  ["/dags/:dag", () => import("./views/dag/Dag.tsx")],
  ["/runs", () => import("./views/runs/Runs.tsx")],
  ["/alerts", () => import("./views/alerts/Alerts.tsx")],
  ["/alerts/:alert", () => import("./views/alerts/Alert.tsx")],
  ["/runs/:run", () => import("./views/run/Run.tsx")],
  ["/runs/:run/tasks/:task", () => import("./views/task/Task.tsx")],
];
