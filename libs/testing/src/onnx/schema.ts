import protobuf from 'protobufjs';

/**
 * What is used here of ONNX's file format. Names and field numbers are those of onnx/onnx.proto3 in github.com/onnx/onnx; fields that are
 * absent here are optional there. Values of tensors are always written as `raw_data` (little-endian).
 */
const schema = `
  syntax = "proto3";
  package onnx;

  message ModelProto {
    int64 ir_version = 1;
    string producer_name = 2;
    GraphProto graph = 7;
    repeated OperatorSetIdProto opset_import = 8;
    repeated StringStringEntryProto metadata_props = 14;
  }
  message OperatorSetIdProto { string domain = 1; int64 version = 2; }
  message StringStringEntryProto { string key = 1; string value = 2; }

  message GraphProto {
    repeated NodeProto node = 1;
    string name = 2;
    repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11;
    repeated ValueInfoProto output = 12;
  }
  message NodeProto {
    repeated string input = 1;
    repeated string output = 2;
    string name = 3;
    string op_type = 4;
    repeated AttributeProto attribute = 5;
  }
  message AttributeProto {
    string name = 1;
    float f = 2;
    int64 i = 3;
    bytes s = 4;
    repeated int64 ints = 8;
    int32 type = 20;
  }
  message TensorProto {
    repeated int64 dims = 1;
    int32 data_type = 2;
    string name = 8;
    bytes raw_data = 9;
  }

  message ValueInfoProto { string name = 1; TypeProto type = 2; }
  message TypeProto {
    message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
    oneof value { Tensor tensor_type = 1; }
  }
  message TensorShapeProto {
    message Dimension {
      oneof value { int64 dim_value = 1; string dim_param = 2; }
    }
    repeated Dimension dim = 1;
  }
`;

/** The message that an .onnx file consists of. */
export const ModelProto = protobuf.parse(schema, { keepCase: true }).root.lookupType('onnx.ModelProto');

/** `TensorProto.DataType`. */
export const dataType = { float: 1, int32: 6, int64: 7, bool: 9 } as const;

/** `AttributeProto.AttributeType`. */
export const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;
