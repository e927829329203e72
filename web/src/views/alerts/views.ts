// The inbox and the page of an alert: who opens one opens the other.
export { default as Alert } from "./Alert.tsx";
export { default as Alerts } from "./Alerts.tsx";
