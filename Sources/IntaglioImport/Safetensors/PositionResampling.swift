import IntaglioData
import IntaglioGraph

/// How the positions of one grid of patches become those of another: by cubic convolution along each axis.
enum PositionResampling: Sendable, Equatable {
  /// Four neighbours with the kernel of A = −3/4, whatever the ratio of the sizes; edges are repeated.
  case plain
  /// A kernel of A = −1/2, as wide as the ratio where the grid becomes smaller, over the neighbours that exist.
  case antialiased

  /// - Parameters:
  ///   - positions: `[1, rows · columns, width]` of the grid `from`.
  ///   - from: rows and columns.
  ///   - to: rows and columns of the result.
  /// - Returns: `[1, rows · columns, width]` of the grid `to`, sums in float64.
  func resampled(_ positions: Tensor, from: [Int], to: [Int]) -> Tensor {
    let (width, values) = (positions.shape[2], positions.doubles)
    let (rows, columns) = (taps(from[0], to[0]), taps(from[1], to[1]))
    var result: [Float] = []
    result.reserveCapacity(to[0] * to[1] * width)
    for row in rows {
      for column in columns {
        var sums = [Double](repeating: 0, count: width)
        for (y, first) in row {
          for (x, second) in column {
            let start = (y * from[1] + x) * width
            for channel in 0..<width { sums[channel] += first * second * values[start + channel] }
          }
        }
        result += sums.map { Float($0) }
      }
    }
    return Tensor(result, shape: [1, to[0] * to[1], width])
  }

  /// For every place of an axis of `target` places, places of one of `source` and their weights.
  private func taps(_ source: Int, _ target: Int) -> [[(place: Int, weight: Double)]] {
    let scale = Double(source) / Double(target)
    return (0..<target).map { index in
      switch self {
      case .plain:
        let center = scale * (Double(index) + 0.5) - 0.5
        let first = Int(center.rounded(.down))
        return (first - 1...first + 2).map { place in
          let weight = Self.cubic(abs(center - Double(place)), a: -0.75)
          return (min(max(place, 0), source - 1), weight)
        }
      case .antialiased:
        let (center, stretch) = (scale * (Double(index) + 0.5), max(scale, 1))
        let first = max(0, Int(center - 2 * stretch + 0.5))
        let end = min(source, Int(center + 2 * stretch + 0.5))
        let weights = (first..<end).map { place in
          Self.cubic(abs((Double(place) - center + 0.5) / stretch), a: -0.5)
        }
        let total = weights.reduce(0, +)
        return zip(first..<end, weights).map { ($0, $1 / total) }
      }
    }
  }

  /// Keys's kernel at a distance.
  private static func cubic(_ x: Double, a: Double) -> Double {
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}

extension ModelDescription {
  /// Says that positions of the grid `stored` were resampled for images of `image` pixels; nothing where
  /// it is `nil`.
  mutating func noteResampling(from stored: [Int]?, to image: [Int], as who: String) {
    guard let stored else { return }
    notes.append(
      "positions of \(stored[0])×\(stored[1]) patches resampled for images of "
        + "\(image[0])×\(image[1]), as \(who)"
    )
  }
}
