const mebibyte = 1024 * 1024

/** What one artifact may ask of us at most. All sizes are bytes; sums are over all layers together. */
export type Limits = {
  /** Of one image manifest or index: registries need not take more either. */
  readonly manifest: number
  /** Indexes on the way to the image manifest. */
  readonly indexDepth: number
  readonly layers: number
  /** Sum of the blobs as they are sent. */
  readonly compressed: number
  /** Sum of what comes out of the decompressor, tar headers and padding included. */
  readonly extracted: number
  /** One file. */
  readonly file: number
  /** Files and folders, as tazuna has it. */
  readonly entries: number
  /** One extended header of a tar archive. */
  readonly extendedHeader: number
  /** A whole name, one component of it, and the number of components. */
  readonly path: number
  readonly component: number
  readonly depth: number
  /** One bundle, or one payload of a classic signature. */
  readonly signature: number
  /** Looked at of one list: referrers, or layers of a `.sig` tag. */
  readonly signatures: number
  readonly referrerPages: number
}

/** The one table of limits. */
export const defaultLimits: Limits = {
  manifest: 4 * mebibyte,
  indexDepth: 2,
  layers: 128,
  compressed: 256 * mebibyte,
  extracted: 1024 * mebibyte,
  file: 256 * mebibyte,
  entries: 10_000,
  extendedHeader: mebibyte,
  path: 4096,
  component: 255,
  depth: 64,
  signature: mebibyte,
  signatures: 64,
  referrerPages: 5,
}
