// The whole page: sign-in when nobody is known, otherwise navigation, head, and the view of the address.
import { Component, type ComponentChildren, type ComponentType } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { problemFrom, type Problem } from "../api/client.ts";
import { match, path, steps } from "../lib/router.ts";
import { ROUTES, type ViewProps } from "../routes.ts";
import { loadSession, sessionProblem, signedIn } from "../state/session.ts";
import { Button } from "../ui/Button.tsx";
import { Loading, Notice, ProblemNotice } from "../ui/Notices.tsx";
import { LiveBanner, Head } from "./Head.tsx";
import { Nav } from "./Nav.tsx";
import { Overlays } from "./Overlays.tsx";
import { SignIn } from "./SignIn.tsx";
import { Toasts } from "./Toasts.tsx";

// A mistake in one view leaves the rest of the page in use.
class Guard extends Component<{ children: ComponentChildren }, { problem: Problem | null }> {
  override state = { problem: null };
  override componentDidCatch(error: unknown): void { this.setState({ problem: problemFrom(error) }); }
  override render() {
    if (!this.state.problem) return this.props.children;
    return <ProblemNotice problem={this.state.problem} what="this view" retry={() => this.setState({ problem: null })} />;
  }
}

type Open = { pattern: string; view: ComponentType<{ at: ViewProps }> };

function View() {
  const [open, setOpen] = useState<Open | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const main = useRef<HTMLElement>(null);
  const route = ROUTES.find(([pattern]) => match(pattern, path.value));
  useEffect(() => {
    let current = true; // a view that comes when one has gone on does not take the place of the newer one
    setProblem(null);
    route?.[1]().then(({ default: view }) => { if (current) setOpen({ pattern: route[0], view }); },
      // A new version of the server has no files of the old one; its page names the new ones.
      (error: unknown) => { if (current) setProblem(problemFrom(error)); });
    return () => { current = false; };
  }, [route?.[0]]);
  // Before it is painted: later it could take the focus from a field where somebody types already.
  useLayoutEffect(() => {
    if (steps.value === 0) return;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [steps.value]);
  const at = open && route && open.pattern === route[0] ? match(route[0], path.value) : null;
  return (
    <main id="main" ref={main} tabIndex={-1}>
      {!route && <Notice icon="search" title="There is nothing here" action={<a href="/">Go to Now</a>}>No page has the address {path.value}.</Notice>}
      {route && problem && <Notice icon="alerts" title="This part could not be loaded" action={<Button icon="retry" onClick={() => location.reload()}>Load the page anew</Button>}>{problem.message}</Notice>}
      {route && !problem && (open && at ? <Guard key={path.value}><open.view at={at} /></Guard> : <div class="page"><Loading /></div>)}
    </main>
  );
}

export function App() {
  useEffect(() => { void loadSession(); }, []);
  if (path.value === "/sign-in" || signedIn.value === "no") return <SignIn />;
  if (signedIn.value === "unknown") {
    const problem = sessionProblem.value;
    return <div class="page">{problem ? <ProblemNotice problem={problem} what="Tidemill" retry={() => void loadSession()} /> : <Loading />}</div>;
  }
  return (
    <div class="shell">
      <a class="skip" href="#main">Skip to the content</a>
      <Nav />
      <div class="column">
        <Head />
        <LiveBanner />
        <View />
      </div>
      <Overlays />
      <Toasts />
      {signedIn.value === "expired" && <SignIn again />}
    </div>
  );
}
