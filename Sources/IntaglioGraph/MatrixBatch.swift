/// Matrix products of the same dimensions, one after another: `[m, k] · [k, n] → [m, n]` each.
///
/// Product `i` reads its factors at `lhs[i]` and `rhs[i]` and writes its result behind that of
/// product `i − 1`.
public struct MatrixBatch: Hashable, Sendable {
  public let rows: Int
  /// The length of the dot products.
  public let depth: Int
  public let columns: Int
  /// Where the left factors start.
  public let lhs: [Int]
  /// Where the right factors start.
  public let rhs: [Int]

  public var resultCount: Int { lhs.count * rows * columns }

  /// The products of `matmul` for operands and result of these shapes; leading axes broadcast.
  /// - Precondition: the graph has typed them.
  package init(_ a: [Int], _ b: [Int], result: [Int]) {
    self.rows = a[a.count - 2]
    self.depth = a[a.count - 1]
    self.columns = b[b.count - 1]
    let leading = Array(result.dropLast(2))
    let (sizeA, sizeB) = (rows * depth, depth * columns)
    self.lhs = Shape.broadcastSources(from: a.dropLast(2), to: leading).map { Int($0) * sizeA }
    self.rhs = Shape.broadcastSources(from: b.dropLast(2), to: leading).map { Int($0) * sizeB }
  }

  /// The products of a convolution: weights of a group · columns of a group of an image.
  ///
  /// The column matrices stand in order of image, then group.
  package init(_ geometry: ConvolutionGeometry) {
    self.rows = geometry.outputsPerGroup
    self.depth = geometry.depth
    self.columns = geometry.positions
    let groups = geometry.groups
    let (weights, columns) = (rows * depth, depth * self.columns)
    self.lhs = (0..<geometry.batch * groups).map { $0 % groups * weights }
    self.rhs = (0..<geometry.batch * groups).map { $0 * columns }
  }

  /// The same results in one product where every product shares the right factor and the left ones
  /// follow each other without a gap, as for a batch of activations and one weight.
  package var merged: MatrixBatch {
    let follow = lhs.indices.allSatisfy { lhs[$0] == lhs[0] + $0 * rows * depth }
    guard lhs.count > 1, follow, rhs.allSatisfy({ $0 == rhs[0] }) else { return self }
    return MatrixBatch(
      rows: rows * lhs.count,
      depth: depth,
      columns: columns,
      lhs: [lhs[0]],
      rhs: [rhs[0]]
    )
  }

  private init(rows: Int, depth: Int, columns: Int, lhs: [Int], rhs: [Int]) {
    self.rows = rows
    self.depth = depth
    self.columns = columns
    self.lhs = lhs
    self.rhs = rhs
  }
}
