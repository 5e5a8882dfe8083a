import { existsSync } from 'node:fs';

/** Whether oneDNN can be compiled against: our own engine for words needs it. */
export const hasOneDnn = () => existsSync('/usr/include/dnnl.hpp') || existsSync('/usr/include/oneapi/dnnl/dnnl.hpp');

/** Whether the classes that read networks can be compiled against: our own detector and diarizer need them. */
export const hasProtobuf = () => existsSync('/usr/include/google/protobuf/message_lite.h');
