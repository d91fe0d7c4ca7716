import IntaglioGraph

/// A value as some steps through memory: what layout operations become instead of copies.
struct StridedView: Hashable, Sendable {
  let region: Region
  let format: ElementFormat
  /// Where element [0, …, 0] is, in elements.
  private(set) var start = 0
  private(set) var shape: [Int]
  /// In elements; 0 along a stretched axis.
  private(set) var strides: [Int]

  init(
    _ region: Region,
    _ format: ElementFormat,
    start: Int = 0,
    shape: [Int],
    strides: [Int]? = nil
  ) {
    self.region = region
    self.format = format
    self.start = start
    self.shape = shape
    self.strides = strides ?? Shape.strides(shape)
  }

  var count: Int { shape.reduce(1, *) }

  /// Whether the elements lie one after the other in row-major order.
  var isDense: Bool {
    zip(shape, zip(strides, Shape.strides(shape))).allSatisfy { $0 == 1 || $1.0 == $1.1 }
  }

  /// Whether an element of memory is shown more than once.
  var repeats: Bool { zip(shape, strides).contains { $0 > 1 && $1 == 0 } }

  /// The same bytes, read in another format of the same size.
  func read(as format: ElementFormat) -> StridedView {
    StridedView(region, format, start: start, shape: shape, strides: strides)
  }

  /// The view of the same memory that `layout` makes; `nil` where only a copy has these dimensions.
  func moved(_ layout: Layout) -> StridedView? {
    var result = self
    result.shape = layout.shape(from: shape)
    switch layout {
    case .reshape(let target):
      guard let strides = Self.strides(reshaping: shape, strides, to: target) else { return nil }
      result.strides = strides
    case .transpose(let permutation):
      result.strides = permutation.map { strides[$0] }
    case .slice(let axis, let first, _):
      result.start += first * strides[axis]
    case .broadcast(let target):
      result.strides = strides(over: target)
    }
    return result
  }

  /// How far the view, stretched over `target`, advances along each axis of `target`.
  func strides(over target: [Int]) -> [Int] {
    let padding = target.count - shape.count
    return target.indices.map { axis in
      axis < padding || shape[axis - padding] == 1 ? 0 : strides[axis - padding]
    }
  }

  /// Splits and merges axes so that `target` walks the same elements in the same order.
  ///
  /// Both shapes are cut into the shortest runs of equal count; a run that advances evenly can have
  /// any dimensions.
  private static func strides(
    reshaping shape: [Int],
    _ strides: [Int],
    to target: [Int]
  ) -> [Int]? {
    guard !target.contains(0) else { return Shape.strides(target) }
    var axes = zip(shape, strides).filter { $0.0 > 1 }[...]
    var result = [Int](repeating: 0, count: target.count)
    var next = 0
    while next < target.count {
      if target[next] == 1 {
        next += 1
        continue
      }
      let first = next
      var (wanted, found) = (1, 1)
      var run: [(extent: Int, stride: Int)] = []
      repeat {
        if wanted <= found {
          wanted *= target[next]
          next += 1
        } else {
          guard let axis = axes.popFirst() else { return nil }
          run.append((axis.0, axis.1))
          found *= axis.0
        }
      } while wanted != found
      let isEven = zip(run, run.dropFirst()).allSatisfy { outer, inner in
        outer.stride == inner.stride * inner.extent
      }
      guard isEven, var stride = run.last?.stride else { return nil }
      for axis in (first..<next).reversed() {
        result[axis] = stride
        stride *= target[axis]
      }
    }
    return result
  }
}
