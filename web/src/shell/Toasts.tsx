import { dismiss, toasts } from "../state/toasts.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/icons.tsx";

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={`toast ${toast.kind}`}>
          <Icon name={toast.kind === "done" ? "check" : "alerts"} />
          <div class="text"><b>{toast.text}</b>{toast.detail && <span>{toast.detail}</span>}</div>
          {toast.undo && <Button kind="quiet" onClick={() => { dismiss(toast.id); toast.undo?.(); }}>Undo</Button>}
          <Button icon="close" kind="quiet" title="Close" onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
