import { z } from 'zod';
import { amounts } from './fields.js';

/** An image: its name, and when the node pulls it. */
export const image = (repository: string, meaning: string) =>
  z
    .strictObject({
      repository: z
        .string()
        .regex(
          /^([a-z0-9][a-z0-9._-]*(:\d+)?\/)?[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/,
          'is not the name of an image without tag',
        )
        .default(repository)
        .describe(meaning),
      tag: z
        .string()
        .max(128, 'is longer than 128 characters')
        .regex(/^\w[\w.-]*$/, 'is not a tag')
        .default('0.1.0')
        .describe('Tag of the image. Not used if a digest is given.'),
      digest: z
        .string()
        .regex(/^(sha256:[0-9a-f]{64})?$/, 'is not sha256: and 64 hex digits')
        .default('')
        .describe('Digest of the image.'),
      requireDigest: z.boolean().default(false).describe('Refuse a run whose image is not named by its digest.'),
      pullPolicy: z
        .enum(['Always', 'IfNotPresent', 'Never'])
        .default('IfNotPresent')
        .describe('When the node pulls the image.'),
    })
    .prefault({});

/** The program that holds the credentials of a run and drives its agent. */
export const runner = z
  .strictObject({
    image: image(
      'agentic-sdlc/agent-runner',
      'Image of the program that holds the credentials and drives the agent, without tag. Build and push it ' +
        'yourself, and give its name with the registry. The default name does not belong to this project.',
    ),
    resources: z
      .strictObject({ requests: amounts('100m', '256Mi', '1Gi'), limits: amounts('1', '1Gi', '10Gi') })
      .prefault({})
      .describe(
        'Resources that this program is given, and the most that it may use. For the agent, see pod.resources.',
      ),
  })
  .prefault({});
