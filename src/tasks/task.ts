/** Who does a task: a human at their desk, or an agent in a pod. */
export type Mode = 'SYNC' | 'ASYNC';

/** A line that may not mean what its author wanted. */
export interface Warning {
  /** Counts from 1; 0 is the whole list. */
  readonly line: number;
  readonly message: string;
}

/** A task of a spec-kit `tasks.md`. */
export interface Task {
  /** As written, like `T001`. */
  readonly id: string;
  /** Who does it. Null if its line has no marker, or both. */
  readonly mode: Mode | null;
  readonly done: boolean;
  /** Whether it is skipped: its box is `[-]`, or its whole line is struck through. */
  readonly setAside: boolean;
  /** Marked `[P]`. */
  readonly parallel: boolean;
  /** Counts the phase headings from 1; 0 before the first. */
  readonly phase: number;
  /** The story in its label, like `US1` or `US1+US2`. */
  readonly story: string | null;
  /** The labels in brackets after the id, as written and in order. */
  readonly labels: readonly string[];
  /** The line after id and markers. */
  readonly description: string;
  /** Paths that the task names, as written. */
  readonly files: readonly string[];
  /** Ids of tasks of the list on which it depends. */
  readonly dependsOn: readonly string[];
  /** The task as written: its line and what is indented below it. */
  readonly text: string;
  /** Counts from 1. */
  readonly line: number;
}

/** A heading that groups tasks. */
export interface Phase {
  readonly title: string;
  readonly line: number;
}

/** A whole `tasks.md`. */
export interface TaskList {
  readonly tasks: readonly Task[];
  /** Phase 1 is the first. */
  readonly phases: readonly Phase[];
  readonly warnings: readonly Warning[];
}
