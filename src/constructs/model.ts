import type { ApiObject } from 'cdk8s';

/** A class that `@kubernetes-models` generates from a CRD. It checks an object against the schema. */
type Model = new (data: never) => { validate(): void };

/** Checks an object against the schema of its CRD at synth, when the object has all its labels and patches. */
export function validateModel(object: ApiObject, model: Model): void {
  object.node.addValidation({
    validate: () => {
      try {
        new model(object.toJson() as never).validate();
        return [];
      } catch (error) {
        return [`${object.kind} ${object.name}: ${(error as Error).message}`];
      }
    },
  });
}
