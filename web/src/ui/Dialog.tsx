// A dialog over the page. The browser's own <dialog> keeps the focus inside and gives it back.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { problemFrom, type Problem } from "../api/client.ts";
import { useKeys } from "../lib/keys.ts";
import { Button } from "./Button.tsx";

export function Dialog({ title, onClose, children, narrow = false }: { title: string; onClose: () => void; children: ComponentChildren; narrow?: boolean }) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => { element.current?.showModal(); }, []);
  useKeys(title, [{ keys: "Escape", does: "close", run: onClose, inFields: true }], true, true);
  return (
    <dialog ref={element} class={narrow ? "dialog narrow" : "dialog"} aria-label={title}
      onCancel={(event) => { event.preventDefault(); onClose(); }}
      onClick={(event) => { if (event.target === element.current) onClose(); }}>
      <div class="dialog-body">
        <header class="dialog-head"><h2>{title}</h2><Button icon="close" kind="quiet" title="Close" onClick={onClose} /></header>
        {children}
      </div>
    </dialog>
  );
}

// Asks before something that cannot be undone, with what will happen (`children`), and a reason when
// the server keeps one. Stays open, with the server's words, when it is refused.
export function Confirm({ title, verb, danger = false, withReason = false, onClose, onConfirm, children, ready = true }: {
  title: string; verb: string; danger?: boolean; withReason?: boolean; ready?: boolean; onClose: () => void;
  onConfirm: (reason: string) => Promise<unknown>; children: ComponentChildren }) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const open = useRef(true); // who has closed it meanwhile may have opened another
  useEffect(() => () => { open.current = false; }, []);
  const send = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await onConfirm(reason.trim());
      if (open.current) onClose();
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <div class="consequences">{children}</div>
        {withReason && <label class="field"><span>Reason</span><input value={reason} maxLength={500} placeholder="for the audit log" onInput={(event) => setReason(event.currentTarget.value)} /></label>}
        {problem && <p class="problem" role="alert">{problem.message}</p>}
        <div class="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind={danger ? "danger" : "primary"} disabled={busy || !ready}>{verb}</Button>
        </div>
      </form>
    </Dialog>
  );
}
