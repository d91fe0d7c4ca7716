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
  /// `nil` for a model without a head, whose result are features.
  let classes: Int?
  /// The tensors that stand in front of the patch tokens, and how many tokens each holds.
  let prefix: [PrefixToken]
  /// How many of the prefix tokens the position embedding covers.
  let embeddedPrefix: Int
  /// Rows and columns of the positions in the file, where they are not those of the patches.
  var storedGrid: [Int]?

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
  /// Whether the position embedding covers all prefix tokens, and there are some.
  var embedsPrefix: Bool { embeddedPrefix == prefixCount && prefixCount > 0 }

  var imageExtents: ImageExtents { ImageExtents(channels: channels, size: image) }
  /// The type of the input.
  var inputType: ValueType { ValueType(.real, [1, channels] + image) }
}

extension ViTGeometry {
  /// Reads every extent.
  ///
  /// - Parameters:
  ///   - tensors: the checkpoint.
  ///   - names: what its tensors are called.
  ///   - imageSize: height and width where the configuration states them; otherwise the positions
  ///     tell a square image.
  ///   - resampled: how positions may be those of another grid; `nil` where they may not.
  ///   - heads: how many heads a model of the given width and head width has; the latter is `nil`
  ///     where no tensor tells it.
  /// - Throws: `ImportError`, naming the tensor whose shape does not fit.
  init(
    _ tensors: CheckpointTensors,
    names: ViTNames = ViTNames(),
    imageSize: [Int]?,
    resampled: PatchGrid.Resampled? = nil,
    heads: (_ width: Int, _ headWidth: Int?) throws(ImportError) -> Int
  ) throws(ImportError) {
    let patchName = names.patches + ".weight"
    let patch = try tensors.shape(patchName, rank: 4)
    guard patch.allSatisfy({ $0 > 0 }) else {
      throw tensors.mismatch(patchName, expected: "dimensions from 1 on", found: "\(patch)")
    }
    let width = patch[0]
    let prefix = try Self.prefix(tensors, names, width: width)
    let grid = try PatchGrid(
      tensors,
      names,
      patch: patch,
      imageSize: imageSize,
      prefix: prefix,
      resampled: resampled
    )

    self.channels = patch[1]
    self.patch = Array(patch[2...])
    self.image = [grid.rows * patch[2], grid.columns * patch[3]]
    self.width = width
    self.depth = Self.depth(tensors, names)
    self.heads = try heads(width, Self.headWidth(tensors, names))
    self.classes = try names.head.map { name throws(ImportError) in
      try tensors.shape(name + ".weight", rank: 2)[0]
    }
    self.prefix = prefix
    self.embeddedPrefix = grid.embeddedPrefix
    self.storedGrid = grid.stored == [grid.rows, grid.columns] ? nil : grid.stored
    guard self.heads > 0, width % self.heads == 0 else {
      throw tensors.mismatch(
        patchName,
        expected: "a width that \(self.heads) heads divide",
        found: "\(width)"
      )
    }
  }

  private static func prefix(
    _ tensors: CheckpointTensors,
    _ names: ViTNames,
    width: Int
  ) throws(ImportError) -> [PrefixToken] {
    var prefix: [PrefixToken] = []
    for name in names.prefix where tensors.contains(name) {
      // CLIP's class token has no axes but the width, as others' tensors have where they are flat.
      let shape = try tensors.source.shape(of: name)
      if names.areTokensFlat, shape == [width] {
        prefix.append(PrefixToken(name: name, count: 1))
      } else {
        let count = try tensors.tokenCount(name, width: width, isFlat: false)
        prefix.append(PrefixToken(name: name, count: count))
      }
    }
    return prefix
  }

  /// One more than the largest block number.
  private static func depth(_ tensors: CheckpointTensors, _ names: ViTNames) -> Int {
    1 + (tensors.numbers(behind: names.blocks).max() ?? -1)
  }

  private static func headWidth(_ tensors: CheckpointTensors, _ names: ViTNames) -> Int? {
    let attention = names.prefix(of: 0) + names.block.attention
    let found = ["q_norm", "norm_q"].lazy.compactMap {
      try? tensors.shape("\(attention).\($0).weight", rank: 1)[0]
    }
    return found.first
  }
}

extension CheckpointTensors {
  /// How many tokens `name`, of shape `[1, tokens, width]` or, where it is flat, `[tokens, width]`, holds.
  ///
  /// - Throws: `ImportError` when it has another shape.
  func tokenCount(_ name: String, width: Int, isFlat: Bool) throws(ImportError) -> Int {
    let shape = try self.shape(name, rank: isFlat ? 2 : 3)
    let leading = isFlat ? [] : [1]
    guard Array(shape.dropLast(2)) == leading, shape[shape.count - 2] > 0, shape.last == width
    else {
      throw mismatch(
        name,
        expected: isFlat ? "[tokens, \(width)]" : "[1, tokens, \(width)]",
        found: "\(shape)"
      )
    }
    return shape[shape.count - 2]
  }

  /// The numbers that stand behind `prefix.` in names of tensors.
  func numbers(behind prefix: String) -> Set<Int> {
    Set(
      source.names.compactMap { name -> Int? in
        guard name.hasPrefix(prefix + ".") else { return nil }
        let rest = name.dropFirst(prefix.count + 1).prefix { $0 != "." }
        return Int(rest).flatMap { (0..<10_000).contains($0) ? $0 : nil }
      }
    )
  }
}
