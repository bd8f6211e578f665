// @ts-check
import { ADMISSION } from './admission.js';
import { AGENT } from './agent.js';
import { ENVIRONMENT } from './environment.js';
import { MACHINE } from './machine.js';
import { NAMESPACE } from './namespace.js';
import { NETWORK } from './network.js';
import { OUTPUT } from './output.js';
import { POD } from './pod.js';

/** The protections, by part. @type {Readonly<Record<string, readonly import('./protection.js').Protection[]>>} */
export const PARTS = {
  'The pod': POD,
  'The namespace': NAMESPACE,
  'The network': NETWORK,
  'The API server': ADMISSION,
  'What is asked for': ENVIRONMENT,
  'The program in the pod': AGENT,
  'What leaves the pod': OUTPUT,
  "The user's machine": MACHINE,
};

export const PROTECTIONS = Object.values(PARTS).flat();

/** How often a file has the text of a protection. @param {string} source @param {string} text */
export const countOf = (source, text) => source.split(text).length - 1;
