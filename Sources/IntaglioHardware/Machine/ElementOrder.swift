/// Which element of a value stands in which lane of which word, as a rule where there is one.
///
/// element = first + word part + lane part, each a sum of digits of its number times strides: the
/// channels of tokens, or the pixels of patches.
public struct ElementOrder: Hashable, Sendable {
  /// A digit of a number: below `count`, worth `stride` elements.
  public struct Digit: Hashable, Sendable {
    public let count: Int
    public let stride: Int
  }

  /// The element of the first lane that is not empty in word 0.
  public let first: Int
  /// Digits of the word's number, the lowest one first.
  public let words: [Digit]
  /// Digits of the lane's number less `firstLane`.
  public let lanes: [Digit]
  /// How many lanes before all others are empty.
  public let firstLane: Int

  /// The rule that `port` follows; `nil` where it follows none.
  ///
  /// - Parameters:
  ///   - port: where elements of a value stand.
  ///   - width: how many lanes its panel has.
  public init?(_ port: PanelProgram.Port, lanes width: Int) {
    let elements = port.elements
    guard width > 0, let firstLane = elements.prefix(width).firstIndex(where: { $0 >= 0 }) else {
      return nil
    }
    let first = elements[firstLane]
    let depth = elements.count / width
    let words = Self.digits((0..<depth).map { elements[$0 * width + firstLane] - first })
    let lanes = Self.digits((firstLane..<width).map { elements[$0] - first })
    guard let words, let lanes else { return nil }
    (self.first, self.firstLane, self.words, self.lanes) = (first, firstLane, words, lanes)
    for (place, element) in elements.enumerated()
    where self.element(word: place / width, lane: place % width) != element {
      return nil
    }
  }

  /// The element in `lane` of `word`, counted row-major in its value; −1 in an empty lane.
  public func element(word: Int, lane: Int) -> Int {
    guard lane >= firstLane else { return -1 }
    return first + Self.offset(word, words) + Self.offset(lane - firstLane, lanes)
  }

  /// The rule as an expression that Python takes, of `w` and `l`.
  public var text: String {
    let lane = firstLane == 0 ? "l" : "(l - \(firstLane))"
    let terms = Self.terms("w", words) + Self.terms(lane, lanes) + (first == 0 ? [] : ["\(first)"])
    return terms.isEmpty ? "0" : terms.joined(separator: " + ")
  }

  private static func offset(_ number: Int, _ digits: [Digit]) -> Int {
    var (rest, sum) = (number, 0)
    for (place, digit) in digits.enumerated() {
      let value = place + 1 < digits.count ? rest % digit.count : rest
      sum += value * digit.stride
      rest /= digit.count
    }
    return sum
  }

  private static func terms(_ number: String, _ digits: [Digit]) -> [String] {
    var (terms, below): ([String], Int) = ([], 1)
    for (place, digit) in digits.enumerated() {
      var value = below == 1 ? number : "\(number) // \(below)"
      if place + 1 < digits.count { value += " % \(digit.count)" }
      if value != number { value = "(\(value))" }
      terms.append(digit.stride == 1 ? value : "\(digit.stride) * \(value)")
      below *= digit.count
    }
    return terms
  }

  /// The digits whose sums are `offsets`, of which the first is 0; `nil` where there are none.
  private static func digits(_ offsets: [Int]) -> [Digit]? {
    guard offsets.count > 1 else { return [] }
    let stride = offsets[1]
    let run = offsets.enumerated().prefix { $0.element == $0.offset * stride }.count
    guard run < offsets.count else { return [Digit(count: run, stride: stride)] }
    guard offsets.count % run == 0,
      let higher = digits(Swift.stride(from: 0, to: offsets.count, by: run).map { offsets[$0] })
    else { return nil }
    return [Digit(count: run, stride: stride)] + higher
  }
}
