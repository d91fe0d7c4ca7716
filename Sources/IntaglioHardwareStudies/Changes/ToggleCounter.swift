/// How often every bit of a recorded simulation rises and falls.
///
/// Reads a value change dump as it comes, so that its size does not matter. Changes from and to
/// unknown values count as nothing.
public struct ToggleCounter: Sendable {
  /// By scope and name, and for words by bit: `bench.device.n5`, `bench.device.code[2]`.
  public private(set) var toggles: [String: Toggles] = [:]
  /// What is counted, in seconds.
  public private(set) var duration = 0.0
  /// The longest time from a rise of the clock to a change before the next one, in seconds.
  public private(set) var settling = 0.0

  public struct Toggles: Hashable, Sendable {
    public var rises = 0
    public var falls = 0
    public var count: Int { rises + falls }

    public init(rises: Int = 0, falls: Int = 0) { (self.rises, self.falls) = (rises, falls) }
  }

  /// Counts what the file at `path` holds.
  ///
  /// - Parameters:
  ///   - path: a value change dump.
  ///   - start: what happens before, in seconds, is not counted.
  ///   - clocks: the full names of the clock and its aliases, which themselves do not have to settle.
  /// - Throws: `VCDError`.
  public init(path: String, from start: Double = 0, clocks: [String]) throws(VCDError) {
    var tokens = try VCDTokens(path: path)
    let header = try VCDHeader(&tokens)
    var bits: Set<Int> = []
    for clock in clocks {
      guard let bit = header.bits[clock] else { throw VCDError(path, .noSignal(clock)) }
      bits.insert(bit)
    }
    var count = Count(header, clocks: bits, start: start)
    try count.read(&tokens, header)
    for (name, bit) in header.bits { toggles[name] = count.toggles[bit] }
    duration = Double(max(0, count.time - count.start)) * header.unit
    settling = Double(count.settling) * header.unit
  }

  /// The state of reading changes; times in the file's unit.
  private struct Count {
    var toggles: [Toggles]
    private var values: [UInt8]
    private let clocks: Set<Int>
    let start: Int
    var time = 0
    private var edge: Int?
    /// Whether something but the clock changes at this time.
    private var isChanging = false
    private(set) var settling = 0

    init(_ header: VCDHeader, clocks: Set<Int>, start seconds: Double) {
      toggles = Array(repeating: Toggles(), count: header.bitCount)
      values = Array(repeating: UInt8(ascii: "x"), count: header.bitCount)
      self.clocks = clocks
      start = Int((seconds / header.unit).rounded())
    }

    mutating func read(_ tokens: inout VCDTokens, _ header: VCDHeader) throws(VCDError) {
      while let token = try tokens.next() {
        switch token.first {
        case UInt8(ascii: "#"):
          guard let time = Int(String(decoding: token.dropFirst(), as: UTF8.self)) else {
            throw tokens.fault(token)
          }
          settle()
          self.time = time
        case UInt8(ascii: "b"), UInt8(ascii: "B"):
          let line = tokens.line
          guard let code = try tokens.next(), let word = header.words[code] else {
            throw tokens.fault(token, line: line)
          }
          let digits = Array(token.dropFirst())
          for bit in 0..<word.count {
            // The highest digit stands for all above it, except that a 1 does not.
            let top = digits.first == UInt8(ascii: "1") ? UInt8(ascii: "0") : digits.first
            let digit = bit < digits.count ? digits[digits.count - 1 - bit] : top
            change(word.lowerBound + bit, to: digit ?? UInt8(ascii: "x"))
          }
        case UInt8(ascii: "r"), UInt8(ascii: "R"): _ = try tokens.next()
        case UInt8(ascii: "$"): break
        default:
          guard let value = token.first, let word = header.words[Array(token.dropFirst())],
            word.count == 1
          else { throw tokens.fault(token) }
          change(word.lowerBound, to: value)
        }
      }
      settle()
    }

    /// The end of a time: what changed together with the clock belongs to the cycle that begins.
    private mutating func settle() {
      if isChanging, let edge, edge < time { settling = max(settling, time - edge) }
      isChanging = false
    }

    private mutating func change(_ bit: Int, to value: UInt8) {
      let old = values[bit]
      guard old != value else { return }
      values[bit] = value
      guard time >= start else { return }
      let (zero, one) = (UInt8(ascii: "0"), UInt8(ascii: "1"))
      if old == zero, value == one {
        toggles[bit].rises += 1
      } else if old == one, value == zero {
        toggles[bit].falls += 1
      }
      if clocks.contains(bit) {
        if value == one { edge = time }
      } else {
        isChanging = true
      }
    }
  }
}
