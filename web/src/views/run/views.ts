// The pages of a run and of a task: who opens one opens the other.
export { default as Task } from "../task/Task.tsx";
export { default as Run } from "./Run.tsx";
