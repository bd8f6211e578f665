// @ts-check
import { measure, run } from './measure.js';
import { bareClient, inNamespace, NAMESPACE, REPOSITORY } from './namespace.js';
import { pipeline, spawnTask } from './spawn.js';

const MANY = 100;
/** Fewer for the pipeline, which is slow: each of its pods costs the same. */
const FEW = 5;

/**
 * A hundred pods to the API server, in milliseconds for one of them.
 * @param {string} folder
 */
export function spawnMany(folder) {
  return inNamespace(async () => {
    const helmed = pipeline(folder);
    const tasks = (/** @type {number} */ round) =>
      Array.from({ length: MANY }, (_, index) => `T${1000 * (round + 2) + index}`).join(',');
    const of = (/** @type {number} */ round) => [tasks(round), 'bench', REPOSITORY, '-n', NAMESPACE];
    const { items } = JSON.parse(run(spawnTask, [...of(-2), '--dry-run=server', '-o', 'json']));
    const named = (/** @type {string} */ prefix) =>
      items.map((/** @type {any} */ pod, /** @type {number} */ index) => ({
        ...pod,
        metadata: { ...pod.metadata, name: `${prefix}-${index}` },
      }));
    const bare = bareClient(folder);
    const measured = await measure(
      [
        {
          name: `helm template … | kubectl apply -f -, ${FEW} in a loop`,
          run: (round) => {
            for (let index = 0; index < FEW; index++) helmed(`helm-${round + 1}-${index}`);
          },
        },
        {
          name: `a bare keep-alive client, ${MANY} pods`,
          run: (round) => bare(named(`bare-${round + 1}`)),
        },
        { name: `spawn-task, ${MANY} tasks in one call`, run: (round) => run(spawnTask, of(round)) },
      ],
      7,
    );
    return measured.map(({ name, median, best }, index) => {
      const pods = index === 0 ? FEW : MANY;
      return { name, median: median / pods, best: best / pods };
    });
  });
}
