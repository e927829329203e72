// Every view by its address; `:name` parts become its props. The lists that people come in by are there
// from the beginning; another view is loaded when it is first opened.
import type { ComponentType } from "preact";
import Dags from "./views/dags/Dags.tsx";
import Now from "./views/now/Now.tsx";
import Runs from "./views/runs/Runs.tsx";

export type ViewProps = Readonly<Record<string, string>>;
type View = { default: ComponentType<{ at: ViewProps }> };

const here = (view: View["default"]) => (): Promise<View> => Promise.resolve({ default: view });
// Views of few pages each, in one file: together they are smaller, and who opens one opens the others.
const alerts = () => import("./views/alerts/views.ts");
const runs = () => import("./views/run/views.ts");
const work = () => import("./views/work.ts");

export const ROUTES: readonly (readonly [pattern: string, load: () => Promise<View>])[] = [
  ["/", here(Now)],
  ["/welcome", () => import("./views/welcome/Welcome.tsx")],
  ["/dags", here(Dags)],
  ["/dags/:dag", () => import("./views/dag/Dag.tsx")],
  ["/runs", here(Runs)],
  ["/alerts", async () => ({ default: (await alerts()).Alerts })],
  ["/alerts/:alert", async () => ({ default: (await alerts()).Alert })],
  ["/runs/:run", async () => ({ default: (await runs()).Run })],
  ["/runs/:run/tasks/:task", async () => ({ default: (await runs()).Task })],
  ["/on-call", async () => ({ default: (await work()).OnCall })],
  ["/workers", async () => ({ default: (await work()).Workers })],
  ["/approvals", async () => ({ default: (await work()).Approvals })],
  ["/audit", async () => ({ default: (await work()).Audit })],
  ["/settings/:part", async () => ({ default: (await work()).Settings })],
];
