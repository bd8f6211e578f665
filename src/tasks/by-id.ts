/** Tasks by id. If several have the same id, the first one counts. */
export const byId = <T extends { readonly id: string }>(tasks: readonly T[]): ReadonlyMap<string, T> =>
  new Map([...tasks].reverse().map((task) => [task.id, task]));
