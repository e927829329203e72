// Signing in: by the link that `tidemill up` prints (its token is behind the #, which no server or
// log ever sees), or by name and password. Over the page when a session ended, so nothing typed is lost.
import { useEffect, useState } from "preact/hooks";
import { problemFrom } from "../api/client.ts";
import { go, path } from "../lib/router.ts";
import { signedIn, signIn, signInByLink } from "../state/session.ts";
import { Button } from "../ui/Button.tsx";
import { Logo } from "./Nav.tsx";

// Where somebody was going. After a link, the first page says what can be done.
function leave(first: boolean): void {
  if (path.value === "/sign-in") go(first ? "/welcome" : "/", "replace");
}

function takeToken(): string {
  const token = path.value === "/sign-in" ? location.hash.slice(1) : "";
  // It works once, but need not stand in the history either.
  if (token) history.replaceState(null, "", "/sign-in");
  return token;
}

export function SignIn({ again = false }: { again?: boolean }) {
  const [token] = useState(takeToken);
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(token !== "");
  const [trouble, setTrouble] = useState("");
  const enter = async (how: Promise<void>, first: boolean): Promise<void> => {
    setBusy(true);
    setTrouble("");
    try {
      await how;
      if (signedIn.value === "yes") leave(first);
    } catch (error) {
      setTrouble(problemFrom(error).message);
    }
    setBusy(false);
  };
  useEffect(() => { if (token) void enter(signInByLink(token), true); }, []);
  return (
    <div class={again ? "sign-in over" : "sign-in"}>
      <form class="card" onSubmit={(event) => { event.preventDefault(); void enter(signIn(user, password), false); }} aria-label="Sign in">
        <h1><Logo />Tidemill</h1>
        <p class="faint">{again ? "Your session has ended. Sign in to go on where you were." : "Sign in to see runs, alerts and what to do about them."}</p>
        <label class="field"><span>Name</span><input name="user" autoComplete="username" autoCapitalize="none" spellcheck={false} required value={user} onInput={(event) => setUser(event.currentTarget.value)} /></label>
        <label class="field"><span>Password</span><input name="password" type="password" autoComplete="current-password" required value={password} onInput={(event) => setPassword(event.currentTarget.value)} /></label>
        {trouble && <p class="problem" role="alert">{trouble}</p>}
        <Button type="submit" kind="primary" disabled={busy}>{busy ? "Signing in …" : "Sign in"}</Button>
        <p class="faint hint">No password yet? An administrator can make you a link that signs you in once.</p>
      </form>
    </div>
  );
}
