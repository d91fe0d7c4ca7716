import IntaglioGraph

/// The dimensions of a Swin Transformer, read from the shapes of its tensors.
struct SwinGeometry: Sendable, Equatable {
  /// One resolution of the network.
  struct Stage: Sendable, Equatable {
    /// Tokens along height and width.
    let grid: [Int]
    let width: Int
    let heads: Int
    let depth: Int
    /// Tokens along one side of a window.
    let window: Int
    /// The number under which the tensors have the merging in front of this stage; `nil` for the first.
    let merging: Int?
  }

  let channels: Int
  let image: [Int]
  let patch: [Int]
  let stages: [Stage]
  let classes: Int?

  var imageExtents: ImageExtents { ImageExtents(channels: channels, size: image) }

  /// - Parameters:
  ///   - tensors: the checkpoint.
  ///   - names: what its tensors are called.
  ///   - imageSize: height and width in pixels.
  /// - Throws: `ImportError`, naming the tensor whose shape does not fit.
  init(
    _ tensors: CheckpointTensors,
    _ names: SwinNames,
    imageSize: [Int]
  ) throws(ImportError) {
    let patchName = names.patches + ".weight"
    let shape = try tensors.shape(patchName, rank: 4)
    guard shape.allSatisfy({ $0 > 0 }) else {
      throw tensors.mismatch(patchName, expected: "dimensions from 1 on", found: "\(shape)")
    }
    (channels, patch, image) = (shape[1], Array(shape[2...]), imageSize)
    guard zip(imageSize, patch).allSatisfy({ $0 % $1 == 0 }) else {
      throw tensors.mismatch(
        patchName,
        expected: "patches that fill an image of \(imageSize) pixels",
        found: "\(patch)"
      )
    }
    let count = 1 + (tensors.numbers(behind: names.stages).max() ?? -1)
    var (grid, width) = ([imageSize[0] / patch[0], imageSize[1] / patch[1]], shape[0])
    var stages: [Stage] = []
    for index in 0..<min(count, 16) {
      var merging: Int?
      if index > 0 {
        // timm has the merging with the stage behind it, others with the one in front.
        let isBehind =
          tensors.contains(names.merging(index) + "reduction.weight")
          && !tensors.contains(names.merging(0) + "reduction.weight")
        merging = isBehind ? index : index - 1
        let name = names.merging(merging ?? 0) + "reduction.weight"
        let reduction = try tensors.shape(name, rank: 2)
        guard reduction[1] == 4 * width, grid.allSatisfy({ $0 % 2 == 0 }) else {
          throw tensors.mismatch(
            name,
            expected: "four neighbours of \(width) in a grid of even sides",
            found: "\(reduction) for a grid of \(grid)"
          )
        }
        (grid, width) = ([grid[0] / 2, grid[1] / 2], reduction[0])
      }
      stages.append(try Self.stage(tensors, names, index, grid, width, merging))
    }
    self.stages = stages
    classes = try names.head.map { name throws(ImportError) in
      try tensors.shape(name + ".weight", rank: 2)[0]
    }
  }

  private static func stage(
    _ tensors: CheckpointTensors,
    _ names: SwinNames,
    _ index: Int,
    _ grid: [Int],
    _ width: Int,
    _ merging: Int?
  ) throws(ImportError) -> Stage {
    let depth = 1 + (tensors.numbers(behind: "\(names.stages).\(index).blocks").max() ?? -1)
    let name = names.prefix(index, 0) + (names.block.bias ?? "")
    let table = try tensors.shape(name, rank: 2)
    let side = Int(Double(max(table[0], 0)).squareRoot().rounded())
    let (window, heads) = ((side + 1) / 2, table[1])
    guard side % 2 == 1, side * side == table[0] else {
      throw tensors.mismatch(name, expected: "(2·window − 1)² positions", found: "\(table)")
    }
    guard grid.allSatisfy({ $0 >= window && $0 % window == 0 }) else {
      throw tensors.mismatch(
        name,
        expected: "windows that fill \(grid[0])×\(grid[1]) tokens",
        found: "windows of \(window)×\(window)"
      )
    }
    // One side of one window and another of several: timm shifts along that side, others do not.
    guard !grid.contains(window) || grid == [window, window] else {
      throw tensors.mismatch(name, expected: "square images", found: "\(grid[0])×\(grid[1]) tokens")
    }
    guard heads > 0, width % heads == 0 else {
      throw tensors.mismatch(name, expected: "heads that divide \(width)", found: "\(table)")
    }
    return Stage(
      grid: grid,
      width: width,
      heads: heads,
      depth: depth,
      window: window,
      merging: merging
    )
  }
}
