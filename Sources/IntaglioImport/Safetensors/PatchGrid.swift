/// How many patches there are along height and width, and which tokens the position embedding covers.
struct PatchGrid {
  let rows: Int
  let columns: Int
  /// How many of the tokens in front of the patches have positions.
  let embeddedPrefix: Int
  /// Rows and columns of the positions in the file.
  let stored: [Int]

  /// Of a model whose positions may be those of another, square grid: which tokens in front of the patches
  /// have positions.
  enum Resampled: Equatable {
    /// The class token alone.
    case first
    case all
    /// Whichever fits, unless it is stated whether they have; positions that fit the image stay.
    case fitting(coversPrefix: Bool?)
  }

  /// - Parameters:
  ///   - tensors: the checkpoint.
  ///   - names: what its tensors are called.
  ///   - patch: the shape of the patch embedding's weight.
  ///   - imageSize: height and width, where stated.
  ///   - prefix: the tokens in front of the patches.
  ///   - resampled: how positions may be those of another grid; `nil` where they may not.
  /// - Throws: `ImportError` when the positions do not fit the image.
  init(
    _ tensors: CheckpointTensors,
    _ names: ViTNames,
    patch: [Int],
    imageSize: [Int]?,
    prefix: [ViTGeometry.PrefixToken],
    resampled: Resampled?
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
      let fits = offsets.first { positions - $0 == patches }
      let others = Self.offsets(resampled, counts).filter { Self.squareRoot(positions - $0) != nil }
      if others.count > 1, fits == nil {
        throw mismatch(
          "positions of one square grid; state \"no_embed_class\" in the configuration, because"
            + " \(positions) are one with those of \(others.max() ?? 0) tokens in front and without"
        )
      }
      let mayStay: Bool = if case .fitting = resampled { fits != nil } else { false }
      if !mayStay, !overflow, patches > 0, let offset = others.first,
        let side = Self.squareRoot(positions - offset)
      {
        embeddedPrefix = offset
        stored = [side, side]
        return
      }
      guard !overflow, let offset = fits else {
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

  /// How many tokens in front may have positions in the file, `counts` the tokens of each kind.
  private static func offsets(_ resampled: Resampled?, _ counts: [Int]) -> [Int] {
    let all = counts.reduce(0, +)
    switch resampled {
    case nil: return []
    case .first: return [counts.first ?? 0]
    case .all, .fitting(coversPrefix: true): return [all]
    case .fitting(coversPrefix: false): return [0]
    case .fitting(coversPrefix: nil): return all == 0 ? [0] : [all, 0]
    }
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
