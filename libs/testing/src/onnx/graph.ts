import { attributeType, dataType, ModelProto } from './schema.js';

/** The type of a tensor's elements. */
export type ElementType = keyof typeof dataType;

/** The sizes of a tensor's dimensions; a name stands for a size known only when the model runs. */
export type Shape = readonly (number | string)[];

/** An operator's attribute: a number is an integer, unless it is wrapped as `{ float }`. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** The name of a tensor within a graph. */
export type Value = string;

/** Versions that every onnxruntime since 1.10 reads: IR 8, operator set 17. */
const irVersion = 8;
const operatorSet = 17;

/** An ONNX graph under construction. Methods return the name of the tensor they add. */
export class Graph {
  readonly #nodes: object[] = [];
  readonly #constants: object[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: object[] = [];
  #count = 0;

  /** Adds an input of the model. Callers go by the order of inputs more often than by their names. */
  input(name: string, type: ElementType, shape: Shape): Value {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** Makes a tensor an output of the model. */
  output(name: string, value: Value, type: ElementType, shape: Shape): void {
    this.#nodes.push({ op_type: 'Identity', input: [value], output: [name], name: `output_${name}` });
    this.#outputs.push(valueInfo(name, type, shape));
  }

  /** Adds a constant; `data` in row-major order. */
  constant(type: ElementType, data: readonly number[], shape: readonly number[] = [data.length]): Value {
    const name = this.#name('constant');
    this.#constants.push({ name, dims: shape, data_type: dataType[type], raw_data: rawData(type, data) });
    return name;
  }

  /** Applies an operator that has one output (docs/Operators.md in github.com/onnx/onnx). */
  apply(operator: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    const name = this.#name(operator);
    const attribute = Object.entries(attributes).map(([key, value]) => ({ name: key, ...attributeValue(value) }));
    this.#nodes.push({ op_type: operator, input: inputs, output: [name], name, attribute });
    return name;
  }

  /** The bytes of the .onnx file. `metadata` is what sherpa-onnx configures itself by. */
  encode(metadata: Readonly<Record<string, string | number>> = {}): Uint8Array {
    const model = {
      ir_version: irVersion,
      producer_name: 'whisper-bot',
      opset_import: [{ domain: '', version: operatorSet }],
      metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value: String(value) })),
      graph: {
        name: 'recognizer',
        node: this.#nodes,
        initializer: this.#constants,
        input: this.#inputs,
        output: this.#outputs,
      },
    };
    return ModelProto.encode(ModelProto.fromObject(model)).finish();
  }

  #name(kind: string): Value {
    this.#count += 1;
    return `${kind}_${this.#count}`;
  }
}

function valueInfo(name: string, type: ElementType, shape: Shape): object {
  const dim = shape.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return { name, type: { tensor_type: { elem_type: dataType[type], shape: { dim } } } };
}

function attributeValue(value: Attribute): object {
  if (typeof value === 'number') return { type: attributeType.int, i: value };
  if (typeof value === 'string') return { type: attributeType.string, s: Buffer.from(value) };
  if ('float' in value) return { type: attributeType.float, f: value.float };
  return { type: attributeType.ints, ints: value };
}

function rawData(type: ElementType, data: readonly number[]): Uint8Array {
  switch (type) {
    case 'float':
      return new Uint8Array(Float32Array.from(data).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.from(data).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.from(data, BigInt).buffer);
    case 'bool':
      return Uint8Array.from(data);
  }
}
