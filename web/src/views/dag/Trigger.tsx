// The form that starts a run: one field for each parameter, checked while one types.
import { useSignal } from "@preact/signals";
import { change, problemFrom } from "../../api/client.ts";
import type { DagStructure, JsonObject } from "../../api/schema.ts";
import { go, parameter } from "../../lib/router.ts";
import { readForm, textOf } from "../../model/params.ts";
import { useGet } from "../../state/resource.ts";
import { may } from "../../state/session.ts";
import { say } from "../../state/toasts.ts";
import { Button } from "../../ui/Button.tsx";
import { Show } from "../../ui/Notices.tsx";
import { ParamField } from "../../ui/ParamField.tsx";

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
          <ParamField key={param.name} param={param} text={texts.value[param.name] ?? ""} wrong={wrong} set={(text) => { texts.value = { ...texts.value, [param.name]: text }; }} />
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
