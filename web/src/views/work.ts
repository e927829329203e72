// The views that are loaded together.
export { default as Approvals } from "./approvals/Approvals.tsx";
export { default as Audit } from "./audit/Audit.tsx";
export { default as OnCall } from "./on_call/OnCall.tsx";
export { default as Settings } from "./settings/Settings.tsx";
export { default as Workers } from "./workers/Workers.tsx";
