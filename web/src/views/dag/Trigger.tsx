// The form that starts a run: one field for each parameter, checked while one types.
import { useSignal } from "@preact/signals";
import { change, problemFrom } from "../../api/client.ts";
import type { DagStructure, JsonObject, Param } from "../../api/schema.ts";
import { go, parameter } from "../../lib/router.ts";
import { fieldKind, readForm, textOf } from "../../model/params.ts";
import { useGet } from "../../state/resource.ts";
import { may } from "../../state/session.ts";
import { say } from "../../state/toasts.ts";
import { Button } from "../../ui/Button.tsx";
import { Show } from "../../ui/Notices.tsx";

function Input({ param, text, wrong, set }: { param: Param; text: string; wrong: boolean; set: (text: string) => void }) {
  const kind = fieldKind(param);
  const common = { name: param.name, "aria-invalid": wrong, "aria-describedby": `about-${param.name}` };
  if (kind === "choice" || kind === "yesno") {
    const choices = kind === "yesno" ? ["true", "false"] : param.enum.map((value) => textOf(param, value));
    return (
      <select {...common} value={text} onChange={(event) => set(event.currentTarget.value)}>
        {!choices.includes(text) && <option value="">choose …</option>}
        {choices.map((choice) => <option key={choice} value={choice}>{kind === "yesno" ? (choice === "true" ? "yes" : "no") : choice}</option>)}
      </select>
    );
  }
  if (kind === "list" || kind === "json") return <textarea {...common} spellcheck={false} value={text} onInput={(event) => set(event.currentTarget.value)} />;
  if (kind === "secret") return <input {...common} type="password" autoComplete="off" value={text} onInput={(event) => set(event.currentTarget.value)} />;
  return <input {...common} type="text" inputMode={kind === "number" ? "decimal" : "text"} spellcheck={false} autoComplete="off" value={text} onInput={(event) => set(event.currentTarget.value)} />;
}

function Form({ structure }: { structure: DagStructure }) {
  const texts = useSignal<Record<string, string>>(Object.fromEntries(structure.params.map((param) =>
    [param.name, parameter(`param.${param.name}`) || textOf(param, param.default)])));
  const tried = useSignal(false);
  const busy = useSignal(false);
  const problem = useSignal("");
  const filled = readForm(structure.params, texts.value);
  const allowed = may("operator", structure.dag);
  const send = async (): Promise<void> => {
    tried.value = true;
    if (Object.keys(filled.wrong).length > 0 || busy.value) return;
    busy.value = true;
    problem.value = "";
    try {
      // The values come from the form or from JSON.parse, so they are JSON.
      const { run } = await change("POST", "/api/v1/dags/{dag}/runs", { dag: structure.dag }, { params: filled.values as JsonObject });
      say({ kind: "done", text: `Run ${run} of ${structure.dag} has started` });
      go(`/runs/${run}`);
    } catch (error) {
      problem.value = problemFrom(error).message;
      busy.value = false;
    }
  };
  return (
    <form class="trigger" onSubmit={(event) => { event.preventDefault(); void send(); }} aria-label={`Trigger ${structure.dag}`}>
      {structure.params.length === 0 && <p class="soft">This dag has no parameters.</p>}
      {structure.params.map((param) => {
        const wrong = tried.value || texts.value[param.name] !== textOf(param, param.default) ? filled.wrong[param.name] : undefined;
        return (
          <label key={param.name} class="field">
            <span><code>{param.name}</code>{param.required && " (needed)"} <span class="faint">{param.type}</span></span>
            <Input param={param} text={texts.value[param.name] ?? ""} wrong={wrong !== undefined} set={(text) => { texts.value = { ...texts.value, [param.name]: text }; }} />
            <small id={`about-${param.name}`} class={wrong ? "wrong" : undefined}>{wrong ?? param.description ?? ""}</small>
          </label>
        );
      })}
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
      {allowed
        ? <Button type="submit" kind="primary" icon="play" disabled={busy.value}>Start a run</Button>
        : <p class="faint">Starting runs of this dag needs the role operator.</p>}
    </form>
  );
}

export function Trigger({ dag }: { dag: string }) {
  const structure = useGet("/api/v1/dags/{dag}/structure", { dag }, {}, ["dags"]);
  return <Show from={structure} what="parameters" rows={4}>{(data) => <Form key={data.version} structure={data} />}</Show>;
}
