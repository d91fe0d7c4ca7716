/// How one axis of a Resize is made: for each element of the result, which elements it reads and how much of
/// each.
struct ResizeAxis {
  /// The attributes of Resize.
  struct Options {
    enum Mode { case nearest, linear, cubic }

    var mode = Mode.nearest
    var coordinates = "half_pixel"
    var rounding = "round_prefer_floor"
    /// The coefficient of the cubic.
    var cubic = -0.75
    var excludesOutside = false
    var antialiases = false
  }

  let input: Int
  let output: Int
  /// Output over input.
  let scale: Double
  let options: Options

  /// Where element `index` of the result lies in the operand; `nil` for a rule that is not known.
  private func place(_ index: Int) -> Double? {
    let x = Double(index)
    switch options.coordinates {
    case "half_pixel": return (x + 0.5) / scale - 0.5
    case "half_pixel_symmetric":
      let exact = Double(input) * scale
      let center = Double(input) / 2
      return center * (1 - Double(output) / exact) + (x + 0.5) / scale - 0.5
    case "pytorch_half_pixel": return output > 1 ? (x + 0.5) / scale - 0.5 : 0
    case "align_corners":
      let last = Double(input) * scale - 1
      return output > 1 && last > 0 ? x * Double(input - 1) / last : 0
    case "asymmetric": return x / scale
    default: return nil
    }
  }

  /// The element that each element of the result is, by nearest neighbours.
  var nearest: [Int]? {
    var result: [Int] = []
    for index in 0..<output {
      guard let place = place(index) else { return nil }
      let rounded: Double
      switch options.rounding {
      case "round_prefer_floor": rounded = (place - 0.5).rounded(.up)
      case "round_prefer_ceil": rounded = (place + 0.5).rounded(.down)
      case "floor": rounded = place.rounded(.down)
      case "ceil": rounded = place.rounded(.up)
      default: return nil
      }
      guard rounded.isFinite else { return nil }
      result.append(Int(min(max(rounded, 0), Double(input - 1))))
    }
    return result
  }

  /// A matrix `[output, input]` whose rows are the shares, row-major.
  var shares: [Double]? {
    var matrix = [Double](repeating: 0, count: output * input)
    let shrinks = options.antialiases && scale < 1
    let stretch = shrinks ? scale : 1
    let isCubic = options.mode == .cubic
    let support = (isCubic ? 2.0 : 1.0) / stretch
    for index in 0..<output {
      guard let place = place(index), place.isFinite, abs(place) < 1e9, support < 1e9 else {
        return nil
      }
      let (first, last) = (
        Int((place - support).rounded(.down)), Int((place + support).rounded(.up))
      )
      var total = 0.0
      var row: [(index: Int, share: Double)] = []
      for tap in first...last {
        let distance = abs(Double(tap) - place) * stretch
        let share = isCubic ? cubic(distance) : max(0, 1 - distance)
        let isOutside = tap < 0 || tap >= input
        if share == 0 || isOutside && options.excludesOutside { continue }
        row.append((min(max(tap, 0), input - 1), share))
        total += share
      }
      guard total != 0 else { return nil }
      for (source, share) in row { matrix[index * input + source] += share / total }
    }
    return matrix
  }

  private func cubic(_ x: Double) -> Double {
    let a = options.cubic
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0
  }
}
