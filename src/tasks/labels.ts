import type { Mode } from './task.js';

/** Text in brackets that is not a link. */
const BRACKETED = /\s*\[([^\]]*)\](?!\()/y;
/**
 * `` `[P]` ``, `**[P] [ASYNC]**`, `(ASYNC)`: these count only if they contain nothing but markers; otherwise they may
 * be a sentence.
 */
const DRESSED = /\s*(?:([`*_]{1,3})(\[[^`*_\n]{0,80}\])\1|\(([A-Z0-9,;&+ ]{1,80})\))(?!\()/y;
const MARKER = /^(?:P|A?SYNC|US\d+[a-z]?)$/i;
const STORY = /^(?:story\s*:\s*)?(us\d+[a-z]?(?:\s*[+,&/]\s*us\d+[a-z]?)*)$/i;

/** The labels at the beginning of a text, as written, and the rest of the text. */
export function takeLabels(text: string): { labels: string[]; rest: string } {
  const labels: string[] = [];
  for (let end = 0; ; ) {
    BRACKETED.lastIndex = end;
    DRESSED.lastIndex = end;
    const bracketed = BRACKETED.exec(text)?.[1];
    const [, , code, round] = (bracketed === undefined && DRESSED.exec(text)) || [];
    const found = bracketed === undefined ? markersOf(code ?? round ?? '') : [bracketed.trim()];
    if (!found) return { labels, rest: text.slice(end).trim() };
    labels.push(...found);
    end = bracketed === undefined ? DRESSED.lastIndex : BRACKETED.lastIndex;
  }
}

/** The mode of a task from its labels. Null if they have no marker, or both. */
export function modeOf(labels: readonly string[]): Mode | null {
  if (saysBoth(labels)) return null;
  const markers = allMarkers(labels);
  return markers.has('ASYNC') ? 'ASYNC' : markers.has('SYNC') ? 'SYNC' : null;
}

/** Whether labels have both SYNC and ASYNC, or still the template's choice `[SYNC/ASYNC]`. */
export function saysBoth(labels: readonly string[]): boolean {
  const words = new Set(labels.flatMap((label) => label.toUpperCase().split(/[/|,;&+[\]\s]+/)));
  return words.has('SYNC') && words.has('ASYNC');
}

/** Whether a task is marked `[P]`. */
export const isParallel = (labels: readonly string[]): boolean => allMarkers(labels).has('P');

/** The stories of labels like `[US1]`, `[US1+US2]`, `[US1][US2]`, `[Story: US1]` and `[P, US1]`. */
export function storyOf(labels: readonly string[]): string | null {
  const stories = labels.flatMap(
    (label) => STORY.exec(label)?.[1] ?? (markersOf(label) ?? []).filter((marker) => /^us/i.test(marker)),
  );
  return stories.length > 0 ? stories.join('+').replace(/us/gi, 'US') : null;
}

/** The markers of a label like `P` or `P, ASYNC`. Undefined for a label with anything else. */
function markersOf(label: string): string[] | undefined {
  const words = label.split(/[,;&+[\]\s]+/).filter((word) => word !== '');
  return words.length > 0 && words.every((word) => MARKER.test(word)) ? words : undefined;
}

function allMarkers(labels: readonly string[]): Set<string> {
  return new Set(labels.flatMap((label) => markersOf(label) ?? []).map((marker) => marker.toUpperCase()));
}
