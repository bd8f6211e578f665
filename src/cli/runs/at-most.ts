/**
 * Works on all items, so many at the same time. After an error no further item is begun. The error is thrown when all
 * begun items have ended.
 */
export async function atMost<T>(count: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const errors: unknown[] = [];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined && errors.length === 0; item = left.shift()) {
      await work(item).catch((error) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
}
