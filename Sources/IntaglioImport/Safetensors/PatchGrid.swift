/// How many patches there are along height and width, and which tokens the position embedding covers.
struct PatchGrid {
  let rows: Int
  let columns: Int
  /// How many of the tokens in front of the patches have positions.
  let embeddedPrefix: Int
  /// Rows and columns of the positions in the file.
  let stored: [Int]

  /// - Parameters:
  ///   - tensors: the checkpoint.
  ///   - names: what its tensors are called.
  ///   - patch: the shape of the patch embedding's weight.
  ///   - imageSize: height and width, where stated.
  ///   - prefix: the tokens in front of the patches.
  ///   - isResampled: whether positions may be those of another, square grid.
  /// - Throws: `ImportError` when the positions do not fit the image.
  init(
    _ tensors: CheckpointTensors,
    _ names: ViTNames,
    patch: [Int],
    imageSize: [Int]?,
    prefix: [ViTGeometry.PrefixToken],
    isResampled: Bool
  ) throws(ImportError) {
    let (width, patch) = (patch[0], Array(patch[2...]))
    let counts = prefix.map(\.count)
    // Positions cover no token before the patches, the first kind of them, or all.
    let offsets = [counts.reduce(0, +), counts.first ?? 0, 0]
    guard let name = names.positions else {
      embeddedPrefix = 0
      (rows, columns) = try Self.relative(tensors, names, patch, imageSize)
      stored = [rows, columns]
      return
    }
    let positions = try tensors.tokenCount(name, width: width, isFlat: names.areTokensFlat)
    func mismatch(_ expected: String) -> ImportError {
      tensors.mismatch(name, expected: expected, found: "\(positions)")
    }
    if let imageSize {
      guard zip(imageSize, patch).allSatisfy({ $0 % $1 == 0 }) else {
        throw mismatch("an image of \(imageSize) pixels that patches of \(patch) fill")
      }
      (rows, columns) = (imageSize[0] / patch[0], imageSize[1] / patch[1])
      let (patches, overflow) = rows.multipliedReportingOverflow(by: columns)
      // Models whose positions are resampled have one for the class token, and none for registers.
      let first = counts.first ?? 0
      if isResampled, !overflow, patches > 0, let side = Self.squareRoot(positions - first) {
        embeddedPrefix = first
        stored = [side, side]
        return
      }
      guard !overflow, let offset = offsets.first(where: { positions - $0 == patches }) else {
        throw mismatch(
          "\(rows)×\(columns) positions (image \(imageSize), patch \(patch))"
            + (offsets[0] > 0 ? " and up to \(offsets[0]) more" : "")
        )
      }
      embeddedPrefix = offset
      stored = [rows, columns]
      return
    }
    guard let offset = offsets.first(where: { Self.squareRoot(positions - $0) != nil }),
      let side = Self.squareRoot(positions - offset)
    else {
      throw mismatch(
        "a square number of positions, with or without \(offsets[0]) more"
          + " (or \"img_size\": [height, width] in the configuration)"
      )
    }
    (rows, columns) = (side, side)
    stored = [side, side]
    embeddedPrefix = offset
  }

  /// Of a model whose positions are relative: stated, or told by a table of (2·rows − 1)·(2·columns − 1)
  /// positions and three for the class token.
  private static func relative(
    _ tensors: CheckpointTensors,
    _ names: ViTNames,
    _ patch: [Int],
    _ imageSize: [Int]?
  ) throws(ImportError) -> (Int, Int) {
    let table = names.sharedBias ?? names.block.bias.map { names.prefix(of: 0) + $0 }
    if let imageSize {
      guard zip(imageSize, patch).allSatisfy({ $0 % $1 == 0 }) else {
        throw tensors.mismatch(
          names.patches + ".weight",
          expected: "patches that fill an image of \(imageSize) pixels",
          found: "\(patch)"
        )
      }
      return (imageSize[0] / patch[0], imageSize[1] / patch[1])
    }
    if let table {
      let count = try tensors.shape(table, rank: 2)[0]
      if let side = squareRoot(count - 3), side % 2 == 1 { return ((side + 1) / 2, (side + 1) / 2) }
    }
    throw .missingSetting(
      file: tensors.source.path,
      meaning: "the size of its images",
      key: "img_size",
      example: "224",
      place: "its configuration"
    )
  }

  /// The whole root of a square from 1 on.
  private static func squareRoot(_ number: Int) -> Int? {
    guard number > 0 else { return nil }
    let root = Int(Double(number).squareRoot().rounded())
    return root * root == number ? root : nil
  }
}
