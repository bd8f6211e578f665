import { Refusal } from './model-refusal.js';

/** Names of query parameters for a key. */
const KEYS = /^(?:key|(?:api|subscription|access)[-_]?key|(?:access[-_]?|auth[-_]?)?token|authorization)$/i;

/** A query that may pass. */
export interface Query {
  /** Whether it has the door's key in `key=`. */
  readonly hasKey: boolean;
  /**
   * The query with its question mark, and with the real key instead of the door's. Without a real key, the parameter is
   * removed.
   */
  readonly with: (realKey: string) => string;
}

/**
 * Checks a query.
 * @param text the part after the question mark
 * @throws Refusal for the door's key in any other place, and for any other key
 */
export function readQuery(text: string, doorKey: string): Query {
  const parameters = text.split('&').filter((parameter) => parameter !== '');
  const isKey = (parameter: string) => parameter === `key=${doorKey}`;
  for (const parameter of parameters) if (!isKey(parameter)) check(parameter, doorKey);
  return {
    hasKey: parameters.some(isKey),
    with: (realKey) => {
      const others = parameters.filter((parameter) => realKey !== '' || !isKey(parameter));
      const query = others.map((one) => (isKey(one) ? `key=${encodeURIComponent(realKey)}` : one)).join('&');
      return query && `?${query}`;
    },
  };
}

function check(parameter: string, doorKey: string): void {
  const [name = '', value = ''] = plainText(parameter).split(/=([\s\S]*)/);
  if (KEYS.test(name) || name.includes(doorKey) || value.includes(doorKey)) {
    throw new Refusal(
      403,
      `the query's parameter ${JSON.stringify(name.slice(0, 40))} may not hold a key; use a header`,
    );
  }
}

function plainText(parameter: string): string {
  try {
    return decodeURIComponent(parameter.replaceAll('+', ' '));
  } catch {
    throw new Refusal(403, 'the query has an escape that stands for no text');
  }
}
