// One question: what is asked, a typed form, yes or no with a comment, and what waits for the answer.
import { useState } from "preact/hooks";
import { change, problemFrom, type Problem } from "../../api/client.ts";
import type { Approval, JsonObject } from "../../api/schema.ts";
import { downstreamOf, fieldOf } from "../../model/approvals.ts";
import { readForm, textOf } from "../../model/params.ts";
import { plainText } from "../../model/plain.ts";
import { plural } from "../../model/words.ts";
import { useGet } from "../../state/resource.ts";
import { say } from "../../state/toasts.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { ParamField } from "../../ui/ParamField.tsx";
import { Time } from "../../ui/Time.tsx";

const MOST = 6;

function Waits({ approval }: { approval: Approval }) {
  const structure = useGet("/api/v1/dags/{dag}/structure", { dag: approval.dag }, { run: approval.run });
  if (!structure.data) return <p class="soft waits-on" />;
  const after = downstreamOf(approval.task, structure.data.tasks);
  if (after.length === 0) return <p class="soft waits-on">Nothing in this run waits for it.</p>;
  return (
    <p class="soft waits-on">{plural(after.length, "task")} {after.length === 1 ? "waits" : "wait"} for it: {after.slice(0, MOST).map((task) => <code class="tagged" key={task}>{task}</code>)}
      {after.length > MOST && ` and ${after.length - MOST} more`}</p>
  );
}

function GivesUp({ approval }: { approval: Approval }) {
  if (!approval.gives_up_at) return null;
  return <span class="gives-up"><Icon name="clock" />{approval.default === "approve" ? "approved" : "rejected"} by itself <Time at={approval.gives_up_at} relative /></span>;
}

function Form({ approval, onAnswered }: { approval: Approval; onAnswered: () => void }) {
  const fields = approval.form.map(fieldOf);
  const [texts, setTexts] = useState<Record<string, string>>(() => Object.fromEntries(fields.map((field) => [field.name, textOf(field, field.default)])));
  const [comment, setComment] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const filled = readForm(fields, texts);
  const at = { run: approval.run, task: approval.task };
  const said = comment.trim() ? { comment: comment.trim() } : {};
  const send = async (answer: "approved" | "rejected"): Promise<void> => {
    setTried(answer === "approved");
    if (busy || (answer === "approved" && Object.keys(filled.wrong).length > 0)) return;
    setBusy(true);
    setProblem(null);
    try {
      // The values come out of the form or of JSON.parse, so they are JSON.
      if (answer === "approved") await change("POST", "/api/v1/runs/{run}/tasks/{task}/approve", at, { fields: filled.values as JsonObject, ...said });
      else await change("POST", "/api/v1/runs/{run}/tasks/{task}/reject", at, said);
      say({ kind: "done", text: `${approval.task} of run ${approval.run} is ${answer}` });
    } catch (error) {
      const refusal = problemFrom(error);
      setBusy(false);
      setProblem(refusal);
      // A question that somebody else has answered goes away, and with it what stands beside it.
      if (refusal.status !== 400) say({ kind: "failed", text: `${approval.task} of run ${approval.run} was not ${answer}`, detail: refusal.message });
    }
    onAnswered();
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send("approved"); }} aria-label={`Answer ${approval.task} of run ${approval.run}`}>
      <div class="question-fields">
        {fields.map((field) => <ParamField key={field.name} param={field} text={texts[field.name] ?? ""} set={(text) => setTexts({ ...texts, [field.name]: text })}
          wrong={tried || texts[field.name] !== textOf(field, field.default) ? filled.wrong[field.name] : undefined} />)}
        <label class="field"><span>Comment</span><input value={comment} maxLength={250} onInput={(event) => setComment(event.currentTarget.value)} /><small>Tasks after it can read it.</small></label>
      </div>
      {problem && <p class="problem" role="alert">{problem.message}</p>}
      <div class="row">
        <Button type="submit" kind="primary" icon="check" disabled={busy}>Approve</Button>
        <Button icon="close" disabled={busy} onClick={() => void send("rejected")}>Reject</Button>
      </div>
    </form>
  );
}

export function Question({ approval, onAnswered }: { approval: Approval; onAnswered: () => void }) {
  return (
    <li class="card question">
      <p class="prompt">{plainText(approval.prompt)}</p>
      <p class="soft question-facts">
        <a href={`/runs/${approval.run}/tasks/${encodeURIComponent(approval.task)}`}>{approval.task} of {approval.dag} #{approval.run}</a>
        <span>asked <Time at={approval.since} relative /></span><GivesUp approval={approval} />
      </p>
      <Waits approval={approval} />
      {approval.may_answer ? <Form approval={approval} onAnswered={onAnswered} />
        : <p class="faint">An answer takes the role {approval.role} for {approval.dag}.</p>}
    </li>
  );
}
