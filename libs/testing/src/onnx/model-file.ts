/** A file of a published model. */
export interface ModelFile {
  /** As the published exports call it. */
  readonly name: string;
  readonly content: Uint8Array | string;
}
