import IntaglioData
import IntaglioGraph

/// The dimensions of a Vision Transformer, read from the shapes of its tensors.
struct ViTGeometry: Sendable, Equatable {
  let channels: Int
  /// Height and width of the image in pixels.
  let image: [Int]
  /// Height and width of a patch in pixels.
  let patch: [Int]
  let width: Int
  let depth: Int
  let heads: Int
  let classes: Int
  /// The tensors that stand in front of the patch tokens, and how many tokens each holds.
  let prefix: [PrefixToken]
  /// Whether the position embedding covers the prefix tokens as well.
  let embedsPrefix: Bool

  struct PrefixToken: Sendable, Equatable {
    let name: String
    let count: Int
  }

  /// Patches along height and width.
  var grid: [Int] { [image[0] / patch[0], image[1] / patch[1]] }
  var patches: Int { grid[0] * grid[1] }
  var prefixCount: Int { prefix.reduce(0) { $0 + $1.count } }
  var tokens: Int { patches + prefixCount }
  var headWidth: Int { width / heads }

  var imageExtents: ImageExtents { ImageExtents(channels: channels, size: image) }
  /// The type of the input.
  var inputType: ValueType { ValueType(.real, [1, channels] + image) }
}

extension ViTGeometry {
  /// Reads every extent.
  ///
  /// - Parameters:
  ///   - tensors: the checkpoint.
  ///   - imageSize: height and width where the configuration states them; otherwise the position
  ///     embedding tells a square image.
  ///   - heads: how many heads a model of the given width and head width has; the latter is `nil`
  ///     where no tensor tells it.
  /// - Throws: `ImportError`, naming the tensor whose shape does not fit.
  init(
    _ tensors: CheckpointTensors,
    imageSize: [Int]?,
    heads: (_ width: Int, _ headWidth: Int?) throws(ImportError) -> Int
  ) throws(ImportError) {
    let patchName = "patch_embed.proj.weight"
    let patch = try tensors.shape(patchName, rank: 4)
    guard patch.allSatisfy({ $0 > 0 }) else {
      throw tensors.mismatch(patchName, expected: "dimensions from 1 on", found: "\(patch)")
    }
    let width = patch[0]
    let prefix = try Self.prefix(tensors, width: width)
    let grid = try Grid(tensors, patch: patch, imageSize: imageSize, prefix: prefix)

    self.channels = patch[1]
    self.patch = Array(patch[2...])
    self.image = [grid.rows * patch[2], grid.columns * patch[3]]
    self.width = width
    self.depth = Self.depth(tensors)
    self.heads = try heads(width, Self.headWidth(tensors))
    self.classes = try tensors.shape("head.weight", rank: 2)[0]
    self.prefix = prefix
    self.embedsPrefix = grid.embedsPrefix
    guard width % self.heads == 0 else {
      throw tensors.mismatch(
        patchName,
        expected: "a width that \(self.heads) heads divide",
        found: "\(width)"
      )
    }
  }

  private static func prefix(
    _ tensors: CheckpointTensors,
    width: Int
  ) throws(ImportError) -> [PrefixToken] {
    var prefix: [PrefixToken] = []
    for name in ["cls_token", "dist_token", "reg_token"] where tensors.contains(name) {
      prefix.append(PrefixToken(name: name, count: try tokens(tensors, name, width: width)))
    }
    return prefix
  }

  /// The middle extent of a tensor of shape `[1, tokens, width]`.
  fileprivate static func tokens(
    _ tensors: CheckpointTensors,
    _ name: String,
    width: Int
  ) throws(ImportError) -> Int {
    let shape = try tensors.shape(name, rank: 3)
    guard shape[0] == 1, shape[1] > 0, shape[2] == width else {
      throw tensors.mismatch(name, expected: "[1, tokens, \(width)]", found: "\(shape)")
    }
    return shape[1]
  }

  /// One more than the largest block number.
  private static func depth(_ tensors: CheckpointTensors) -> Int {
    let numbers = tensors.source.names.compactMap { name -> Int? in
      let parts = name.split(separator: ".", maxSplits: 2)
      guard parts.count == 3, parts[0] == "blocks" else { return nil }
      return Int(parts[1]).flatMap { (0..<10_000).contains($0) ? $0 : nil }
    }
    return (numbers.max() ?? -1) + 1
  }

  private static func headWidth(_ tensors: CheckpointTensors) -> Int? {
    let names = ["blocks.0.attn.q_norm.weight", "blocks.0.attn.norm_q.weight"]
    let found = names.lazy.compactMap { try? tensors.shape($0, rank: 1)[0] }
    return found.first
  }
}

/// How many patches there are, and which tokens the position embedding covers.
private struct Grid {
  let rows: Int
  let columns: Int
  let embedsPrefix: Bool

  /// - Parameters:
  ///   - tensors: the checkpoint.
  ///   - patch: the shape of the patch embedding's weight.
  ///   - imageSize: height and width, where stated.
  ///   - prefix: the tokens in front of the patches.
  /// - Throws: `ImportError` when the positions do not fit the image.
  init(
    _ tensors: CheckpointTensors,
    patch: [Int],
    imageSize: [Int]?,
    prefix: [ViTGeometry.PrefixToken]
  ) throws(ImportError) {
    let positions = try ViTGeometry.tokens(tensors, "pos_embed", width: patch[0])
    let patch = Array(patch[2...])
    let prefixCount = prefix.reduce(0) { $0 + $1.count }
    func mismatch(_ expected: String) -> ImportError {
      tensors.mismatch("pos_embed", expected: expected, found: "\(positions)")
    }
    if let imageSize {
      guard zip(imageSize, patch).allSatisfy({ $0 % $1 == 0 }) else {
        throw mismatch("an image of \(imageSize) pixels that patches of \(patch) fill")
      }
      (rows, columns) = (imageSize[0] / patch[0], imageSize[1] / patch[1])
      let (patches, overflow) = rows.multipliedReportingOverflow(by: columns)
      guard !overflow, positions == patches || positions == patches + prefixCount else {
        throw mismatch(
          "\(rows)×\(columns) positions (image \(imageSize), patch \(patch))"
            + (prefixCount > 0 ? " and up to \(prefixCount) more" : "")
        )
      }
      embedsPrefix = positions != patches
      return
    }
    let side = Self.squareRoot(positions - prefixCount) ?? Self.squareRoot(positions)
    guard let side else {
      throw mismatch(
        "a square number of positions, with or without \(prefixCount) more"
          + " (or \"img_size\": [height, width] in the configuration)"
      )
    }
    (rows, columns) = (side, side)
    embedsPrefix = positions != side * side
  }

  /// The whole root of a square from 1 on.
  private static func squareRoot(_ number: Int) -> Int? {
    guard number > 0 else { return nil }
    let root = Int(Double(number).squareRoot().rounded())
    return root * root == number ? root : nil
  }
}
