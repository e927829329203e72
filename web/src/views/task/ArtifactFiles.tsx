// The files of an artifact that is a folder, each as a download.
import { useGet } from "../../state/resource.ts";
import { Show } from "../../ui/Notices.tsx";

const MOST = 200;

export function ArtifactFiles({ run, task, artifact, base }: { run: string; task: string; artifact: string; base: string }) {
  const files = useGet("/api/v1/runs/{run}/tasks/{task}/artifacts/{artifact}/files", { run, task, artifact });
  return (
    <div class="files"><Show from={files} what="files" rows={2}>{(folder) => (
      <ul>{folder.files.slice(0, MOST).map((file) => (
        <li key={file.path}><a class="mono" href={`${base}${encodeURIComponent(artifact)}?file=${encodeURIComponent(file.path)}`} download>{file.path}</a></li>
      ))}{folder.files.length > MOST && <li class="faint">{folder.files.length - MOST} more</li>}</ul>
    )}</Show></div>
  );
}
