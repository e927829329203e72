// Who one is, what one may do, and a new password.
import { useState } from "preact/hooks";
import { change, problemFrom, type Problem } from "../../api/client.ts";
import { grantsOf } from "../../model/people.ts";
import { session } from "../../state/session.ts";
import { theme, zone } from "../../state/settings.ts";
import { say } from "../../state/toasts.ts";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/Fields.tsx";
import { Section } from "../../ui/Page.tsx";

function Password() {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const differ = again !== "" && again !== password;
  const send = async (): Promise<void> => {
    if (!password || again !== password) return;
    setProblem(null);
    try {
      await change("PUT", "/api/v1/session/password", {}, { current, password });
      setCurrent(""); setPassword(""); setAgain("");
      say({ kind: "done", text: "Your password is changed" });
    } catch (error) {
      setProblem(problemFrom(error));
    }
  };
  return (
    <form class="narrow-form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <TextField label="Current password" type="password" value={current} set={setCurrent} auto="current-password" />
      <TextField label="New password" type="password" value={password} set={setPassword} auto="new-password" needed />
      <TextField label="New password again" type="password" value={again} set={setAgain} auto="new-password" needed {...(differ ? { hint: "These differ." } : {})} />
      {problem && <p class="problem" role="alert">{problem.message}</p>}
      <Button type="submit" kind="primary" disabled={differ}>Change the password</Button>
    </form>
  );
}

const THEMES = ["system", "light", "dark"] as const;

export function Account() {
  const who = session.value;
  if (!who) return null;
  const grants = grantsOf(who.grants);
  return (
    <>
      <Section title="You">
        <dl class="facts">
          <dt>Name</dt><dd>{who.user}</dd><dt>Role</dt><dd>{who.role}</dd>
          {grants.length > 0 && <><dt>Grants</dt><dd>{grants.map((grant) => <span class="tagged" key={grant.dag}>{grant.dag}: {grant.role}</span>)}</dd></>}
        </dl>
      </Section>
      <Section title="This browser">
        <dl class="facts choices">
          <dt>Theme</dt><dd><span class="segments">{THEMES.map((name) => <Button key={name} kind="quiet" pressed={theme.value === name} onClick={() => { theme.value = name; }}>{name === "system" ? "As the system" : name === "light" ? "Light" : "Dark"}</Button>)}</span></dd>
          <dt>Times</dt><dd><span class="segments">{(["local", "utc"] as const).map((name) => <Button key={name} kind="quiet" pressed={zone.value === name} onClick={() => { zone.value = name; }}>{name === "utc" ? "UTC" : "Local"}</Button>)}</span></dd>
        </dl>
      </Section>
      <Section title="Password"><Password /></Section>
    </>
  );
}
