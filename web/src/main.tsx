import { render } from "preact";
import "@preact/signals";
import "./styles/all.css";
import { startKeys } from "./lib/keys.ts";
import { startRouter } from "./lib/router.ts";
import { App } from "./shell/App.tsx";
import { startClock } from "./state/clock.ts";
import { startLive } from "./state/live.ts";
import { startTheme } from "./state/settings.ts";

startTheme();
startRouter();
startKeys();
startClock();
startLive();
const root = document.getElementById("app");
if (root) render(<App />, root);
