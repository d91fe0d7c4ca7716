import IntaglioGraph

/// What keeps tokens apart that a shift around the edges has brought into one window: −100 for the score of
/// every such pair.
struct WindowMask {
  /// Tokens along height and width.
  let grid: [Int]
  /// Tokens along one side of a window.
  let window: Int
  let shift: Int

  private static let apart: Float = -100

  /// `[windows, 1, window², window²]`.
  var tensor: Tensor {
    let (rows, columns) = (grid[0] / window, grid[1] / window)
    let count = window * window
    var values: [Float] = []
    values.reserveCapacity(rows * columns * count * count)
    for row in 0..<rows {
      for column in 0..<columns {
        let regions = (0..<count).map { place in
          3 * region(row * window + place / window, of: grid[0])
            + region(column * window + place % window, of: grid[1])
        }
        for query in regions {
          for key in regions { values.append(query == key ? 0 : Self.apart) }
        }
      }
    }
    return Tensor(values, shape: [rows * columns, 1, count, count])
  }

  /// Which of three stretches of an axis a place lies in, after the shift: what stays in place, the last
  /// window without what came around, and what came around.
  private func region(_ place: Int, of extent: Int) -> Int {
    (place >= extent - window ? 1 : 0) + (place >= extent - shift ? 1 : 0)
  }
}
