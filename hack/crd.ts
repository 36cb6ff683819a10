import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The part of a structural schema that crds/statusprobes.yaml uses. */
export interface StructuralSchema {
  readonly title?: string;
  readonly description: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly required?: readonly string[];
  readonly items?: StructuralSchema;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

export interface PrinterColumn {
  readonly name: string;
  readonly description: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

export interface CustomResourceDefinition {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly shortNames: readonly string[];
    };
    readonly versions: readonly [
      {
        readonly name: string;
        readonly schema: { readonly openAPIV3Schema: StructuralSchema };
        readonly additionalPrinterColumns: readonly PrinterColumn[];
        readonly selectableFields: readonly { readonly jsonPath: string }[];
      },
    ];
  };
}

export const ROOT = new URL('../', import.meta.url);

export function statusProbeCRD(): CustomResourceDefinition {
  return parse(readFileSync(new URL('crds/statusprobes.yaml', ROOT), 'utf8'));
}
