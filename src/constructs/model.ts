import type { ApiObject } from 'cdk8s';

/** What `@kubernetes-models` makes of a CRD: a check against its schema. */
type Model = new (data: never) => { validate(): void };

/** Holds an object against the schema of its CRD at synth, with the labels and patches that it has by then. */
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
